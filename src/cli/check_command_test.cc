#include "cli/check_command.h"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "base/json.h"

namespace bartizan::cli {
namespace {

struct Outcome {
  int code;
  std::vector<json::object> objects;
  std::string text;
  std::string error;
};

Outcome check(std::vector<std::string> args, const std::string& input = "") {
  args.insert(args.begin(), {"link", "--content", "content"});
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  Outcome outcome{.code = run_check(args, in, out, err), .text = out.str(), .error = err.str()};
  std::istringstream lines(outcome.text);
  for (std::string line; std::getline(lines, line);) {
    if (auto object = parse_json_object(line); object.ok()) outcome.objects.push_back(*object);
  }
  return outcome;
}

TEST(CheckLink, SaysWhatIsWrongAsOneObjectALine) {
  const Outcome outcome =
      check({"--json", "https://xn--pypal-4ve.com/login", "https://www.debian.org/"});
  EXPECT_EQ(outcome.code, 1);
  ASSERT_EQ(outcome.objects.size(), 2u);
  EXPECT_EQ(get_string(outcome.objects[0], "verdict"), "block");
  EXPECT_EQ(get_string(outcome.objects[0], "host"), "xn--pypal-4ve.com");
  EXPECT_EQ(get_string(outcome.objects[0], "registrable_domain"), "xn--pypal-4ve.com");
  ASSERT_EQ(get_array(outcome.objects[0], "findings")->size(), 1u);
  EXPECT_EQ(get_string(get_array(outcome.objects[0], "findings")->at(0).as_object(), "threat"),
            "link.homograph");
  EXPECT_EQ(get_string(outcome.objects[1], "verdict"), "allow");
  EXPECT_TRUE(get_array(outcome.objects[1], "findings")->empty());
}

TEST(CheckLink, FindsNothingInHarmlessAddresses) {
  EXPECT_EQ(check({"https://www.paypal.com/signin"}).code, 0);
}

TEST(CheckLink, ReadsAListAndReportsWhatIsNoAddress) {
  const Outcome mixed = check({"--json", "-"}, "https://www.debian.org/\n\nhttps://a b/\n");
  EXPECT_EQ(mixed.code, 0);
  ASSERT_EQ(mixed.objects.size(), 2u);
  EXPECT_EQ(get_string(mixed.objects[1], "verdict"), "error");
  EXPECT_TRUE(get_string(mixed.objects[1], "error"));
  EXPECT_EQ(check({"--json", "-"}, "https://a b/\n").code, 2);
  EXPECT_EQ(check({"--json", "-"}, "").code, 2);
}

TEST(CheckLink, ReadsAListWrittenOnWindowsAndSkipsBlankLines) {
  const Outcome outcome =
      check({"--json", "-"}, "https://www.debian.org/\r\n\r\n \t \nhttps://example.org/");
  EXPECT_EQ(outcome.code, 0);
  ASSERT_EQ(outcome.objects.size(), 2u);
  EXPECT_EQ(get_string(outcome.objects[0], "url"), "https://www.debian.org/");
  EXPECT_EQ(get_array(outcome.objects[0], "anomalies")->size(), 0u);
  EXPECT_EQ(get_string(outcome.objects[1], "url"), "https://example.org/");
}

TEST(CheckLink, PrintsJsonWhateverBytesItGets) {
  const Outcome outcome = check({"--json", "https://evil.example/\xff\x1b[31m"});
  EXPECT_EQ(outcome.objects.size(), 1u);
  EXPECT_EQ(check({"https://evil.example/\x1b[31m"}).text.find('\x1b'), std::string::npos);
}

TEST(CheckLink, ExplainsItself) {
  const Outcome help = check({"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_NE(help.text.find("Examples:"), std::string::npos);
  EXPECT_EQ(check({}).code, 2);
  EXPECT_EQ(check({"--jsno", "https://www.debian.org/"}).code, 2);
  EXPECT_EQ(check({"--content", "no/such/folder", "x"}).code, 2);
}

}  // namespace
}  // namespace bartizan::cli
