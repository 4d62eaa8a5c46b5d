#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/file.h"
#include "detect/link/check.h"
#include "detect/link/judge.h"
#include "detect/link/likeness.h"
#include "detect/link/link_detector.h"
#include "intel/indicators.h"

namespace bartizan::detect {
namespace {

const intel::Content& shipped_content() {
  static const auto content = intel::Content::load("content");
  if (!content.ok()) {
    ADD_FAILURE() << content.error().message;
    std::abort();
  }
  return **content;
}

std::vector<LinkConclusion> judge(std::string_view link) {
  const auto address = read_link(link, shipped_content().public_suffixes());
  if (!address.ok()) return {};
  return judge_link(*address, shipped_content());
}

// "threat target" of each conclusion, or "threat" when nobody is imitated.
std::string verdict_on(std::string_view link) {
  std::string out;
  for (const LinkConclusion& conclusion : judge(link)) {
    out += (out.empty() ? "" : ", ") + conclusion.threat;
    for (const Evidence& evidence : conclusion.evidence) {
      if (evidence.fact == "target") out += " " + evidence.value;
    }
  }
  return out;
}

TEST(LinkJudge, SeesLookAlikeLetters) {
  EXPECT_EQ(verdict_on("https://xn--pypal-4ve.com/login"), "link.homograph paypal.com");
  EXPECT_EQ(verdict_on("https://раураl.com/"), "link.homograph paypal.com");
  EXPECT_EQ(verdict_on("https://pаypаl.evil.example/"), "link.homograph paypal.com");
  EXPECT_EQ(verdict_on("https://www.ɡoogle.com/"), "link.homograph google.com");
  EXPECT_EQ(verdict_on("https://аррӏе.com/"), "link.homograph apple.com");
  EXPECT_EQ(verdict_on("https://nétflix.com/"), "link.homograph netflix.com");
}

TEST(LinkJudge, SeesTyposAndSwappedSigns) {
  EXPECT_EQ(verdict_on("https://paypa1.com/"), "link.typosquat paypal.com");
  EXPECT_EQ(verdict_on("https://rnicrosoft.com/"), "link.typosquat microsoft.com");
  EXPECT_EQ(verdict_on("https://arnazon.com/"), "link.typosquat amazon.com");
  EXPECT_EQ(verdict_on("https://payapl.com/"), "link.typosquat paypal.com");
  EXPECT_EQ(verdict_on("https://facebok.com/"), "link.typosquat facebook.com");
  EXPECT_EQ(verdict_on("https://paypal.top/"), "link.typosquat paypal.com");
}

TEST(LinkJudge, SeesABrandInFrontOfAnotherDomain) {
  EXPECT_EQ(verdict_on("https://paypal.com.evil.example/"), "link.brand_in_subdomain paypal.com");
  EXPECT_EQ(verdict_on("https://www-paypal-com.evil.example/"),
            "link.brand_in_subdomain paypal.com");
  EXPECT_EQ(verdict_on("https://secure-paypal-login.example/"),
            "link.brand_in_subdomain paypal.com");
  EXPECT_EQ(verdict_on("https://usps.com-track.example/"), "link.brand_in_subdomain usps.com");
  EXPECT_EQ(verdict_on("https://mail.8724319-coinbase.example/"),
            "link.brand_in_subdomain coinbase.com");
  EXPECT_EQ(verdict_on("https://paypallogin.example/"), "link.brand_in_subdomain paypal.com");
  EXPECT_EQ(verdict_on("https://paypal-verify.github.io/"), "link.brand_in_subdomain paypal.com");
  EXPECT_EQ(verdict_on("https://netflix.account-update.example/"),
            "link.brand_in_subdomain netflix.com");
}

TEST(LinkJudge, SeesTricksOfWriting) {
  EXPECT_EQ(verdict_on("https://paypal.com@evil.example/"), "link.deceptive_address paypal.com");
  EXPECT_EQ(verdict_on("https://www.paypal.com%2flogin:x@evil.example/"),
            "link.deceptive_address paypal.com");
  // A person's own name may look like a host: it is not quoted.
  EXPECT_EQ(verdict_on("https://alice.smith.name:x@evil.example/"), "link.deceptive_address");
  EXPECT_EQ(verdict_on("http://0x7f000001/"), "link.deceptive_address");
  EXPECT_EQ(verdict_on("https://%65vil.example/"), "link.deceptive_address");
  EXPECT_EQ(verdict_on("https://ｅｖｉｌ.example/"), "link.deceptive_address");
}

TEST(LinkJudge, MatchesIndicatorsOnUrlHostAndParent) {
  const auto& all = shipped_content().indicators().all();
  int domains = 0;
  for (const intel::Indicator& indicator : all) {
    if (indicator.kind != intel::IndicatorKind::kDomain) continue;
    if (++domains % 97 != 0) continue;
    const std::string verdict = verdict_on("https://www." + indicator.value + "/x?y");
    EXPECT_NE(verdict.find("link.known_"), std::string::npos) << indicator.value;
  }
  EXPECT_GT(domains, 10'000);
}

TEST(LinkJudge, QuotesNoQueryAndNoPassword) {
  for (const LinkConclusion& conclusion :
       judge("https://paypal.com:hunter2@paypa1.com/reset?token=SECRET#SECRET")) {
    for (const Evidence& evidence : conclusion.evidence) {
      EXPECT_EQ(evidence.value.find("SECRET"), std::string::npos);
      EXPECT_EQ(evidence.value.find("hunter2"), std::string::npos);
    }
  }
}

TEST(LinkJudge, LeavesHarmlessSitesAlone) {
  std::ifstream in("tests/links/benign_domains.txt");
  int count = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    ++count;
    EXPECT_EQ(verdict_on(line), "") << line;
  }
  EXPECT_GE(count, 100);
}

TEST(LinkJudge, LeavesEveryBrandsOwnDomainsAlone) {
  for (const intel::Brand& brand : shipped_content().brands().brands()) {
    for (const std::string& domain : brand.domains) {
      EXPECT_EQ(verdict_on("https://login." + domain + "/account"), "") << domain;
    }
  }
}

TEST(LinkJudge, TakesWellUnderAMillisecond) {
  shipped_content();
  constexpr int kLinks = 50;
  std::clock_t least = CLOCKS_PER_SEC;
  for (int round = 0; round < 5; ++round) {
    const std::clock_t start = std::clock();  // processor time: other programs do not count
    for (int i = 0; i < kLinks; ++i)
      judge("https://secure-login.account-verification.xn--pypal-4ve.example/a/b");
    least = std::min(least, std::clock() - start);
  }
  const double micros = 1e6 * static_cast<double>(least) / CLOCKS_PER_SEC / kLinks;
  std::printf("one link judged in %.0f us\n", micros);
  EXPECT_LT(micros, 10'000) << "an unoptimised, instrumented build included";
}

TEST(EditDistance, CountsNeighboursSwappedAsOne) {
  EXPECT_EQ(edit_distance("paypal", "paypal", 2), 0);
  EXPECT_EQ(edit_distance("payapl", "paypal", 2), 1);
  EXPECT_EQ(edit_distance("paypl", "paypal", 2), 1);
  EXPECT_EQ(edit_distance("paypaal", "paypal", 2), 1);
  EXPECT_EQ(edit_distance("peypel", "paypal", 2), 2);
  EXPECT_EQ(edit_distance("abcdef", "paypal", 2), 3);
  EXPECT_EQ(edit_distance("", "ab", 2), 2);
}

// At most 5 of 10,000 harmless links may be found; what known phishing is found is printed.
TEST(LinkCorpus, FalseAlarmsStayRare) {
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "corpus not present";
  const bool verbose = std::getenv("BARTIZAN_VERBOSE") != nullptr;
  const auto count = [&](const std::string& command, const char* name) {
    FILE* pipe = ::popen(command.c_str(), "r");
    int total = 0;
    int found = 0;
    std::map<std::string, int> by_threat;
    char line[65536];
    while (pipe != nullptr && std::fgets(line, sizeof line, pipe) != nullptr) {
      const std::string_view link =
          std::string_view(line).substr(0, std::string_view(line).find('\n'));
      const std::vector<LinkConclusion> conclusions = judge(link);
      ++total;
      found += !conclusions.empty();
      for (const LinkConclusion& conclusion : conclusions) {
        ++by_threat[conclusion.threat];
        if (verbose) std::printf("  %s %s\n", name, conclusion.summary.c_str());
      }
    }
    if (pipe != nullptr) ::pclose(pipe);
    std::printf("%s: %d of %d found (%.1f of 10,000)", name, found, total,
                1e4 * found / std::max(total, 1));
    for (const auto& [threat, times] : by_threat) std::printf(" %s=%d", threat.c_str(), times);
    std::printf("\n");
    EXPECT_GT(total, 5000) << name;
    return 1e4 * found / std::max(total, 1);
  };
  const std::string data = corpus;
  EXPECT_LE(count("zcat " + data + "/links/benign.tsv.gz | tail -n +2 | cut -f3 | awk 'NR%4==0'",
                  "benign pages"),
            5);
  for (const char* list : {"tranco10k", "majestic_million", "cisco_top20k"}) {
    EXPECT_LE(count("xzcat " + data + "/intel/warninglists/" + list +
                        ".json.xz | sed -n 's/^    \"\\([^\" ]*\\)\".*/\\1/p'",
                    list),
              5);
  }
  count("zcat " + data + "/links/openphish_train.tsv.gz | cut -f2 | awk 'NR%20==0'",
        "phishing (openphish)");
}

// A mark on a letter is how many languages spell an honest name: it warns at most.
TEST(Likeness, AMarkOnALetterAloneBlocksNothing) {
  for (const char* url : {"https://cr\u00e9dit-agricole.fr/", "https://d\u00e9cathlon.fr/",
                          "https://or\u00e4nge.de/", "https://\u00e4pple.se/"}) {
    const CheckedLink checked = check_link(url, shipped_content(), Timestamp{});
    EXPECT_NE(checked.verdict, LinkVerdict::kBlock) << url;
  }
  EXPECT_EQ(check_link("https://xn--pypal-4ve.com/", shipped_content(), Timestamp{}).verdict,
            LinkVerdict::kBlock);
}

TEST(Likeness, WwwHidesNoMissingDot) {
  EXPECT_NE(check_link("https://www.micro.soft.top/", shipped_content(), Timestamp{}).verdict,
            LinkVerdict::kAllow);
}

}  // namespace
}  // namespace bartizan::detect
