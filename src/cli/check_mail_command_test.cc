#include "cli/check_mail_command.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/json.h"

namespace bartizan::cli {
namespace {

class CheckMail : public testing::Test {
 protected:
  CheckMail() : folder_(std::filesystem::path(testing::TempDir()) / "check_mail") {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~CheckMail() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }

  int run(const std::vector<std::string>& args) {
    out_.str("");
    err_.str("");
    return run_check_mail(args, out_, err_);
  }

  std::vector<json::object> objects() const {
    std::vector<json::object> all;
    std::istringstream lines(out_.str());
    for (std::string line; std::getline(lines, line);) all.push_back(*parse_json_object(line));
    return all;
  }

  std::filesystem::path folder_;
  std::ostringstream out_;
  std::ostringstream err_;
};

constexpr const char* kLure =
    "Received: from a by b; x\r\n"
    "Authentication-Results: mx.corp.example; spf=none; dkim=none; dmarc=fail (p=reject)\r\n"
    "Received: from c by mx.corp.example; x\r\n"
    "From: PayPal Support <help@orchard.example>\r\nSubject: Your account is suspended\r\n"
    "Content-Type: text/html\r\n\r\n"
    "Verify your identity: <a href='https://plum.example/'>https://www.paypal.com/</a>\r\n";

TEST_F(CheckMail, SaysWhyAMailIsBad) {
  EXPECT_EQ(run({write("lure.eml", kLure)}), 1);
  EXPECT_EQ(out_.str().rfind("block\t", 0), 0u) << out_.str();
  EXPECT_NE(out_.str().find("[PayPal]"), std::string::npos);
}

TEST_F(CheckMail, TheReadMesExampleIsBlocked) {
  EXPECT_EQ(run({"tests/fixtures/mail/lure.eml", "--json"}), 1);
  ASSERT_EQ(objects().size(), 1u);
  EXPECT_EQ(get_string(objects()[0], "verdict"), "block");
}

TEST_F(CheckMail, PrintsOneObjectForEachMailOfAFolder) {
  write("a.eml", kLure);
  write("b.mbox",
        "From x Mon\nFrom: kim@orchard.example\nSubject: Hi\n\nHello.\n\nFrom y Tue\n"
        "From: kim@orchard.example\nSubject: Hi again\n\nHello.\n");
  EXPECT_EQ(run({"--batch", folder_.string(), "--json"}), 1);
  const std::vector<json::object> all = objects();
  ASSERT_EQ(all.size(), 3u);
  for (const char* key : {"path", "verdict", "score", "threshold", "reasons", "links",
                          "attachments", "authentication", "anomalies"})
    EXPECT_TRUE(all[0].contains(key)) << key;
  EXPECT_EQ(get_string(all[0], "verdict"), "block");
  EXPECT_EQ(get_string(all[1], "verdict"), "allow");
  EXPECT_EQ(get_int(all[2], "message"), 2);
}

TEST_F(CheckMail, AnErrorIsOneOfItsFileAlone) {
  write("a.eml", "no mail at all");
  write("b.eml", "From: kim@orchard.example\r\n\r\nHello.\r\n");
  EXPECT_EQ(run({"--batch", folder_.string(), "--json"}), 2);
  ASSERT_EQ(objects().size(), 2u);
  EXPECT_EQ(get_string(objects()[0], "verdict"), "error");
  EXPECT_EQ(get_string(objects()[1], "verdict"), "allow");
}

TEST_F(CheckMail, BelievesTheServerItIsToldToBelieve) {
  const std::string file = write("lure.eml", kLure);
  run({file, "--json", "--auth-server", "other.example"});
  ASSERT_EQ(objects().size(), 1u);
  EXPECT_EQ(get_bool(objects()[0].at("authentication").as_object(), "present"), false);
}

TEST_F(CheckMail, RefusesWhatItDoesNotUnderstand) {
  EXPECT_EQ(run({}), 2);
  EXPECT_EQ(run({"--nonsense"}), 2);
  EXPECT_EQ(run({"--batch"}), 2);
  EXPECT_EQ(run({"--batch", (folder_ / "nowhere").string()}), 2);
  EXPECT_EQ(run({"--help"}), 0);
}

// Written before anything was weighed; at most 2 % of them may be flagged.
TEST_F(CheckMail, HarmlessMailsOfTodayAreAllowed) {
  run({"--batch", "tests/fixtures/mail/benign", "--json"});
  const std::vector<json::object> all = objects();
  ASSERT_GE(all.size(), 60u);
  std::size_t flagged = 0;
  for (const json::object& mail : all) {
    if (get_string(mail, "verdict") == "allow") continue;
    ++flagged;
    std::printf("flagged: %s\n", std::string(get_string(mail, "subject").value_or("")).c_str());
  }
  EXPECT_LE(flagged * 50, all.size());  // 2 %
}

}  // namespace
}  // namespace bartizan::cli
