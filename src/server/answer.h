// The forms every answer of the API takes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "net/http.h"

namespace bartizan::server {

// What goes beside the RFC 9457 members: where in the request the mistake is.
struct Place {
  std::string name;  // member, query parameter or "file:line"; empty: nowhere in particular
  int line = 0;      // of a policy source
};

// application/problem+json. `code` is the stable word for programs; `detail` one sentence.
net::Response problem(int status, std::string_view code, std::string_view detail,
                      const Place& place = {});
// The same for an error from below: its code decides the status (400, 404, 409, 403, 413, 503,
// 422). `at_fault`: the member or parameter an invalid one is about.
net::Response problem(const Error& error, const Place& at_fault = {});

net::Response answer(const json::value& value, int status = 200);
net::Response no_content();

// {"items": [...], "next": "..."}
json::object page_json(json::array items, std::string_view next);

std::string_view status_title(int status);

}  // namespace bartizan::server
