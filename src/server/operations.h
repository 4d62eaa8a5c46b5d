// Every operation of the API in one table: where it is served, who may call it. The router enforces
// what stands here and a test compares it with openapi.yaml.
#pragma once

#include <span>
#include <string_view>

namespace bartizan::server {

// Which door an operation is behind.
enum class Listener { kPeople, kDevices, kEnrolment };

// The least right a caller needs.
enum class Access { kPublic, kViewer, kAnalyst, kAdmin, kDevice };

struct Operation {
  std::string_view id;  // operationId of openapi.yaml
  std::string_view method;
  std::string_view path;  // "/v1/devices/{id}"
  Listener listener = Listener::kPeople;
  Access access = Access::kAdmin;
  std::string_view scope = "none";  // an API token needs it; "none": tokens are refused
  std::string_view query = {};      // its query parameters, a space between them
};

std::span<const Operation> operations();

// Every scope an API token may carry.
std::span<const std::string_view> scopes();

std::string_view to_string(Listener listener);
std::string_view to_string(Access access);

}  // namespace bartizan::server
