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

TEST(CheckLink, JudgesABatchWithItsReasons) {
  const Outcome outcome = check({"--batch", "--json"},
                                "https://xn--pypal-4ve.com/login\n"
                                "https://www.debian.org/\nht!tp://%%%\n");
  EXPECT_EQ(outcome.code, 1);
  ASSERT_EQ(outcome.objects.size(), 3u);
  const std::vector<std::string> reasons = get_strings(outcome.objects[0], "reasons");
  ASSERT_EQ(reasons.size(), 1u);
  EXPECT_NE(reasons[0].find("imitates PayPal"), std::string::npos) << reasons[0];
  EXPECT_GT(outcome.objects[0].at("score").as_double(), 0);
  EXPECT_LT(outcome.objects[1].at("score").as_double(),
            outcome.objects[1].at("threshold").as_double());
  EXPECT_TRUE(outcome.objects[2].at("score").is_null());
  EXPECT_EQ(get_string(outcome.objects[1], "verdict"), "allow");
  EXPECT_TRUE(get_array(outcome.objects[1], "reasons")->empty());
  EXPECT_EQ(get_string(outcome.objects[2], "verdict"), "error");
  EXPECT_EQ(get_strings(outcome.objects[2], "reasons").size(), 1u);
}

TEST(CheckLink, ABatchMayHoldAnything) {
  using namespace std::string_literals;
  const std::string host = "https://example.org/";
  const std::string longest = host + std::string(65'536 - host.size(), 'a');
  const Outcome outcome =
      check({"--batch", "--json"},
            longest + "\n" + longest + "a\r\n" + host + std::string(1 << 20, 'b') + "\n" +
                "https://a\0b/\r\n\n\xff\xfe\n"s + host + "\xc3\x28\0\r\n"s + host);
  ASSERT_EQ(outcome.objects.size(), 7u);
  const char* const verdicts[] = {"allow", "error", "error", "error", "error", "allow", "allow"};
  for (std::size_t i = 0; i < outcome.objects.size(); ++i)
    EXPECT_EQ(get_string(outcome.objects[i], "verdict"), verdicts[i]) << i;
  EXPECT_EQ(get_string(outcome.objects[6], "url"), host);
}

// Hands out one line at a time, and says what had been answered when the next was asked for.
class OneLineAtATime : public std::streambuf {
 public:
  OneLineAtATime(std::vector<std::string> lines, std::ostringstream& out)
      : lines_(std::move(lines)), out_(out) {}
  std::vector<std::size_t> answered;

 protected:
  int_type underflow() override {
    answered.push_back(out_.str().size());
    if (at_ == lines_.size()) return traits_type::eof();
    std::string& line = lines_[at_++];
    setg(line.data(), line.data(), line.data() + line.size());
    return traits_type::to_int_type(line[0]);
  }

 private:
  std::vector<std::string> lines_;
  std::ostringstream& out_;
  std::size_t at_ = 0;
};

TEST(CheckLink, ABatchIsAnsweredAsItComes) {
  std::ostringstream out;
  std::ostringstream err;
  OneLineAtATime source({"https://a.example/\n", "https://b.example/\n"}, out);
  std::istream in(&source);
  const std::vector<std::string> args = {"link", "--content", "content", "--batch", "--json"};
  EXPECT_EQ(run_check(args, in, out, err), 0);
  ASSERT_EQ(source.answered.size(), 3u);
  EXPECT_EQ(source.answered[0], 0u);
  EXPECT_LT(source.answered[0], source.answered[1]);
  EXPECT_LT(source.answered[1], source.answered[2]);
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
