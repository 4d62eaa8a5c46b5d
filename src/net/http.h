// HTTP messages as plain values, and the parts of HTTP every handler needs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace bartizan::net {

struct Header {
  std::string name;
  std::string value;
};

// Of the client certificate of a mutual-TLS connection; the chain has been verified.
struct PeerCertificate {
  std::string serial;  // lower-case hex, no leading zeros
  std::string common_name;
  std::string organization;
  std::string der;
};

// A body too large for memory: a file without a name, which goes with the last reference to it.
class BodyFile {
 public:
  // In `folder`, where there must be space; `on_close` runs when the file goes.
  static Result<std::shared_ptr<BodyFile>> create(const std::filesystem::path& folder,
                                                  std::function<void()> on_close);
  BodyFile(const BodyFile&) = delete;
  BodyFile& operator=(const BodyFile&) = delete;
  ~BodyFile();

  Status append(std::string_view bytes);
  int descriptor() const { return descriptor_; }
  std::uint64_t size() const { return size_; }

 private:
  BodyFile(int descriptor, std::function<void()> on_close)
      : descriptor_(descriptor), on_close_(std::move(on_close)) {}
  int descriptor_;
  std::uint64_t size_ = 0;
  std::function<void()> on_close_;
};

struct Request {
  std::string method;                                      // upper case
  std::string target;                                      // as received: path and query
  std::string path;                                        // percent-decoded, no dot segments
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
  std::vector<Header> headers;
  std::string body;
  std::shared_ptr<const BodyFile> body_file;  // instead of `body` (ServerOptions::uploads)
  std::string remote_address;                 // "127.0.0.1"
  std::optional<PeerCertificate> peer;

  std::optional<std::string_view> header(
      std::string_view name) const;  // case-insensitive, first of its name
  std::optional<std::string_view> query_value(std::string_view name) const;
  std::optional<std::string_view> cookie(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::vector<Header> headers;  // Content-Length and Connection are the server's
  std::string body;

  std::optional<std::string_view> header(std::string_view name) const;
};

// Called once, from any thread; a Responder destroyed without a call answers 500.
class Responder {
 public:
  explicit Responder(std::function<void(Response)> send);
  Responder(Responder&&) noexcept;
  Responder& operator=(Responder&&) noexcept;
  ~Responder();
  void operator()(Response response);

 private:
  std::function<void(Response)> send_;
};

// Runs on one of the server's worker threads; may answer later through the Responder. An exception
// answers 500.
using Handler = std::function<void(const Request&, Responder)>;

// Fills `path` and `query` from a request target in origin or absolute form (RFC 9112 section 3.2).
// kInvalid: a broken percent escape, a control character or an escaped slash in the path, or more
// than kMaxQueryParameters parameters. Dot segments are resolved and never leave the root.
inline constexpr std::size_t kMaxQueryParameters = 64;
Status parse_target(std::string_view target, Request& request);

// The registered reason phrase, "Not Found"; empty for a status nobody here sends.
std::string_view reason_phrase(int status);

// ASCII letters alone, as header names and schemes are compared.
bool equal_ignoring_case(std::string_view a, std::string_view b);

// RFC 9457. `detail` is one sentence; `extra` goes beside it ("field", "limit").
Response problem_response(int status, std::string_view title, std::string_view detail,
                          std::vector<std::pair<std::string, std::string>> extra = {});
Response json_response(int status, std::string body);

}  // namespace bartizan::net
