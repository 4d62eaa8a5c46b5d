#include "server/answer.h"

namespace bartizan::server {

std::string_view status_title(int status) {
  switch (status) {
    case 400:
      return "Bad request";
    case 401:
      return "Not signed in";
    case 403:
      return "Not allowed";
    case 404:
      return "Not found";
    case 405:
      return "Method not allowed";
    case 409:
      return "Conflict";
    case 412:
      return "Changed meanwhile";
    case 413:
      return "Too large";
    case 422:
      return "Not supported";
    case 423:
      return "Locked";
    case 503:
      return "Not available now";
    default:
      return "Error";
  }
}

net::Response problem(int status, std::string_view code, std::string_view detail,
                      const Place& place) {
  json::object body{{"type", "about:blank"},
                    {"title", status_title(status)},
                    {"status", status},
                    {"detail", detail},
                    {"code", code}};
  if (!place.name.empty()) body.emplace("place", place.name);
  if (place.line > 0) body.emplace("line", place.line);
  return {.status = status,
          .headers = {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}},
          .body = json::serialize(body)};
}

net::Response problem(const Error& error, const Place& at_fault) {
  switch (error.code) {
    case ErrorCode::kInvalid:
      return problem(400, "invalid", error.message, at_fault);
    case ErrorCode::kNotFound:
      return problem(404, "not_found", error.message);
    case ErrorCode::kConflict:
      return problem(409, "conflict", error.message);
    case ErrorCode::kDenied:
      return problem(403, "denied", error.message);
    case ErrorCode::kLimit:
      return problem(413, "limit", error.message);
    case ErrorCode::kUnavailable: {
      net::Response response = problem(503, "unavailable", error.message);
      response.headers.push_back({"Retry-After", "5"});
      return response;
    }
    case ErrorCode::kUnsupported:
      return problem(422, "unsupported", error.message);
  }
  return problem(500, "internal", "The server failed.");
}

net::Response answer(const json::value& value, int status) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          .body = json::serialize(value)};
}

net::Response no_content() {
  return {.status = 204, .headers = {{"Cache-Control", "no-store"}}, .body = {}};
}

json::object page_json(json::array items, std::string_view next) {
  return {{"items", std::move(items)}, {"next", next}};
}

}  // namespace bartizan::server
