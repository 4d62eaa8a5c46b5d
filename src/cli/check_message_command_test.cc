#include "cli/check_message_command.h"

#include <gmock/gmock.h>

#include <sstream>
#include <vector>

#include "base/json.h"

namespace bartizan::cli {
namespace {

using ::testing::HasSubstr;

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome check(std::vector<std::string> args, const std::string& input = "") {
  args.insert(args.end(), {"--content", "content"});
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  const int code = run_check_message(args, in, out, err);
  return {code, out.str(), err.str()};
}

TEST(CheckMessage, JudgesOneMessage) {
  const Outcome found = check({"-"}, "Hi mum, my phone broke, this is my new number\n");
  EXPECT_EQ(found.code, 1);
  EXPECT_THAT(found.out, HasSubstr("warn"));
  EXPECT_THAT(found.out, HasSubstr("a relative or friend with a new number"));
  EXPECT_EQ(check({"-"}, "See you at eight").code, 0);
}

TEST(CheckMessage, JudgesABatchLineByLine) {
  const Outcome outcome =
      check({"--batch", "--json"}, "See you at eight\nhttps://paypa1.com/login\n\n");
  EXPECT_EQ(outcome.code, 1);
  std::istringstream lines(outcome.out);
  std::vector<std::string> verdicts;
  for (std::string line; std::getline(lines, line);)
    verdicts.emplace_back(*get_string(parse_json_object(line).value(), "verdict"));
  ASSERT_EQ(verdicts.size(), 3u);
  EXPECT_EQ(verdicts[0], "allow");
  EXPECT_NE(verdicts[1], "allow");
  EXPECT_EQ(verdicts[2], "allow");
}

TEST(CheckMessage, TheSenderCounts) {
  const std::string text = "Your parcel is on its way: https://parcel-way.example/t";
  EXPECT_EQ(check({"-"}, text).code, 0);
  EXPECT_EQ(check({"--sender", "Netflix", "-"}, text).code, 1);
}

TEST(CheckMessage, WrongUseIsExitTwo) {
  EXPECT_EQ(check({}).code, 2);
  EXPECT_EQ(check({"--batch", "file"}).code, 2);
  EXPECT_EQ(check({"a", "b"}).code, 2);
  EXPECT_EQ(check({"--nonsense"}).code, 2);
  const Outcome missing = check({"no-such-file"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_FALSE(missing.err.empty());
}

}  // namespace
}  // namespace bartizan::cli
