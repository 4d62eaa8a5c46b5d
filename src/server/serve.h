// The server as a whole: made from its options, running until it is destroyed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace bartizan::server {

struct Endpoint {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  bool derived = false;    // the port follows from that for people, nobody chose it
};

// "ADDR:PORT", "[IPV6]:PORT".
Result<Endpoint> parse_endpoint(std::string_view text);

struct ServeOptions {
  std::filesystem::path data;
  std::filesystem::path content;
  std::filesystem::path console;                  // where its files are; need not exist
  std::string worker_program = "/proc/self/exe";  // judges uploads: `bartizan worker`
  Endpoint people;
  Endpoint devices;
  Endpoint enrolment;
  bool plain_people = false;  // no TLS for people; loopback only
  std::string name;           // host name phones and people use; empty: the listening address
};

class RunningServer {
 public:
  // kConflict: the data folder or an address is in use. Errors are one sentence with what to do.
  static Result<std::unique_ptr<RunningServer>> start(const ServeOptions& options);
  virtual ~RunningServer() = default;

  // {"ready":true,"console":URL,"devices":URL,"enrolment":URL,"data":PATH}; at an installation's
  // first start also "first_login": {"name","password"}, which is shown nowhere else.
  virtual json::object ready_line() const = 0;
};

}  // namespace bartizan::server
