#include "intel/content.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "intel/brands.h"
#include "intel/confusables.h"
#include "intel/indicators.h"
#include "intel/domain_set.h"
#include "parse/domain/utf8.h"

namespace bartizan::intel {
namespace {

namespace fs = std::filesystem;

// A copy of the shipped content that a test may damage.
class Copy {
 public:
  Copy() : folder_(fs::temp_directory_path() / ("bartizan_content_" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::copy("content", folder_, fs::copy_options::recursive);
  }
  ~Copy() { fs::remove_all(folder_); }
  const fs::path& folder() const { return folder_; }
  void write(const std::string& path, std::string_view text) const {
    fs::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path, std::ios::binary) << text;
  }
  std::string digest() const {
    const auto content = Content::load(folder_);
    return content.ok() ? (*content)->digest() : content.error().message;
  }

 private:
  fs::path folder_;
};

TEST(Content, TheShippedPackLoads) {
  const auto content = Content::load("content");
  ASSERT_TRUE(content.ok()) << content.error().message;
  EXPECT_GT((*content)->indicators().size(), 15'000u);
  EXPECT_GE((*content)->brands().brands().size(), 60u);
  EXPECT_GT((*content)->confusables().size(), 1'000u);
  EXPECT_GT((*content)->popular_domains().size(), 9'000u);
  EXPECT_EQ((*content)->public_suffixes().registrable_domain_icann("a.b.co.uk"), "b.co.uk");
  EXPECT_EQ((*content)->digest().size(), 64u);
}

TEST(Content, NoShippedIndicatorCoversAPopularSiteOrASuffix) {
  const auto content = Content::load("content");
  ASSERT_TRUE(content.ok());
  for (const Indicator& indicator : (*content)->indicators().all()) {
    if (indicator.kind != IndicatorKind::kDomain) continue;
    EXPECT_FALSE((*content)->popular_domains().contains(indicator.value)) << indicator.value;
    EXPECT_FALSE((*content)->public_suffixes().is_public_suffix(indicator.value))
        << indicator.value;
    EXPECT_EQ((*content)->brands().owner_of(indicator.value), nullptr) << indicator.value;
  }
}

TEST(Content, TheDigestDependsOnPathsAndBytesAlone) {
  const auto shipped = Content::load("content");
  ASSERT_TRUE(shipped.ok());
  const Copy copy;
  EXPECT_EQ(copy.digest(), (*shipped)->digest());
  copy.write("notes.md", "not judged with");
  EXPECT_EQ(copy.digest(), (*shipped)->digest());
  copy.write("intel/own.tsv", "# source: us\nhost\ta.example\tphishing\tlure\n");
  const std::string with_own = copy.digest();
  EXPECT_NE(with_own, (*shipped)->digest());
  copy.write("intel/own.tsv", "# source: us\nhost\tb.example\tphishing\tlure\n");
  EXPECT_NE(copy.digest(), with_own);
}

TEST(Content, AMalformedFileIsNamedAndNothingIsLoaded) {
  const Copy copy;
  copy.write("intel/own.tsv", "# source: us\nhost\n");
  EXPECT_EQ(copy.digest().substr(0, 16), "intel/own.tsv:2:");
  copy.write("intel/own.tsv", "# source: us\n");
  copy.write("brands/brands.yaml", "- {name: A, domains: [A.com]}\n");
  EXPECT_EQ(copy.digest().substr(0, 21), "brands/brands.yaml:1:");
  EXPECT_FALSE(Content::load("no/such/folder").ok());
  EXPECT_FALSE(Content::load("tests").ok()) << "a folder without the tables is no content";
}

// In the place of libyara, which src/yara tests: the names and texts, as an error.
Result<std::shared_ptr<const YaraRules>> list_rules(const std::vector<NamedText>& files) {
  std::string out;
  for (const NamedText& file : files) out += file.name + "=" + file.text + ";";
  return Error{ErrorCode::kInvalid, out};
}

TEST(Content, RulesOfYaraCountForTheDigestAndGoToTheirCompiler) {
  const Copy copy;
  const std::string before = copy.digest();
  EXPECT_TRUE(Content::load(copy.folder(), {.compile_yara = list_rules}).ok());
  copy.write("yara/README.md", "not a rule");
  EXPECT_EQ(copy.digest(), before);
  copy.write("yara/b.yar", "two");
  copy.write("yara/more/a.yara", "three");
  copy.write("yara/a.yar", "one");
  EXPECT_NE(copy.digest(), before);
  const auto loaded = Content::load(copy.folder(), {.compile_yara = list_rules});
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().message, "yara/a.yar=one;yara/b.yar=two;yara/more/a.yara=three;");
}

TEST(Content, AnotherFolderTakesThePlaceOfTheContentsYara) {
  const Copy copy;
  const std::string without = copy.digest();
  copy.write("yara/a.yar", "one");
  const std::string with = copy.digest();
  copy.write("other/c.yar", "four");
  const auto loaded = Content::load(
      copy.folder(), {.compile_yara = list_rules, .yara_folder = copy.folder() / "other"});
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().message, "yara/c.yar=four;");
  fs::create_directory(copy.folder() / "none");
  EXPECT_EQ((*Content::load(copy.folder(), {.yara_folder = copy.folder() / "none"}))->digest(),
            without);
  EXPECT_EQ((*Content::load("content", {.yara_folder = copy.folder() / "yara"}))->digest(), with);
  EXPECT_EQ(Content::load("content", {.yara_folder = "no/such/folder"}).error().code,
            ErrorCode::kNotFound);
}

TEST(Content, YaraRulesAreBounded) {
  const Copy copy;
  copy.write("yara/large.yar", std::string(kMaxYaraFileBytes + 1, ' '));
  EXPECT_EQ(Content::load(copy.folder()).error().code, ErrorCode::kLimit);
  copy.write("yara/large.yar", std::string(kMaxYaraFileBytes, ' '));
  copy.write("yara/b.yar", std::string(kMaxYaraFileBytes, ' '));
  EXPECT_TRUE(Content::load(copy.folder()).ok());
  copy.write("yara/c.yar", " ");
  EXPECT_EQ(Content::load(copy.folder()).error().code, ErrorCode::kLimit);
}

TEST(Brands, KnowTheirOwners) {
  const auto set = BrandSet::load(
      "- {name: Pay, domains: [pay.example, pay.test], words: [pay, payme], common_word: true}\n"
      "- {name: Net, domains: [net.example], delivery_network: true}\n",
      "b.yaml");
  ASSERT_TRUE(set.ok()) << set.error().message;
  EXPECT_EQ(set->owner_of("pay.test")->name, "Pay");
  EXPECT_EQ(set->owner_of("other.test"), nullptr);
  EXPECT_TRUE(set->is_word("payme"));
  ASSERT_EQ(set->brands()[1].words.size(), 1U);
  EXPECT_EQ(set->brands()[1].words[0].text, "net");
  EXPECT_TRUE(set->brands()[1].delivery_network);
}

TEST(Brands, BadEntriesAreNamed) {
  for (const char* text :
       {"name: x\n", "- {name: A}\n", "- {name: A, domains: []}\n",
        "- {name: A, domains: [a.example], words: [A]}\n",
        "- {name: A, domains: [a.example], colour: red}\n",
        "- {name: A, domains: [a.example], common_word: maybe}\n",
        "- {name: A, domains: [a.example]}\n- {name: B, domains: [a.example]}\n"})
    EXPECT_FALSE(BrandSet::load(text, "b.yaml").ok()) << text;
}

TEST(Confusables, ReadAsAscii) {
  const auto content = Content::load("content");
  ASSERT_TRUE(content.ok());
  const auto reads_as = [&](std::string_view text) {
    return (*content)->confusables().ascii_lookalike(*parse::decode_utf8(text));
  };
  EXPECT_EQ(reads_as("раураl"), "paypal");
  EXPECT_EQ(reads_as("nétflix"), "netflix");
  EXPECT_EQ(reads_as("ɡооɡlе"), "google");
  EXPECT_EQ(reads_as("a\u0301pple"), "apple");
  EXPECT_EQ(reads_as("例え"), "例え");
  EXPECT_FALSE(ConfusableMap::load("zz\ta\n", "c").ok());
  EXPECT_FALSE(ConfusableMap::load("41\ta\n", "c").ok()) << "ASCII needs no likeness";
  EXPECT_FALSE(ConfusableMap::load("430 a\n", "c").ok());
}

}  // namespace
}  // namespace bartizan::intel
