#include "cli/admin_command.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "base/json.h"
#include "cli/backup_command.h"
#include "cli/flags.h"
#include "cli/serve_command.h"
#include "server/data_folder.h"
#include "store/sqlite/sqlite_store.h"

namespace bartizan::cli {
namespace {

class AdminTest : public ::testing::Test {
 protected:
  AdminTest() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "bartizan-admin-XXXXXX").string();
    data = mkdtemp(pattern.data());
    EXPECT_TRUE(store::open_sqlite({.path = data / server::kStoreFile}).ok());
  }
  ~AdminTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(data, ignored);
  }
  int admin(std::vector<std::string> words) {
    words.insert(words.end(), {"--data", data.string(), "--json"});
    out.str("");
    err.str("");
    return run_admin(words, out, err);
  }
  std::string field(std::string_view name) {
    const auto object = parse_json_object(out.str());
    return object ? std::string(get_string(*object, name).value_or("")) : "";
  }
  std::filesystem::path data;
  std::ostringstream out;
  std::ostringstream err;
};

TEST_F(AdminTest, AnAccountIsAddedListedAndGivenANewPassword) {
  ASSERT_EQ(admin({"add", "ada", "--role", "analyst"}), 0) << err.str();
  const std::string first = field("password");
  EXPECT_GE(first.size(), 20u);
  EXPECT_EQ(admin({"add", "ada", "--role", "analyst"}), 2) << "the name is taken";
  EXPECT_EQ(admin({"list"}), 0);
  EXPECT_NE(out.str().find("\"ada\""), std::string::npos);
  EXPECT_EQ(admin({"reset-password", "ada"}), 0);
  EXPECT_NE(field("password"), first);
  EXPECT_EQ(admin({"unlock", "ada"}), 0);
  EXPECT_EQ(admin({"reset-totp", "ada"}), 0);
}

TEST_F(AdminTest, AnAccountIsGivenAnotherRoleAndRemovedButNotTheLastAdmin) {
  ASSERT_EQ(admin({"add", "ada", "--role", "admin"}), 0) << err.str();
  EXPECT_EQ(admin({"set-role", "ada", "--role", "viewer"}), 2) << "the last admin";
  EXPECT_EQ(admin({"remove", "ada"}), 2);
  ASSERT_EQ(admin({"add", "eve", "--role", "admin"}), 0);
  EXPECT_EQ(admin({"set-role", "ada", "--role", "viewer"}), 0) << err.str();
  EXPECT_EQ(field("role"), "viewer");
  EXPECT_EQ(admin({"remove", "ada"}), 0) << err.str();
  EXPECT_EQ(admin({"list"}), 0);
  EXPECT_EQ(out.str().find("\"ada\""), std::string::npos);
}

TEST_F(AdminTest, WhatIsWrongIsOneLineAndExit2) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {},
           {"explode"},
           {"unlock"},
           {"unlock", "nobody"},
           {"add", "ada"},
           {"add", "ada", "--role", "king"},
           {"set-role", "nobody", "--role", "viewer"},
           {"remove", "nobody"},
           {"list", "--colour", "red"},
           {"enrolment-token", "a phone"}}) {  // no server has run here: its address is unknown
    EXPECT_EQ(admin(words), 2);
    const std::string said = err.str();
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
  }
}

TEST_F(AdminTest, CommandsHaveHelpAndRefuseWhatIsMissing) {
  for (const auto command : {run_admin, run_backup, run_restore, run_serve}) {
    std::ostringstream help;
    EXPECT_EQ(command(std::vector<std::string>{"--help"}, help, err), 0);
    EXPECT_NE(help.str().find("Example"), std::string::npos);
    EXPECT_EQ(command(std::vector<std::string>{}, help, err), 2);
    EXPECT_EQ(command(std::vector<std::string>{"--nonsense"}, help, err), 2);
  }
}

TEST(Flags, TakeValuesEitherWayAndSwitches) {
  const auto flags =
      Flags::parse(std::vector<std::string>{"word", "--data", "d", "--name=n=1", "--json"},
                   {"--data", "--name"}, {"--json"});
  ASSERT_TRUE(flags.ok());
  EXPECT_EQ(flags->value("--data"), "d");
  EXPECT_EQ(flags->value("--name"), "n=1");
  EXPECT_TRUE(flags->has("--json"));
  EXPECT_EQ(flags->words(), std::vector<std::string>{"word"});
  EXPECT_FALSE(Flags::parse(std::vector<std::string>{"--data"}, {"--data"}, {}).ok());
  EXPECT_FALSE(
      Flags::parse(std::vector<std::string>{"--data", "a", "--data", "b"}, {"--data"}, {}).ok());
  EXPECT_FALSE(flags->required("--from").ok());
}

}  // namespace
}  // namespace bartizan::cli
