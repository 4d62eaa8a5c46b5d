#include "intel/permission_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace bartizan::intel {
namespace {

std::string error_of(std::string_view text) {
  const auto loaded = PermissionWordList::load(text, "android.yaml");
  return loaded.ok() ? "loaded" : loaded.error().message;
}

TEST(PermissionWords, OfThoseThatTheListNames) {
  const auto text = read_file("content/permissions/android.yaml", 1 << 20);
  ASSERT_TRUE(text.ok());
  const auto list = PermissionWordList::load(*text, "android.yaml");
  ASSERT_TRUE(list.ok()) << list.error().message;
  const PermissionWords* found = list->find("android.permission.READ_SMS");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->text, "read your text messages");
  EXPECT_EQ(list->groups()[found->group].id, "messages");
  EXPECT_EQ(list->find("android.permission.INTERNET"), nullptr);
  EXPECT_EQ(list->find("com.example.READ_SMS"), nullptr);
}

TEST(PermissionWords, AMistakeIsToldWithItsLine) {
  EXPECT_THAT(error_of("groups:\n  a: {permissions: {x: y}}\n"),
              testing::StartsWith("android.yaml:2:"));
  EXPECT_THAT(error_of("groups:\n  a: {title: A, permissions: [x]}\n"),
              testing::HasSubstr("'permissions' must be a map"));
  EXPECT_THAT(error_of("groups:\n  a: {title: A, permissions: {x: [y]}}\n"),
              testing::HasSubstr("what x allows must be a text"));
  EXPECT_THAT(error_of("groups:\n  a: {title: A, permissions: {x: y}}\n"
                       "  b: {title: B, permissions: {x: z}}\n"),
              testing::HasSubstr("x is in two groups"));
}

}  // namespace
}  // namespace bartizan::intel
