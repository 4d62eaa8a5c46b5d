// Request targets and cookies: what a stranger writes into the first line of a request.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/http.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  bartizan::net::Request request;
  if (bartizan::net::parse_target(text, request).ok()) {
    if (request.path.empty() || request.path.front() != '/') std::abort();
    if (request.path.find("/../") != std::string::npos) std::abort();
    if (request.query.size() > bartizan::net::kMaxQueryParameters) std::abort();
  }
  request.headers = {{"Cookie", std::string(text)}};
  request.cookie("a");
  request.cookie("__Host-bartizan");
  return 0;
}
