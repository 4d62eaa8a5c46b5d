#include "cli/explain_command.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "cli/check_command.h"
#include "cli/scan_command.h"
#include "model/finding.h"

namespace bartizan::cli {
namespace {

struct Output {
  int status;
  std::string out;
  std::string err;
};

Output explain(std::vector<std::string> args) {
  args.insert(args.begin(), {"--content", "content"});
  std::ostringstream out;
  std::ostringstream err;
  const int status = run_explain(args, out, err);
  return {status, out.str(), err.str()};
}

TEST(Explain, AThreatInPlainText) {
  const Output output = explain({"device.rooted"});
  EXPECT_EQ(output.status, 0) << output.err;
  EXPECT_NE(output.out.find("T1404 Exploitation for Privilege Escalation"), std::string::npos);
  EXPECT_NE(output.out.find("rule        device.boot_not_verified 1"), std::string::npos);
  EXPECT_NE(output.out.find("What ends it"), std::string::npos);
}

TEST(Explain, AThreatAsOneLineOfJson) {
  const Output output = explain({"--json", "device.rooted"});
  const auto object = parse_json_object(output.out.substr(0, output.out.find('\n')));
  ASSERT_TRUE(object.ok());
  EXPECT_EQ(object->at("id"), "device.rooted");
  EXPECT_TRUE(object->at("user").get_object().contains("android"));
  EXPECT_EQ(object->at("techniques").get_array()[0].get_object().at("id"), "T1404");
}

TEST(Explain, WithoutAnArgumentEveryThreat) {
  const Output output = explain({});
  EXPECT_GE(std::count(output.out.begin(), output.out.end(), '\n'), 25);
}

TEST(Explain, FindingsOfAFile) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("bartizan_findings_" + std::to_string(::getpid()) + ".json");
  Finding finding{.id = "f",
                  .threat = "device.rooted",
                  .summary = "The phone shows signs of root: su_binary",
                  .evidence = {{"root_signs", "su_binary", "What only root shows.", 80}}};
  std::ofstream(path) << json::serialize(to_json(finding)) << "\n"
                      << json::serialize(json::object{{"findings", json::array{to_json(finding)}}})
                      << "\n";
  const Output output = explain({path.string()});
  EXPECT_EQ(output.status, 0) << output.err;
  EXPECT_NE(output.out.find("root_signs = su_binary\n    What only root shows. (weight 80)"),
            std::string::npos)
      << output.out;
  std::ofstream(path) << "not json\n";
  EXPECT_EQ(explain({path.string()}).status, 2);
  std::filesystem::remove(path);
}

// What explain says of the lines another command printed.
Output explain_lines(const std::string& lines) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("bartizan_lines_" + std::to_string(::getpid()) + ".json");
  std::ofstream(path) << lines;
  const Output output = explain({path.string()});
  std::filesystem::remove(path);
  return output;
}

TEST(Explain, WhatCheckPrintsWithLinesThatHaveNoFindings) {
  const std::vector<std::string> args{"link", "--content", "content", "--json", "-"};
  std::istringstream in("https://a b/\nhttps://www.debian.org/\nhttps://xn--pypal-4ve.com/\n");
  std::ostringstream lines;
  std::ostringstream err;
  ASSERT_EQ(run_check(args, in, lines, err), 1) << err.str();
  const Output output = explain_lines(lines.str());
  EXPECT_EQ(output.status, 0) << output.err;
  EXPECT_TRUE(output.out.starts_with("link.homograph: ")) << output.out;
}

TEST(Explain, WhatScanPrints) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("bartizan_scanned_" + std::to_string(::getpid()) + ".apk");
  std::ofstream(path) << "PK\x03\x04" << std::string(200, 'x');
  const std::vector<std::string> args{"app",       "--content",   "content",    "--json",
                                      "README.md", path.string(), "no-file.apk"};
  std::ostringstream lines;
  std::ostringstream err;
  run_scan(args, lines, err);
  std::filesystem::remove(path);
  const Output output = explain_lines(lines.str());
  EXPECT_EQ(output.status, 0) << output.err;
  EXPECT_TRUE(output.out.starts_with("app.evasive_package: ")) << lines.str();
}

TEST(Explain, WhatIsNotKnownIsAnError) {
  const Output output = explain({"device.flying"});
  EXPECT_EQ(output.status, 2);
  EXPECT_EQ(output.out, "");
  EXPECT_NE(output.err.find("device.flying"), std::string::npos);
  EXPECT_EQ(explain({"--nonsense"}).status, 2);
  EXPECT_EQ(explain({"a", "b"}).status, 2);
}

}  // namespace
}  // namespace bartizan::cli
