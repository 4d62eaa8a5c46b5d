#include "net/http.h"

#include <algorithm>

#include "base/json.h"

namespace bartizan::net {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

Result<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return Error{ErrorCode::kInvalid, "a percent escape in the address is broken"};
      }
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7F;
  });
}

// RFC 3986 section 5.2.4, on decoded segments.
std::string without_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  bool ends_in_slash = true;
  for (std::size_t start = 1; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string_view segment = path.substr(start, end - start);
    ends_in_slash = end < path.size() || segment == "." || segment == ".." || segment.empty();
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (segment != "." && !segment.empty()) {
      kept.push_back(segment);
    }
    start = end + 1;
  }
  std::string out;
  for (const std::string_view segment : kept) out.append("/").append(segment);
  if (kept.empty() || ends_in_slash) out += '/';
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Status parse_query(std::string_view query, Request& request) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    if (request.query.size() == kMaxQueryParameters) {
      return Error{ErrorCode::kInvalid, "the address has too many query parameters"};
    }
    const std::size_t equals = std::min(pair.find('='), pair.size());
    BARTIZAN_ASSIGN(std::string name, percent_decode(pair.substr(0, equals), true));
    BARTIZAN_ASSIGN(std::string value,
                    percent_decode(pair.substr(std::min(equals + 1, pair.size())), true));
    request.query.emplace_back(std::move(name), std::move(value));
  }
  return {};
}

std::optional<std::string_view> find_header(const std::vector<Header>& headers,
                                            std::string_view name) {
  for (const Header& header : headers) {
    if (equal_ignoring_case(header.name, name)) return header.value;
  }
  return std::nullopt;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

Status parse_target(std::string_view target, Request& request) {
  request.target = target;
  request.path.clear();
  request.query.clear();
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (equal_ignoring_case(target.substr(0, scheme.size()), scheme)) {
      const std::size_t path = target.find_first_of("/?", scheme.size());
      target = path == std::string_view::npos ? "/" : target.substr(path);
      if (target.front() == '?') return Error{ErrorCode::kInvalid, "the address has no path"};
    }
  }
  if (target.empty() || target.front() != '/') {
    return Error{ErrorCode::kInvalid, "the address does not begin with a slash"};
  }
  target = target.substr(0, target.find('#'));
  const std::size_t question = std::min(target.find('?'), target.size());
  const std::string_view raw_path = target.substr(0, question);
  BARTIZAN_ASSIGN(const std::string decoded, percent_decode(raw_path, false));
  if (has_control_character(decoded)) {
    return Error{ErrorCode::kInvalid, "the path holds a control character"};
  }
  if (std::count(decoded.begin(), decoded.end(), '/') !=
      std::count(raw_path.begin(), raw_path.end(), '/')) {
    return Error{ErrorCode::kInvalid, "the path holds an escaped slash"};
  }
  request.path = without_dot_segments(decoded);
  return parse_query(target.substr(std::min(question + 1, target.size())), request);
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  return find_header(headers, name);
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> Request::cookie(std::string_view name) const {
  for (const Header& header : headers) {
    if (!equal_ignoring_case(header.name, "cookie")) continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const std::size_t equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
        return pair.substr(equals + 1);
      }
    }
  }
  return std::nullopt;
}

std::optional<std::string_view> Response::header(std::string_view name) const {
  return find_header(headers, name);
}

Responder::Responder(std::function<void(Response)> send) : send_(std::move(send)) {}
Responder::Responder(Responder&& other) noexcept : send_(std::exchange(other.send_, nullptr)) {}
Responder& Responder::operator=(Responder&& other) noexcept {
  if (this != &other) {
    Responder finished(std::move(*this));
    send_ = std::exchange(other.send_, nullptr);
  }
  return *this;
}
Responder::~Responder() {
  if (send_) {
    (*this)(problem_response(500, "Internal error", "The request was not answered."));
  }
}
void Responder::operator()(Response response) {
  if (const auto send = std::exchange(send_, nullptr)) send(std::move(response));
}

std::string_view reason_phrase(int status) {
  struct Reason {
    int status;
    std::string_view phrase;
  };
  static constexpr Reason kReasons[] = {
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Content"},
      {423, "Locked"},
      {428, "Precondition Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {503, "Service Unavailable"},
      {507, "Insufficient Storage"},
  };
  for (const Reason& reason : kReasons) {
    if (reason.status == status) return reason.phrase;
  }
  return "";
}

namespace {

// The stable word for programs; the API's own answers (src/server/answer.h) speak the same.
std::string_view problem_code(int status) {
  switch (status) {
    case 400:
      return "malformed_request";
    case 408:
      return "request_timeout";
    case 413:
      return "limit";
    case 417:
      return "unknown_expectation";
    case 431:
      return "header_too_large";
    case 500:
      return "internal";
    default:
      return status / 100 == 5 ? "unavailable" : "refused";
  }
}

}  // namespace

Response problem_response(int status, std::string_view title, std::string_view detail,
                          std::vector<std::pair<std::string, std::string>> extra) {
  json::object body{{"type", "about:blank"},
                    {"title", title},
                    {"status", status},
                    {"detail", detail},
                    {"code", problem_code(status)}};
  for (auto& [key, value] : extra) body.insert_or_assign(key, value);
  return {status, {{"Content-Type", "application/problem+json"}}, json::serialize(body)};
}

Response json_response(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

}  // namespace bartizan::net
