// The contract, the table and the router say the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/file.h"
#include "rules/yaml.h"
#include "server/test_server.h"

namespace bartizan::server {
namespace {

rules::YamlNode contract() {
  const auto text = read_file("src/server/openapi.yaml", 1 << 20);
  EXPECT_TRUE(text.ok());
  auto parsed = rules::parse_yaml(*text, "openapi.yaml");
  EXPECT_TRUE(parsed.ok()) << (parsed.ok() ? "" : parsed.error().message);
  return parsed.ok() ? *parsed : rules::YamlNode{};
}

std::string text_of(const rules::YamlNode& node, std::string_view key) {
  const rules::YamlNode* found = node.find(key);
  return found == nullptr ? "" : found->text;
}

std::string line(std::string_view method, std::string_view path, std::string_view id,
                 std::string_view listener, std::string_view access, std::string_view scope,
                 std::string_view query) {
  std::string upper(method);
  std::transform(upper.begin(), upper.end(), upper.begin(), ::toupper);
  return upper + " " + std::string(path) + " " + std::string(id) + " " + std::string(listener) +
         " " + std::string(access) + " " + std::string(scope) + " ?" + std::string(query);
}

// Names of the query parameters, a space between them. The shared ones are referred to by name.
std::string query_of(const rules::YamlNode* parameters) {
  std::string out;
  if (parameters == nullptr) return out;
  for (const rules::YamlNode& parameter : parameters->items) {
    const std::string reference = text_of(parameter, "$ref");
    std::string name = reference.substr(reference.rfind('/') + 1);
    if (reference.empty()) {
      if (text_of(parameter, "in") != "query") continue;
      name = text_of(parameter, "name");
    } else if (name != "limit" && name != "cursor") {
      continue;
    }
    out += (out.empty() ? "" : " ") + name;
  }
  return out;
}

TEST(Operations, TheTableIsTheContract) {
  std::set<std::string> written;
  const rules::YamlNode document = contract();
  const rules::YamlNode* paths = document.find("paths");
  ASSERT_NE(paths, nullptr);
  for (const rules::YamlEntry& path : paths->entries) {
    for (const rules::YamlEntry& method : path.value.entries) {
      if (method.key == "parameters") continue;
      const rules::YamlNode* own = method.value.find("parameters");
      const std::string query = query_of(own ? own : path.value.find("parameters"));
      written.insert(line(method.key, path.key, text_of(method.value, "operationId"),
                          text_of(method.value, "x-listener"), text_of(method.value, "x-role"),
                          text_of(method.value, "x-scope"), query));
    }
  }
  std::set<std::string> enforced;
  for (const Operation& operation : operations()) {
    enforced.insert(line(operation.method, operation.path, operation.id,
                         to_string(operation.listener), to_string(operation.access),
                         operation.scope, operation.query));
  }
  EXPECT_EQ(written, enforced);
  EXPECT_GT(written.size(), 40u);
}

TEST(Operations, TheScopesAreTheContracts) {
  const rules::YamlNode document = contract();
  const rules::YamlNode* scope = document.find("components")->find("schemas")->find("Scope");
  ASSERT_NE(scope, nullptr);
  std::vector<std::string> written;
  for (const rules::YamlNode& item : scope->find("enum")->items) written.push_back(item.text);
  EXPECT_EQ(written, std::vector<std::string>(scopes().begin(), scopes().end()));
}

TEST(Operations, EveryOneHasAHandler) {
  TestServer server;
  EXPECT_TRUE(server.router->unhandled().empty());
}

TEST(Router, PathsMatchSegmentBySegment) {
  EXPECT_TRUE(match_path("/v1/devices/{id}", "/v1/devices/7"));
  EXPECT_EQ(match_path("/a/{x}/b/{y}", "/a/1/b/2")->at("y"), "2");
  EXPECT_FALSE(match_path("/v1/devices/{id}", "/v1/devices/"));
  EXPECT_FALSE(match_path("/v1/devices/{id}", "/v1/devices"));
  EXPECT_FALSE(match_path("/v1/devices/{id}", "/v1/devices/7/problems"));
  EXPECT_FALSE(match_path("/v1/devices/{id}", "/v1/devices/" + std::string(200, 'a')));
}

TEST(Router, AnotherListenersOperationsAreNotThere) {
  TestServer server;
  EXPECT_EQ(server.call(Listener::kPeople, "POST", "/v1/enrol", "{}").status, 404);
  EXPECT_EQ(server.call(Listener::kDevices, "GET", "/v1/devices").status, 404);
  EXPECT_EQ(server.call(Listener::kEnrolment, "GET", "/metrics").status, 404);
}

TEST(Router, AnotherMethodIs405WithThoseAllowed) {
  TestServer server;
  const TestAnswer answer = server.call(Listener::kPeople, "DELETE", "/v1/devices");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.header("Allow"), "GET");
}

}  // namespace
}  // namespace bartizan::server
