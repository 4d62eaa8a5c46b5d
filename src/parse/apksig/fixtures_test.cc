// Every kind of mis-signing that tests/fixtures/apksig makes, against its table of expectations.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "base/file.h"
#include "parse/apksig/verifier.h"
#include "parse/zip/parser.h"

namespace bartizan::parse {
namespace {

constexpr const char* kFolder = "build/apksig-fixtures/";

struct Row {
  std::string file, platforms, target, verdict, schemes, signers, notes;
};

std::vector<Row> read_table() {
  std::vector<Row> out;
  std::ifstream in("tests/fixtures/apksig/expectations.txt");
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    std::istringstream cells(line);
    Row row;
    cells >> row.file >> row.platforms >> row.target >> row.verdict >> row.schemes >> row.signers >>
        row.notes;
    EXPECT_FALSE(cells.fail()) << line;
    out.push_back(row);
  }
  return out;
}

// SHA-256 of the certificate -> the signer's name in the table.
std::map<std::string, std::string> read_signers() {
  std::map<std::string, std::string> out;
  std::ifstream in(std::string(kFolder) + "signers.txt");
  for (std::string name, digest; in >> name >> digest;) out[digest] = name;
  return out;
}

SignatureQuestion question_of(const Row& row) {
  SignatureQuestion question;
  question.range.min = static_cast<std::uint32_t>(std::stoul(row.platforms));
  if (!row.platforms.ends_with('-')) question.range.max = question.range.min;
  if (row.target != "-") question.target_sdk = std::stoll(row.target);
  return question;
}

std::string joined(const std::vector<std::string>& values) {
  std::string out;
  for (const std::string& value : values) out += (out.empty() ? "" : ",") + value;
  return out.empty() ? "-" : out;
}

std::string text_of(const ApkSignature& signature,
                    const std::map<std::string, std::string>& names) {
  std::vector<std::string> signers;
  for (const Certificate& signer : signature.signers) signers.push_back(names.at(signer.sha256));
  std::sort(signers.begin(), signers.end());
  const bool accepted = signature.verdict == SignatureVerdict::kVerified;
  return std::string(to_string(signature.verdict)) + " " + joined(signature.schemes) + " " +
         joined(signers) + " " + joined(accepted ? signature.warnings : signature.errors);
}

TEST(ApkSignatureFixtures, EachKindOfMisSigningIsJudgedAsOnAPhone) {
  const std::map<std::string, std::string> names = read_signers();
  if (names.empty()) GTEST_SKIP() << "fixtures not made: openssl is missing";
  const std::vector<Row> rows = read_table();
  EXPECT_GT(rows.size(), 70u);
  for (const Row& row : rows) {
    const Result<MappedFile> file = MappedFile::open(kFolder + row.file + ".apk");
    ASSERT_TRUE(file.ok()) << row.file;
    const Result<ZipArchive> archive = parse_zip(file->bytes());
    ASSERT_TRUE(archive.ok()) << row.file;
    EXPECT_EQ(text_of(verify_apk_signature(*archive, question_of(row)), names),
              row.verdict + " " + row.schemes + " " + row.signers + " " + row.notes)
        << row.file << " at " << row.platforms;
  }
}

TEST(ApkSignatureFixtures, LineageAndStampAreReported) {
  const std::map<std::string, std::string> names = read_signers();
  if (names.empty()) GTEST_SKIP() << "fixtures not made: openssl is missing";
  const auto signature_of = [](const std::string& name) {
    const Result<MappedFile> file = MappedFile::open(kFolder + name + ".apk");
    const Result<ZipArchive> archive = parse_zip(file->bytes());
    return verify_apk_signature(*archive, {.range = {28, 36}});
  };
  const ApkSignature rotated = signature_of("rotation");
  ASSERT_EQ(rotated.lineage.size(), 2u);
  EXPECT_EQ(names.at(rotated.lineage[0]), "alpha");
  EXPECT_EQ(names.at(rotated.lineage[1]), "beta");
  EXPECT_FALSE(rotated.source_stamp.has_value());
  const ApkSignature stamped = signature_of("v2-stamped");
  ASSERT_TRUE(stamped.source_stamp.has_value());
  EXPECT_TRUE(stamped.source_stamp->has_block);
  EXPECT_TRUE(stamped.source_stamp->certificate_sha256.starts_with("000102"));
}

}  // namespace
}  // namespace bartizan::parse
