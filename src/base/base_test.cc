#include <gtest/gtest.h>

#include "base/byte_reader.h"
#include "base/crypto.h"
#include "base/id.h"
#include "base/json.h"
#include "base/time.h"

namespace bartizan {
namespace {

TEST(ByteReader, FailedReadLeavesThePositionWhereItWas) {
  const std::uint8_t bytes[] = {1, 2, 3};
  ByteReader reader(bytes);
  EXPECT_EQ(*reader.u16(), 0x0201);
  EXPECT_FALSE(reader.u16().ok());
  EXPECT_EQ(*reader.u8(), 3);
}

TEST(ByteReader, SliceRejectsSumsThatOverflow) {
  const std::uint8_t bytes[8] = {};
  EXPECT_TRUE(slice(bytes, 8, 0).ok());
  EXPECT_FALSE(slice(bytes, 4, UINT64_MAX - 2).ok());
  EXPECT_FALSE(slice(bytes, UINT64_MAX, 2).ok());
}

TEST(Time, Rfc3339RoundTrips) {
  EXPECT_EQ(to_rfc3339(*parse_rfc3339("2026-03-01T09:30:00.123456Z")), "2026-03-01T09:30:00.123Z");
  EXPECT_EQ(to_rfc3339(*parse_rfc3339("2026-03-01T09:30:00+02:00")), "2026-03-01T07:30:00.000Z");
  for (const char* bad :
       {"", "2026-02-30T00:00:00Z", "2026-03-01 09:30:00Z", "2026-03-01T09:30:00",
        "2026-03-01T09:30:00.Z", "2026-03-01T25:00:00Z", "2026-03-01T09:30:00Zx"}) {
    EXPECT_FALSE(parse_rfc3339(bad).ok()) << bad;
  }
}

TEST(Time, DurationsNeedAUnit) {
  EXPECT_EQ(*parse_duration("4h"), std::chrono::hours(4));
  for (const char* bad : {"", "4", "h", "-1h", "4h ", "99999999999d"})
    EXPECT_FALSE(parse_duration(bad).ok()) << bad;
}

// RFC 4231 test case 2 and RFC 4648 section 10.
TEST(Crypto, KnownAnswers) {
  EXPECT_EQ(hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(base64(as_bytes("fooba")), "Zm9vYmE=");
  EXPECT_EQ(as_text(*unbase64("Zm9vYmE")), "fooba");
  EXPECT_FALSE(unbase64("Zm9v*").ok());
  EXPECT_FALSE(unhex("0g").ok());
}

TEST(Id, UuidsCarryVersionVariantAndOrder) {
  SystemRandom random;
  const std::string early = new_uuid(from_millis(1'000'000), random);
  const std::string late = new_uuid(from_millis(1'000'001), random);
  EXPECT_TRUE(is_uuid(early));
  EXPECT_EQ(early[14], '7');
  EXPECT_LT(early, late);
  EXPECT_EQ(uuid_of("a"), uuid_of("a"));
  EXPECT_NE(uuid_of("a"), uuid_of("b"));
  EXPECT_FALSE(is_uuid("0190A8F0-0000-7000-8000-000000000000"));
}

TEST(Json, RejectsTrailingTextDepthAndGarbage) {
  EXPECT_TRUE(parse_json("{\"a\": [1, 2]} \n").ok());
  EXPECT_FALSE(parse_json("{} {}").ok());
  EXPECT_FALSE(parse_json("").ok());
  EXPECT_FALSE(parse_json(std::string(100, '[') + std::string(100, ']')).ok());
  EXPECT_EQ(canonical_json(*parse_json("{\"b\":1,\"a\":{\"d\":2,\"c\":3}}")),
            "{\"a\":{\"c\":3,\"d\":2},\"b\":1}");
}

}  // namespace
}  // namespace bartizan
