// From a request to the handler of its operation, past authentication, role, scope and CSRF: no
// handler runs for a caller the operations table does not admit.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "net/http.h"
#include "server/call.h"

namespace bartizan::server {

class AccessControl;
class Metrics;

// Answers at once.
using Answering = std::function<net::Response(const Call&)>;
// Answers later, from any thread. The Call lives until the function returns.
using Deferring = std::function<void(const Call&, net::Responder)>;

class Router {
 public:
  Router(const AccessControl& access, Metrics& metrics) : access_(access), metrics_(metrics) {}

  // `operation` is an operationId of the table (asserted).
  void add(std::string_view operation, Answering handler);
  void add_deferred(std::string_view operation, Deferring handler);
  // What answers GET requests of the people's listener that are no operation: the console.
  void set_fallback(std::function<net::Response(const net::Request&)> fallback);

  // Ids of operations nobody handles; empty in a complete program.
  std::vector<std::string> unhandled() const;

  // What handle() would answer a request with this header before it looked at the body; nothing
  // when the caller may go on.
  std::optional<net::Response> refusal(Listener listener, const net::Request& head) const;

  void handle(Listener listener, const net::Request& request, net::Responder respond) const;

 private:
  struct Match {
    const Operation* operation = nullptr;
    std::map<std::string, std::string, std::less<>> parameters;
    std::string allowed;  // methods of the path when this one is not among them
  };
  Match match(Listener listener, const net::Request& request) const;
  std::optional<net::Response> refuse(Call& call) const;
  void run(const Call& call, net::Responder respond) const;

  const AccessControl& access_;
  Metrics& metrics_;
  std::map<std::string, std::variant<Answering, Deferring>, std::less<>> handlers_;
  std::function<net::Response(const net::Request&)> fallback_;
};

// The parameters when `path` is an instance of `pattern` ("/v1/devices/{id}").
std::optional<std::map<std::string, std::string, std::less<>>> match_path(std::string_view pattern,
                                                                          std::string_view path);

}  // namespace bartizan::server
