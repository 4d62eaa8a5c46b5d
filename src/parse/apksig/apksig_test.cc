#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/file.h"
#include "parse/apksig/jar_manifest.h"
#include "parse/apksig/verifier.h"
#include "parse/axml/parser.h"
#include "parse/zip/parser.h"

namespace bartizan::parse {
namespace {

struct Expected {
  std::string range;    // "manifest" or a platform level
  std::string verdict;  // VERIFIED, REJECTED, EXCEPTION
  std::vector<std::string> schemes;
  std::set<std::string> signers;
  std::string errors;
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> out;
  std::stringstream in(text);
  for (std::string part; std::getline(in, part, separator);) out.push_back(part);
  return out;
}

// file -> what the reference verifier said, range by range
std::map<std::string, std::vector<Expected>> read_verdicts(const std::filesystem::path& path) {
  std::map<std::string, std::vector<Expected>> out;
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);  // titles
  while (std::getline(in, line)) {
    std::vector<std::string> cells = split(line, '\t');
    cells.resize(10);
    Expected expected{.range = cells[2], .verdict = cells[3], .errors = cells[9]};
    const std::string schemes[] = {"v1", "v2", "v3", "v3.1"};
    for (std::size_t i = 0; i < 4; ++i) {
      if (cells[4 + i] == "true") expected.schemes.push_back(schemes[i]);
    }
    for (const std::string& signer : split(cells[8], ',')) expected.signers.insert(signer);
    out[cells[0]].push_back(std::move(expected));
  }
  return out;
}

std::optional<AndroidManifest> manifest_of(const ZipArchive& archive) {
  const ZipEntry* entry = archive.find("AndroidManifest.xml");
  if (entry == nullptr) return std::nullopt;
  const ZipContent content = read_zip_entry(archive, *entry, kMaxAxmlBytes);
  Result<AndroidManifest> manifest = parse_manifest(content.bytes);
  return manifest.ok() ? std::optional(std::move(manifest).value()) : std::nullopt;
}

SignatureQuestion question_for(const std::string& range,
                               const std::optional<AndroidManifest>& manifest) {
  SignatureQuestion question;
  if (manifest) {
    question.range.min = static_cast<std::uint32_t>(manifest->min_sdk.value_or(1));
    question.target_sdk = manifest->target_sdk;
    question.target_sandbox_version = manifest->target_sandbox_version;
  }
  if (range != "manifest")
    question.range.min = question.range.max = static_cast<std::uint32_t>(std::stoul(range));
  return question;
}

std::set<std::string> digests_of(const std::vector<Certificate>& certificates) {
  std::set<std::string> out;
  for (const Certificate& certificate : certificates) out.insert(certificate.sha256);
  return out;
}

// The reference ran where RSA-PSS keys of 16384 bits are out of its provider's range; Android and
// we verify them. What it says of the same file signed with PKCS #1 then holds.
std::string judged_like(const std::string& name) {
  if (name == "v2-only-with-rsa-pss-sha256-16384.apk" ||
      name == "v2-only-with-rsa-pss-sha512-16384.apk")
    return "v2-only-with-rsa-pkcs1-sha256-16384.apk";
  return name;
}

std::string describe(std::string_view verdict, const std::vector<std::string>& schemes,
                     const std::set<std::string>& signers) {
  std::string out(verdict);
  for (const std::string& scheme : schemes) out += " " + scheme;
  for (const std::string& signer : signers) out += " " + signer.substr(0, 12);
  return out;
}

// Agreement with AOSP's reference verifier on its own test files: verdict, the schemes that accept
// the file, and its signers, on every row.
TEST(ApkSignatureCorpus, AgreesWithTheReferenceVerifier) {
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "corpus not present";
  const std::filesystem::path folder = std::filesystem::path(corpus) / "apk/apksig";
  const auto verdicts = read_verdicts(folder / "verdicts.tsv");
  int rows = 0, agreed = 0;
  for (const auto& [name, unused] : verdicts) {
    const Result<MappedFile> file = MappedFile::open(folder / name);
    ASSERT_TRUE(file.ok()) << name;
    const Result<ZipArchive> archive = parse_zip(file->bytes());
    for (const Expected& expected : verdicts.at(judged_like(name))) {
      ++rows;
      if (!archive.ok()) {  // no archive is no signature
        agreed += expected.verdict == "EXCEPTION";
        EXPECT_EQ(expected.verdict, "EXCEPTION") << name;
        continue;
      }
      const ApkSignature got =
          verify_apk_signature(*archive, question_for(expected.range, manifest_of(*archive)));
      const bool accepted = got.verdict == SignatureVerdict::kVerified;
      bool same = accepted == (expected.verdict == "VERIFIED");
      if (expected.verdict == "EXCEPTION") {
        same &= got.verdict == SignatureVerdict::kRejected;
      } else {
        same &= got.schemes == expected.schemes && digests_of(got.signers) == expected.signers;
      }
      agreed += same;
      EXPECT_TRUE(same) << name << " at " << expected.range << ": "
                        << describe(to_string(got.verdict), got.schemes, digests_of(got.signers))
                        << testing::PrintToString(got.errors) << "; the reference: "
                        << describe(expected.verdict, expected.schemes, expected.signers) << " "
                        << expected.errors;
    }
  }
  std::cout << "agreement " << agreed << " of " << rows << " rows\n";
  EXPECT_GT(rows, 1900);
}

// An app that tools/build_apps made, or nothing when its tools are not installed.
std::optional<std::string> demo_app(const std::string& name) {
  Result<std::string> file = read_file("build/demo-apps/" + name + ".apk", 1 << 20);
  return file.ok() ? std::optional(std::move(file).value()) : std::nullopt;
}

ApkSignature signature_of(const std::string& file, std::uint32_t sdk = kNewestPlatform) {
  const Result<ZipArchive> archive = parse_zip(as_bytes(file));
  EXPECT_TRUE(archive.ok());
  return verify_apk_signature(*archive, {.range = {sdk, sdk}});
}

TEST(ApkSignature, SignedAppVerifiesWithItsSigner) {
  const auto file = demo_app("notes");
  if (!file) GTEST_SKIP() << "demo apps not built: aapt, smali or apksigner missing";
  const ApkSignature signature = signature_of(*file);
  EXPECT_EQ(signature.verdict, SignatureVerdict::kVerified);
  EXPECT_EQ(signature.verified_by, "v3");
  EXPECT_THAT(signature.present, testing::IsSupersetOf({"v2", "v3"}));
  EXPECT_THAT(signature.schemes, testing::ElementsAre("v3"));
  ASSERT_EQ(signature.signers.size(), 1u);
  EXPECT_EQ(signature.signers[0].subject, "CN=Bartizan demo apps");
  EXPECT_EQ(signature.signers[0].key_type, "EC");
  EXPECT_EQ(signature_of(*file, 24).verified_by, "v2");
}

TEST(ApkSignature, OneChangedByteIsRejected) {
  auto file = demo_app("notes");
  if (!file) GTEST_SKIP() << "demo apps not built: aapt, smali or apksigner missing";
  (*file)[200] = static_cast<char>((*file)[200] ^ 1);
  const ApkSignature signature = signature_of(*file);
  EXPECT_EQ(signature.verdict, SignatureVerdict::kRejected);
  EXPECT_THAT(signature.errors, testing::ElementsAre("v3.digest_mismatch"));
}

TEST(ApkSignature, StrippingTheNewerSchemeIsNoticed) {
  auto file = demo_app("notes");
  if (!file) GTEST_SKIP() << "demo apps not built: aapt, smali or apksigner missing";
  const std::size_t v3_block = file->find(std::string("\xc0\x68\x53\xf0", 4));
  ASSERT_NE(v3_block, std::string::npos);
  (*file)[v3_block] = '\0';  // the platform passes over pairs of unknown ids
  const ApkSignature signature = signature_of(*file);
  EXPECT_EQ(signature.verdict, SignatureVerdict::kRejected);
  EXPECT_THAT(signature.errors, testing::Contains("v2.stripped"));
}

TEST(ApkSignature, OldPlatformVerifiesTheJarSignature) {
  auto file = demo_app("notes");
  if (!file) GTEST_SKIP() << "demo apps not built: aapt, smali or apksigner missing";
  const ApkSignature signature = signature_of(*file, 23);
  EXPECT_EQ(signature.verdict, SignatureVerdict::kVerified);
  EXPECT_EQ(signature.verified_by, "v1");
  ASSERT_EQ(signature.signers.size(), 1u);
  EXPECT_EQ(signature.signers[0].sha256, signature_of(*file).signers[0].sha256);
}

// What the caller holds of the file counts, and is not read from it once more.
TEST(ApkSignature, EntriesInflatedBeforeAreNotInflatedAgain) {
  const auto app = demo_app("notes");
  if (!app) GTEST_SKIP() << "demo apps not built";
  const Result<ZipArchive> archive = parse_zip(as_bytes(*app));
  ASSERT_TRUE(archive.ok());
  const ZipEntry* entry = archive->find("classes.dex");
  ASSERT_NE(entry, nullptr);
  ZipContent code = read_zip_entry(*archive, *entry, 1 << 20);
  const auto errors_with = [&](Bytes held) {
    ApkSignatureVerifier verifier(*archive, {{entry, held}});
    return verifier.verify({.range = {21, 21}}).errors;
  };
  EXPECT_EQ(errors_with(code.bytes), std::vector<std::string>());
  EXPECT_EQ(errors_with(Bytes(code.bytes).first(8)),
            std::vector<std::string>{"v1.malformed_entry"});
  code.bytes[0] ^= 1;
  EXPECT_EQ(errors_with(code.bytes), std::vector<std::string>{"v1.entry_digest_mismatch"});
}

TEST(ApkSignature, ChangedFileBreaksTheJarSignature) {
  auto file = demo_app("notes");
  if (!file) GTEST_SKIP() << "demo apps not built: aapt, smali or apksigner missing";
  const std::size_t header = file->find("AndroidManifest.xml");
  ASSERT_NE(header, std::string::npos);
  // Far enough into the file's deflated data to leave the stream's structure alone or to break it;
  // either way the digest is another.
  (*file)[header + 200] = static_cast<char>((*file)[header + 200] ^ 1);
  const ApkSignature signature = signature_of(*file, 23);
  EXPECT_EQ(signature.verdict, SignatureVerdict::kRejected);
  EXPECT_THAT(signature.errors, testing::AnyOf(testing::ElementsAre("v1.entry_digest_mismatch"),
                                               testing::ElementsAre("v1.malformed_entry")));
}

TEST(ApkSignature, JarSignatureLeftAloneTellsOfTheOthers) {
  auto file = demo_app("notes");
  if (!file) GTEST_SKIP() << "demo apps not built: aapt, smali or apksigner missing";
  const std::size_t magic = file->find("APK Sig Block 42");
  ASSERT_NE(magic, std::string::npos);
  (*file)[magic] = 'X';  // no platform sees the signing block now
  const ApkSignature signature = signature_of(*file);
  EXPECT_EQ(signature.verdict, SignatureVerdict::kRejected);
  EXPECT_THAT(signature.errors, testing::Contains("v1.stripped"));
}

TEST(JarManifest, LinesEndInAnyOfThreeWays) {
  const std::string text = "A: 1\rB: 2\n  3\r\nC: 4\r\rName: x\nD: 5\n\n";
  const std::vector<JarSection> sections = parse_jar_sections(as_bytes(text));
  ASSERT_EQ(sections.size(), 2u);
  EXPECT_EQ(sections[0].find("a"), "1");
  EXPECT_EQ(sections[0].find("B"), "2 3");
  EXPECT_EQ(sections[0].find("C"), "4");
  EXPECT_EQ(sections[1].name(), "x");
  EXPECT_EQ(sections[1].find("D"), "5");
}

TEST(JarManifest, SectionsLinesAndWhatIsDigested) {
  const std::string text =
      "Manifest-Version: 1.0\r\n\r\nName: a/very\r\n  long name\r\nsha-256-digest: x\r\n\r\n"
      "\r\nName: b\r\n";
  const std::vector<JarSection> sections = parse_jar_sections(as_bytes(text));
  ASSERT_EQ(sections.size(), 3u);
  EXPECT_EQ(sections[1].find("Name"), "a/very long name");
  EXPECT_EQ(sections[1].find("SHA-256-Digest"), "x");
  EXPECT_EQ(as_text(sections[1].raw), "Name: a/very\r\n  long name\r\nsha-256-digest: x\r\n\r\n");
  EXPECT_EQ(sections[2].find("Name"), "b");
}

TEST(ApkSignature, RewrittenAppHasNone) {
  const auto file = demo_app("notes-hostile");
  if (!file) GTEST_SKIP() << "demo apps not built: aapt, smali or apksigner missing";
  EXPECT_EQ(signature_of(*file).verdict, SignatureVerdict::kUnsigned);
}

}  // namespace
}  // namespace bartizan::parse
