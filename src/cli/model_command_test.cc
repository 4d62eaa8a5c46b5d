#include "cli/model_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"

namespace bartizan::cli {
namespace {

using testing::HasSubstr;

struct Ran {
  int status;
  std::string out;
  std::string err;
};
Ran run(const std::vector<std::string>& args) {
  std::ostringstream out;
  std::ostringstream err;
  const int status = run_model(args, out, err);
  return {status, out.str(), err.str()};
}

class ModelCommand : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }

  Ran evaluate(const std::string& csv, std::vector<std::string> more = {"--json"}) {
    std::ofstream(path_, std::ios::binary) << csv;
    std::vector<std::string> args = {"evaluate", "apps", "--content", "content", "--csv", path_};
    args.insert(args.end(), more.begin(), more.end());
    return run(args);
  }

  const std::string path_ =
      testing::TempDir() + "model_command_test." + std::to_string(getpid()) + ".csv";
};

// Facts that malware of the training data often has, and a benign app's.
constexpr std::string_view kRows =
    "SEND_SMS,READ_PHONE_STATE,transact,onServiceConnected,class\n"
    "1,1,0,0,S\n"
    "1,1,0,0,S\n"
    "0,0,1,1,B\n"
    "0,0,1,0,B\n";

TEST_F(ModelCommand, MeasuresUniqueVectorsAndAllRows) {
  const Ran ran = evaluate(std::string(kRows));
  ASSERT_EQ(ran.status, 0) << ran.err;
  const json::object object = parse_json_object(ran.out).value();
  EXPECT_EQ(get_int(object, "rows"), 4);
  EXPECT_EQ(get_int(*get_object(object, "unique_vectors"), "malware"), 1);
  const json::object& all = *get_object(object, "all_rows");
  EXPECT_EQ(get_int(all, "malware"), 2);
  const json::object& auc = *get_object(all, "auc");
  EXPECT_EQ(auc.at("value").to_number<double>(), 1.0);
  EXPECT_EQ(get_object(all, "tpr_at_1_percent_fpr")->at("value").to_number<double>(), 1.0);
  EXPECT_EQ(get_array(object, "missing_columns")->size(), 211u);
}

TEST_F(ModelCommand, NamesWhatItCouldNotUse) {
  const Ran ran = evaluate(std::string(kRows) + "1,1,1,S\n0,0,2,1,B\n\n1,0,?,,S\n");
  ASSERT_EQ(ran.status, 0) << ran.err;
  const json::object object = parse_json_object(ran.out).value();
  EXPECT_EQ(get_int(object, "rows"), 5);
  EXPECT_EQ(get_int(object, "malformed"), 2);
  const json::array& rows = *get_array(object, "malformed_rows");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(get_int(rows[0].as_object(), "line"), 6);
  EXPECT_EQ(get_int(rows[1].as_object(), "line"), 7);
}

TEST_F(ModelCommand, TextSaysTheSameInWords) {
  const Ran ran = evaluate("SEND_SMS,extra,class\n1,x,S\n0,y,B\nbroken\n", {});
  ASSERT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("extra columns, not used (1): extra"));
  EXPECT_THAT(ran.out, HasSubstr("missing columns, taken as unknown (214): transact"));
  EXPECT_THAT(ran.out, HasSubstr("line 4 left out: "));
  EXPECT_THAT(ran.out, HasSubstr("TPR at 1 % FPR"));
  EXPECT_THAT(ran.out, HasSubstr("bootstrap"));
}

TEST_F(ModelCommand, WhatCannotBeMeasuredIsExitTwoWithOneLine) {
  for (const std::string& csv : {std::string(), std::string("a,b\n1,0\n"), std::string("\n"),
                                 std::string(2 << 20, 'x'), std::string("a,a,class\n")}) {
    const Ran ran = evaluate(csv);
    EXPECT_EQ(ran.status, 2);
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  }
  const Ran one_label = evaluate("SEND_SMS,class\n1,S\n");
  EXPECT_EQ(one_label.status, 2);
  EXPECT_THAT(one_label.err, HasSubstr("malware and benign apps are both wanted"));
}

TEST_F(ModelCommand, ALineTooLongIsLeftOut) {
  const Ran ran = evaluate("SEND_SMS,class\n1,S\n" + std::string(2 << 20, '1') + "\n0,B\n");
  ASSERT_EQ(ran.status, 0) << ran.err;
  const json::object object = parse_json_object(ran.out).value();
  EXPECT_EQ(get_int(object, "rows"), 2);
  EXPECT_EQ(get_int(object, "malformed"), 1);
}

TEST_F(ModelCommand, WrongUseIsExitTwoAndHelpIsZero) {
  EXPECT_EQ(run({}).status, 2);
  EXPECT_EQ(run({"evaluate", "links"}).status, 2);
  EXPECT_EQ(run({"evaluate", "apps"}).status, 2);
  EXPECT_EQ(run({"evaluate", "apps", "--csv", "no/such/file"}).status, 2);
  EXPECT_THAT(run({"--help"}).out, HasSubstr("Examples:"));
}

}  // namespace
}  // namespace bartizan::cli
