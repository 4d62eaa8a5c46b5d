#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/file.h"
#include "parse/apksig/verifier.h"
#include "parse/axml/parser.h"
#include "parse/zip/parser.h"

namespace bartizan::parse {
namespace {

struct Expected {
  std::string verdict;  // VERIFIED, REJECTED, EXCEPTION
  bool by_v1_alone = false;
  std::set<std::string> signers;
  std::string errors;
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> out;
  std::stringstream in(text);
  for (std::string part; std::getline(in, part, separator);) out.push_back(part);
  return out;
}

// file -> platform level -> what the reference verifier said
std::map<std::string, std::map<std::uint32_t, Expected>> read_verdicts(
    const std::filesystem::path& path) {
  std::map<std::string, std::map<std::uint32_t, Expected>> out;
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);  // titles
  while (std::getline(in, line)) {
    std::vector<std::string> cells = split(line, '\t');
    cells.resize(10);
    if (cells[2] == "manifest") continue;
    Expected expected{.verdict = cells[3],
                      .by_v1_alone = cells[4] == "true" && cells[5] != "true" &&
                                     cells[6] != "true" && cells[7] != "true",
                      .errors = cells[9]};
    for (const std::string& signer : split(cells[8], ',')) expected.signers.insert(signer);
    out[cells[0]][static_cast<std::uint32_t>(std::stoul(cells[2]))] = expected;
  }
  return out;
}

struct Judged {
  ApkSignature signature;
  std::set<std::string> signers;
};

Judged judge(const ZipArchive& archive, std::uint32_t sdk) {
  SignaturePlatform platform{.sdk = sdk};
  if (const ZipEntry* entry = archive.find("AndroidManifest.xml")) {
    const ZipContent content = read_zip_entry(archive, *entry, kMaxAxmlBytes);
    const Result<AndroidManifest> manifest = parse_manifest(content.bytes);
    if (manifest.ok()) platform.target_sdk = manifest->target_sdk;
  }
  Judged out{verify_apk_signature(archive, platform), {}};
  for (const Certificate& signer : out.signature.signers) out.signers.insert(signer.sha256);
  return out;
}

// The reference machine could not judge 16384-bit keys, and rejects an empty archive for want of a
// manifest, which is not the signature's business.
bool is_about_something_else(const Expected& expected) {
  return expected.errors.find("modulus value out of range") != std::string::npos ||
         expected.errors.find("Missing AndroidManifest.xml") != std::string::npos;
}

// Agreement with AOSP's reference verifier on its own test files, for the platform levels that
// know v2 and v3. Files only the JAR scheme signs are counted apart.
TEST(ApkSignatureCorpus, AgreesWithTheReferenceVerifier) {
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "corpus not present";
  const std::filesystem::path folder = std::filesystem::path(corpus) / "apk/apksig";
  int agreed = 0, judged = 0, signers_agreed = 0, verified = 0, v1_only = 0;
  for (const auto& [name, levels] : read_verdicts(folder / "verdicts.tsv")) {
    const Result<MappedFile> file = MappedFile::open(folder / name);
    ASSERT_TRUE(file.ok()) << name;
    const Result<ZipArchive> archive = parse_zip(file->bytes());
    for (const auto& [sdk, expected] : levels) {
      if (sdk < 24) continue;
      if (is_about_something_else(expected)) continue;
      if (!archive.ok()) {
        ++judged;
        agreed += expected.verdict != "VERIFIED";
        continue;
      }
      const Judged got = judge(*archive, sdk);
      if (got.signature.verdict == SignatureVerdict::kNotVerified) {
        ++v1_only;
        continue;
      }
      ++judged;
      const bool accepted = got.signature.verdict == SignatureVerdict::kVerified;
      const bool same = accepted == (expected.verdict == "VERIFIED");
      agreed += same;
      if (accepted && same) {
        ++verified;
        signers_agreed += got.signers == expected.signers;
      }
      if (!same || (accepted && got.signers != expected.signers)) {
        std::cout << name << " at " << sdk << ": " << to_string(got.signature.verdict);
        for (const std::string& error : got.signature.errors) std::cout << " " << error;
        std::cout << "; reference: " << expected.verdict << " " << expected.errors << "\n";
      }
    }
  }
  std::cout << "agreement " << agreed << " of " << judged << ", signers " << signers_agreed
            << " of " << verified << "; not judged, JAR signature alone: " << v1_only << "\n";
  // Measured. The reference, asked about one platform level alone, misses the levels around it in
  // three v3.1 files; a phone of that level takes their v3 signature.
  EXPECT_GE(agreed, 597);
  EXPECT_LE(judged - agreed, 5);
  EXPECT_EQ(signers_agreed, verified);
}

// An app that tools/build_apps made, or nothing when its tools are not installed.
std::optional<std::string> demo_app(const std::string& name) {
  Result<std::string> file = read_file("build/demo-apps/" + name + ".apk", 1 << 20);
  return file.ok() ? std::optional(std::move(file).value()) : std::nullopt;
}

ApkSignature signature_of(const std::string& file, std::uint32_t sdk = kNewestPlatform) {
  const Result<ZipArchive> archive = parse_zip(as_bytes(file));
  EXPECT_TRUE(archive.ok());
  return verify_apk_signature(*archive, {.sdk = sdk});
}

TEST(ApkSignature, SignedAppVerifiesWithItsSigner) {
  const auto file = demo_app("notes");
  if (!file) GTEST_SKIP() << "demo apps not built: aapt, smali or apksigner missing";
  const ApkSignature signature = signature_of(*file);
  EXPECT_EQ(signature.verdict, SignatureVerdict::kVerified);
  EXPECT_EQ(signature.verified_by, "v3");
  EXPECT_THAT(signature.schemes, testing::IsSupersetOf({"v2", "v3"}));
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

TEST(ApkSignature, RewrittenAppHasNone) {
  const auto file = demo_app("notes-hostile");
  if (!file) GTEST_SKIP() << "demo apps not built: aapt, smali or apksigner missing";
  EXPECT_EQ(signature_of(*file).verdict, SignatureVerdict::kUnsigned);
}

}  // namespace
}  // namespace bartizan::parse
