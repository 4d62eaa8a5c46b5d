#include "base/tlsh.h"

#include <gtest/gtest.h>

namespace bartizan {
namespace {

// Text of uneven letters, the same everywhere.
std::string noise(std::size_t size, std::uint32_t seed) {
  std::string out;
  for (std::uint32_t x = seed; out.size() < size;) {
    x = (x * 1103515245 + 12345) & 0x7fffffff;
    const std::uint32_t high = x >> 16;
    out += static_cast<char>((x & 0x400) != 0 ? high & 0x7f : 32 + (high & 31));
  }
  return out;
}

std::optional<TlshDigest> digest_of(std::string_view text) {
  Tlsh tlsh;
  tlsh.update(as_bytes(text));
  return tlsh.finish();
}

struct Known {
  std::size_t size;
  std::uint32_t seed;
  const char* digest;
};

// As the authors' library has them (Debian's python3-tlsh 3.4.4).
TEST(Tlsh, DigestsAreThoseOfTheAuthorsLibrary) {
  for (const Known& known :
       {Known{300, 7, "T15AE07D264AE552F0B768731E4151F3E2A4C4D0CE57A194E591119C508062AC05C13428"},
        Known{1000, 1, "T17311D8DEC6C0C918A69F59407D3C844F46B11F119C37A97211EA940ACD4EB02C31985A"},
        Known{4000, 2, "T193815D84793AF5EA4E5DDB44DB24CC632E91CA16D2660851FEBF509F60220CD3B4E265"},
        Known{100000, 3,
              "T14FA30222781723E1F9CD63645BBA417161327410297B99AB6FB1FBCDF43C2019F26932"}}) {
    const auto digest = digest_of(noise(known.size, known.seed));
    ASSERT_TRUE(digest.has_value());
    EXPECT_EQ(to_string(*digest), known.digest);
    EXPECT_EQ(parse_tlsh(known.digest), digest);
    EXPECT_EQ(parse_tlsh(known.digest + 2), digest);
  }
}

TEST(Tlsh, DistancesAreThoseOfTheAuthorsLibrary) {
  const std::string original = noise(1000, 1);
  std::string changed = original;
  changed.replace(500, 10, "0123456789");
  const TlshDigest a = *digest_of(original);
  EXPECT_EQ(tlsh_distance(a, a), 0);
  EXPECT_EQ(tlsh_distance(a, *digest_of(changed)), 77);
  EXPECT_EQ(tlsh_distance(*digest_of(changed), a), 77);
  EXPECT_EQ(tlsh_distance(a, *digest_of(noise(1000, 9))), 226);
  EXPECT_EQ(tlsh_distance(*digest_of(noise(300, 7)), *digest_of(noise(100000, 3))), 847);
}

TEST(Tlsh, PiecesAreOneWhole) {
  const std::string text = noise(4000, 2);
  for (const std::size_t piece : {1, 3, 7, 1000}) {
    Tlsh tlsh;
    for (std::size_t at = 0; at < text.size(); at += piece)
      tlsh.update(as_bytes(std::string_view(text).substr(at, piece)));
    EXPECT_EQ(tlsh.finish(), digest_of(text)) << piece;
  }
}

TEST(Tlsh, WhatSaysTooLittleHasNoDigest) {
  EXPECT_FALSE(digest_of("").has_value());
  EXPECT_FALSE(digest_of(noise(49, 1)).has_value());
  EXPECT_FALSE(digest_of(std::string(100000, 'a')).has_value());
}

TEST(Tlsh, WhatIsNoDigestIsRefused) {
  EXPECT_FALSE(parse_tlsh("").has_value());
  EXPECT_FALSE(parse_tlsh("T1").has_value());
  EXPECT_FALSE(parse_tlsh(std::string(69, 'A')).has_value());
  EXPECT_FALSE(parse_tlsh(std::string(69, 'A') + "G").has_value());
  EXPECT_FALSE(parse_tlsh("T2" + std::string(70, 'A')).has_value());
  EXPECT_TRUE(parse_tlsh("T1" + std::string(70, 'a')).has_value());
}

}  // namespace
}  // namespace bartizan
