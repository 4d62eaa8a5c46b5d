#include "detect/link/link_model.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "detect/link/check.h"
#include "detect/link/likeness.h"
#include "intel/app_model.h"

namespace bartizan::detect {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

const intel::Content& content() {
  static const auto loaded = intel::Content::load("content").value();
  return *loaded;
}

LinkInputs inputs_of(const LinkAddress& address) {
  const auto likeness = find_likeness(address, content());
  return link_inputs(address, likeness ? likeness->confidence : 0, content());
}

LinkAddress read(std::string_view text) {
  return read_link(text, content().public_suffixes()).value();
}

bool suspected(const std::string& url) {
  const CheckedLink checked = check_link(url, content(), Timestamp{});
  for (const Finding& finding : checked.findings) {
    if (finding.threat == "link.suspected_phishing") return true;
  }
  return false;
}

TEST(LinkModel, ScoresAsTheTrainerDid) {
  std::ifstream file("tests/fixtures/models/links.tsv");
  int rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    const std::size_t tab = line.find('\t');
    const LinkAddress address = read(line.substr(0, tab));
    EXPECT_EQ(std::to_string(score_link(content().link_model(), inputs_of(address))),
              line.substr(tab + 1))
        << line;
    ++rows;
  }
  EXPECT_GE(rows, 40);
}

TEST(LinkModel, ContributionsAndBaseAreTheScore) {
  const LinkAddress address = read("http://chainnode-sync.example/wp-content/verify.php?id=7");
  const LinkScore score = explain_link(content().link_model(), inputs_of(address));
  std::int64_t sum = 0;
  for (const std::uint32_t root : content().link_model().roots())
    sum += content().link_model().nodes()[root].value;
  for (const LinkContribution& contribution : score.contributions) sum += contribution.points;
  EXPECT_EQ(sum, score.score);
  EXPECT_EQ(score.score, score_link(content().link_model(), inputs_of(address)));
}

TEST(LinkModel, ReachesWhatItScores) {
  const intel::LinkModel& model = content().link_model();
  for (const char* url : {"https://dapp-walletsync.online/connect", "https://example.com/",
                          "https://secure-login-verify.xyz/account.php"}) {
    const LinkInputs inputs = inputs_of(read(url));
    const std::int64_t score = score_link(model, inputs);
    EXPECT_TRUE(reaches(model, inputs, score)) << url;
    EXPECT_FALSE(reaches(model, inputs, score + 1)) << url;
  }
}

// Scheme, "www." and the final slash say nothing of who holds a name.
TEST(LinkModel, SameScoreHoweverTheAddressIsWritten) {
  const auto score = [](std::string_view url) {
    return score_link(content().link_model(), inputs_of(read(url)));
  };
  EXPECT_EQ(score("https://www.chainnode-sync.online/"), score("http://chainnode-sync.online"));
  EXPECT_EQ(score("CHAINNODE-SYNC.online"), score("chainnode-sync.online"));
  EXPECT_EQ(score("https://chainnode-sync.online/a/b/"), score("http://chainnode-sync.online/a/b"));
}

TEST(LinkModel, SuspectsWhatImitatesNobodyAndIsOnNoList) {
  EXPECT_TRUE(suspected("https://dapp-walletsync.online/connect"));
  EXPECT_TRUE(suspected("https://secure-login-verify.xyz/account.php"));
}

TEST(LinkModel, LeavesHarmlessAddressesAlone) {
  for (const char* url : {"https://www.wikipedia.org/wiki/Phishing", "https://example.com/",
                          "https://www.gutenberg.org/ebooks/1342",
                          "https://www.stadt-zuerich.ch/portal/de/index.html",
                          "https://docs.python.org/3/library/login.html",
                          "https://www.paypal.com/signin?country.x=DE&locale.x=de_DE"}) {
    EXPECT_FALSE(suspected(url)) << url;
  }
}

// Keys and names stand in paths and queries: none of them may reach the server in a sentence.
TEST(LinkModel, QuotesNothingOfPathOrQueryButWordsThatLure) {
  int spoken = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string key = "k" + std::to_string(i * 7919) + "sz";
    const CheckedLink checked =
        check_link("https://secure-login-verify.xyz/" + key + "/account.php?sid=" + key, content(),
                   Timestamp{});
    if (checked.findings.empty()) continue;
    ++spoken;
    ASSERT_THAT(checked.findings[0].summary, Not(HasSubstr(key)));
  }
  EXPECT_GE(spoken, 100);
}

TEST(LinkModel, WarnsAndNeverBlocks) {
  const CheckedLink checked =
      check_link("https://secure-login-verify.xyz/account.php", content(), Timestamp{});
  EXPECT_EQ(checked.verdict, LinkVerdict::kWarn);
  ASSERT_EQ(checked.findings.size(), 1u);
  EXPECT_EQ(checked.findings[0].severity, Severity::kLow);
  EXPECT_THAT(checked.findings[0].summary, HasSubstr("secure"));
  ASSERT_TRUE(checked.score && checked.threshold);
  EXPECT_GE(*checked.score, *checked.threshold);
}

TEST(LinkModel, SaysNothingWhereAnotherSignSpeaks) {
  const CheckedLink checked =
      check_link("https://paypal.com.secure-login.xyz/verify.php", content(), Timestamp{});
  EXPECT_FALSE(checked.findings.empty());
  for (const Finding& finding : checked.findings)
    EXPECT_NE(finding.threat, "link.suspected_phishing");
}

}  // namespace
}  // namespace bartizan::detect
