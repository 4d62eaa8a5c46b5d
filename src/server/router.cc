#include "server/router.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <exception>
#include <memory>

#include "base/log.h"
#include "server/access.h"
#include "server/answer.h"
#include "server/input.h"
#include "server/metrics.h"

namespace bartizan::server {
namespace {

constexpr std::size_t kMaxParameter = 128;

[[maybe_unused]] bool is_operation(std::string_view id) {  // asked by assertions alone
  return std::any_of(operations().begin(), operations().end(),
                     [&](const Operation& operation) { return operation.id == id; });
}

std::string_view next_segment(std::string_view& rest) {
  const std::size_t slash = rest.find('/');
  const std::string_view segment = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  return segment;
}

// On everything that leaves the people's listener: scripts and styles are the console's own files
// alone (console/README.md).
void add_security_headers(const net::Request& request, net::Response& response) {
  response.headers.push_back({"Content-Security-Policy",
                              "default-src 'none'; script-src 'self'; style-src 'self'; "
                              "img-src 'self' data:; font-src 'self'; connect-src "
                              "'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
                              "frame-ancestors 'none'"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  response.headers.push_back({"Referrer-Policy", "no-referrer"});
  response.headers.push_back({"Cross-Origin-Opener-Policy", "same-origin"});
  response.headers.push_back({"Cross-Origin-Resource-Policy", "same-origin"});
  response.headers.push_back({"Permissions-Policy", "camera=(), geolocation=(), microphone=()"});
  // Not for localhost, which the person's other programs share.
  const auto host = request.header("host");
  if (host && !host->starts_with("localhost"))
    response.headers.push_back({"Strict-Transport-Security", "max-age=31536000"});
}

}  // namespace

std::optional<std::map<std::string, std::string, std::less<>>> match_path(std::string_view pattern,
                                                                          std::string_view path) {
  std::map<std::string, std::string, std::less<>> parameters;
  const auto slashes = [](std::string_view text) {
    return std::count(text.begin(), text.end(), '/');
  };
  if (slashes(pattern) != slashes(path)) return std::nullopt;
  while (!pattern.empty() || !path.empty()) {
    const std::string_view wanted = next_segment(pattern);
    const std::string_view seen = next_segment(path);
    if (wanted.starts_with('{')) {
      if (seen.empty() || seen.size() > kMaxParameter) return std::nullopt;
      parameters.emplace(wanted.substr(1, wanted.size() - 2), seen);
    } else if (wanted != seen) {
      return std::nullopt;
    }
  }
  return parameters;
}

void Router::add(std::string_view operation, Answering handler) {
  assert(is_operation(operation));
  handlers_.insert_or_assign(std::string(operation), std::move(handler));
}

void Router::add_deferred(std::string_view operation, Deferring handler) {
  assert(is_operation(operation));
  handlers_.insert_or_assign(std::string(operation), std::move(handler));
}

void Router::set_fallback(std::function<net::Response(const net::Request&)> fallback) {
  fallback_ = std::move(fallback);
}

std::vector<std::string> Router::unhandled() const {
  std::vector<std::string> out;
  for (const Operation& operation : operations()) {
    if (!handlers_.contains(operation.id)) out.emplace_back(operation.id);
  }
  return out;
}

Router::Match Router::match(Listener listener, const net::Request& request) const {
  Match out;
  for (const Operation& operation : operations()) {
    if (operation.listener != listener) continue;
    auto parameters = match_path(operation.path, request.path);
    if (!parameters) continue;
    if (operation.method != request.method) {
      out.allowed += (out.allowed.empty() ? "" : ", ") + std::string(operation.method);
      continue;
    }
    out.operation = &operation;
    out.parameters = std::move(*parameters);
    return out;
  }
  return out;
}

void Router::run(const Call& call, net::Responder respond) const {
  const auto handler = handlers_.find(call.operation.id);
  if (handler == handlers_.end())
    return respond(problem(404, "not_found", "There is nothing at this address."));
  if (const auto* answering = std::get_if<Answering>(&handler->second)) {
    net::Response response;
    try {
      response = (*answering)(call);
    } catch (const std::exception& exception) {
      log::error("a handler failed",
                 {{"operation", std::string(call.operation.id)}, {"what", exception.what()}});
      response = problem(500, "internal", "The server failed; its log says more.");
    }
    return respond(std::move(response));
  }
  std::get<Deferring>(handler->second)(call, std::move(respond));
}

std::optional<net::Response> Router::refuse(Call& call) const {
  if (auto refused = access_.admit(call)) return refused;
  if (!call.request.path.starts_with("/v1")) return std::nullopt;
  return query_mistake(call.request, call.operation);
}

std::optional<net::Response> Router::refusal(Listener listener, const net::Request& head) const {
  Match found = match(listener, head);
  if (found.operation == nullptr)
    return problem(404, "not_found", "There is nothing at this address.");
  Call call{.request = head,
            .operation = *found.operation,
            .parameters = std::move(found.parameters),
            .caller = {}};
  std::optional<net::Response> refused = refuse(call);
  if (!refused) return std::nullopt;
  metrics_.count_request(found.operation->id, refused->status, 0);
  if (listener == Listener::kPeople) add_security_headers(head, *refused);
  return refused;
}

void Router::handle(Listener listener, const net::Request& request, net::Responder respond) const {
  Match found = match(listener, request);
  const auto started = std::chrono::steady_clock::now();
  const std::string_view id = found.operation ? found.operation->id : "other";
  // `respond` is moved into a shared place because std::function wants something copyable.
  auto inner = std::make_shared<net::Responder>(std::move(respond));
  net::Response extra;  // headers only
  if (listener == Listener::kPeople) add_security_headers(request, extra);
  net::Responder finish(
      [this, started, id, inner, headers = std::move(extra.headers)](net::Response response) {
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
        metrics_.count_request(id, response.status, took.count());
        response.headers.insert(response.headers.end(), headers.begin(), headers.end());
        (*inner)(std::move(response));
      });
  if (found.operation == nullptr) {
    if (!found.allowed.empty()) {
      net::Response response = problem(405, "method_not_allowed", "Use " + found.allowed + ".");
      response.headers.push_back({"Allow", found.allowed});
      return finish(std::move(response));
    }
    if (listener == Listener::kPeople && fallback_ && !request.path.starts_with("/v1"))
      return finish(fallback_(request));
    return finish(problem(404, "not_found", "There is nothing at this address."));
  }
  Call call{.request = request,
            .operation = *found.operation,
            .parameters = std::move(found.parameters),
            .caller = {}};
  if (auto refused = refuse(call)) return finish(std::move(*refused));
  run(call, std::move(finish));
}

}  // namespace bartizan::server
