#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parse/macho/macho_builder.h"
#include "parse/macho/parser.h"

namespace bartizan::parse {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

struct Parsed {
  explicit Parsed(std::string bytes) : input(std::move(bytes)) {
    Result<MachoFile> result = parse_macho(as_bytes(input));
    EXPECT_TRUE(result.ok());
    if (result.ok()) file = std::move(result).value();
    if (file.images.empty()) file.images.emplace_back();
  }
  const MachoImage& image() const { return file.images[0]; }
  std::vector<std::string> ids() const { return anomaly_ids(file.anomalies); }
  std::string input;
  MachoFile file;
};

std::string entitlements(std::string_view task_allow) {
  return "<plist version=\"1.0\"><dict><key>get-task-allow</key><" + std::string(task_allow) +
         "/></dict></plist>";
}
// [APPLICATION 16] { 1, [16] { { "get-task-allow", true } } }
const std::string kDerEntitlements =
    std::string("\x70\x1a\x02\x01\x01\xb0\x15\x30\x13\x0c\x0e", 11) + "get-task-allow" +
    "\x01\x01\xff";

TEST(Macho, FactsOfASignedExecutable) {
  for (const bool is_64 : {true, false}) {
    const Parsed parsed(build_macho({.is_64 = is_64,
                                     .libraries = {{0xc, "/usr/lib/libSystem.B.dylib"},
                                                   {0x80000018, "@rpath/Extra.framework/Extra"}},
                                     .encryption_id = 1,
                                     .entitlements = entitlements("true"),
                                     .entitlements_der = kDerEntitlements}));
    SCOPED_TRACE(is_64);
    EXPECT_THAT(parsed.ids(), IsEmpty());
    const MachoImage& image = parsed.image();
    ASSERT_EQ(image.libraries.size(), 2u);
    EXPECT_EQ(image.libraries[1].path, "@rpath/Extra.framework/Extra");
    EXPECT_EQ(image.libraries[1].load, MachoLoad::kWeak);
    EXPECT_THAT(image.rpaths, ElementsAre("@executable_path/Frameworks"));
    EXPECT_THAT(image.imports, ElementsAre("_ptrace"));
    EXPECT_EQ(image.platform, "ios");
    EXPECT_EQ(image.min_os, "15.4");
    EXPECT_EQ(image.uuid.size(), 32u);
    EXPECT_EQ(image.encryption->id, 1u);
    EXPECT_TRUE(image.position_independent);
    ASSERT_TRUE(image.signature.has_value());
    const CodeSignature& signature = *image.signature;
    EXPECT_EQ(signature.identifier, "org.example.notes");
    EXPECT_EQ(signature.team, "TEAM123456");
    EXPECT_EQ(signature.hash, "sha256");
    EXPECT_EQ(signature.cd_hash, sha256_hex(signature.code_directory).substr(0, 40));
    EXPECT_EQ(signature.pages, PageHashes::kMatch);
    EXPECT_TRUE(signature.blobs_match);
    EXPECT_TRUE(signature.cms.empty());
    EXPECT_TRUE(signature.entitlements->find_true("get-task-allow"));
    EXPECT_TRUE(signature.entitlements_der->find_true("get-task-allow"));
  }
}

TEST(Macho, AChangedPageIsCounted) {
  std::string bytes = build_macho();
  bytes[5000] ^= 1;
  const Parsed parsed(bytes);
  EXPECT_THAT(parsed.ids(), ElementsAre("macho.page_hash_mismatch"));
  EXPECT_EQ(parsed.image().signature->pages, PageHashes::kMismatch);
  EXPECT_EQ(parsed.image().signature->bad_pages, 1u);
}

TEST(Macho, ChangedEntitlementsDoNotMatchTheDirectory) {
  std::string bytes = build_macho({.entitlements = entitlements("true")});
  bytes.replace(bytes.find("get-task-allow"), 14, "get-mail-allow");
  const Parsed parsed(bytes);
  EXPECT_THAT(parsed.ids(), ElementsAre("macho.blob_hash_mismatch"));
  EXPECT_FALSE(parsed.image().signature->blobs_match);
}

TEST(Macho, EntitlementsThatDifferByFormAreNamed) {
  const Parsed parsed(
      build_macho({.entitlements = entitlements("false"), .entitlements_der = kDerEntitlements}));
  EXPECT_THAT(parsed.ids(), ElementsAre("macho.entitlements_differ"));
  EXPECT_THAT(Parsed(build_macho({.entitlements_der = "\x70\x7f"})).ids(),
              ElementsAre("macho.bad_entitlements"));
}

TEST(Macho, TheCmsBlobAndWhatItSignsAreHandedOut) {
  std::string signed_bytes;
  const Parsed parsed(build_macho({.sign = [&](std::string_view directory) {
    signed_bytes = directory;
    return std::string("a message");
  }}));
  EXPECT_EQ(as_text(parsed.image().signature->cms), "a message");
  EXPECT_EQ(as_text(parsed.image().signature->code_directory), signed_bytes);
}

TEST(Macho, EveryImageOfAUniversalFile) {
  const Parsed parsed(build_fat({build_macho({.is_64 = false}), build_macho()}));
  EXPECT_THAT(parsed.ids(), IsEmpty());
  ASSERT_EQ(parsed.file.images.size(), 2u);
  EXPECT_FALSE(parsed.file.images[0].is_64);
  EXPECT_TRUE(parsed.file.images[1].is_64);
  EXPECT_EQ(parsed.file.images[1].signature->pages, PageHashes::kMatch);

  std::string overlapping = build_fat({build_macho(), build_macho()});
  overlapping.replace(8 + 20 + 8, 4, overlapping.substr(8 + 8, 4));
  const Parsed shared(overlapping);
  EXPECT_THAT(shared.ids(), ElementsAre("macho.overlapping_slices"));
  EXPECT_EQ(shared.file.images.size(), 1u);
}

TEST(Macho, WhatHonestLinkersDoNotWrite) {
  EXPECT_THAT(Parsed(build_macho({.is_signed = false})).ids(), ElementsAre("macho.no_signature"));
  EXPECT_THAT(Parsed(build_macho({.text_protection = 7})).ids(),
              ElementsAre("macho.writable_code"));
  const std::string honest = build_macho();
  std::string many = honest;
  many[16] = '\x7f';  // the number of load commands
  EXPECT_THAT(Parsed(many).ids(), Contains("macho.bad_load_command"));
  const Parsed cut(honest.substr(0, 9000));
  EXPECT_THAT(cut.ids(), Contains("macho.bad_segment"));
  EXPECT_TRUE(cut.file.truncated);
}

TEST(Macho, ASignatureThatCoversAPartDoesNotMatch) {
  std::string bytes = build_macho();
  const std::size_t directory = bytes.find(std::string("\xfa\xde\x0c\x02", 4));
  ASSERT_NE(directory, std::string::npos);
  bytes.replace(directory + 28, 8, std::string("\0\0\0\1\0\0\x10\0", 8));  // one page of 4 KiB
  const Parsed parsed(bytes);
  EXPECT_THAT(parsed.ids(), Contains("macho.bad_code_signature"));
  EXPECT_EQ(parsed.image().signature->pages, PageHashes::kMismatch);
}

TEST(Macho, EveryTruncationIsAResult) {
  const std::string whole = build_macho({.entitlements = entitlements("true")});
  for (std::size_t size = 0; size < whole.size(); size += size < 1024 ? 1 : 97) {
    const std::string part = whole.substr(0, size);
    const Result<MachoFile> file = parse_macho(as_bytes(part));
    EXPECT_FALSE(file.ok() && file->anomalies.empty()) << size;
  }
}

TEST(Macho, WhatIsNoMachoIsAnError) {
  EXPECT_FALSE(looks_like_macho(as_bytes(std::string("\xca\xfe\xba\xbe\0\0\0\x34", 8))));  // Java
  EXPECT_EQ(parse_macho(as_bytes("MZ")).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(parse_macho(as_bytes("\xfe\xed\xfa\xcf....")).error().code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace bartizan::parse
