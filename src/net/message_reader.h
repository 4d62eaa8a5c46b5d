// HTTP/1.1 messages from bytes as they arrive, on Beast's parser (hidden in message_reader.cc).
// They know no socket, so that they can be fuzzed and tested alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "net/http.h"

namespace bartizan::net {

enum class ReadState { kHeader, kBody, kDone, kFailed };

// How large a body may be, decided when the header has come.
struct BodyLimits {
  std::uint64_t in_memory = 1 << 20;
  std::uint64_t uploaded = 0;
  std::function<bool(const Request& head)> is_upload = {};  // empty: nothing is
};

class RequestReader {
 public:
  RequestReader(std::size_t max_header_bytes, BodyLimits limits);
  ~RequestReader();

  // How many of `bytes` were used; the caller offers the rest again, with what follows it. Stops at
  // the end of the message: what remains then belongs to the next one.
  std::size_t feed(std::string_view bytes);
  ReadState state() const;
  // Of a failed read: 400, 413, 417 or 431, with one sentence.
  int failure_status() const;
  std::string_view failure() const;
  // The header has come, its body has not, and the client waits to be told to send it.
  bool expects_continue() const;
  bool keep_alive() const;
  // The header has come and BodyLimits::is_upload says so: the body is to be fetched in parts.
  bool is_upload() const;
  Request head() const;     // without the body, from the end of the header on
  std::string take_part();  // the body's bytes that have come since the last call
  Request take();           // once, when done

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

class ResponseReader {
 public:
  // `head`: the answer to HEAD has no body, whatever its header says.
  ResponseReader(std::size_t max_body_bytes, bool head);
  ~ResponseReader();

  std::size_t feed(std::string_view bytes);
  void feed_end();  // the peer closed; ends a body that has no length
  ReadState state() const;
  bool too_large() const;
  bool keep_alive() const;
  Response take();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// The bytes of a response; Content-Length, Connection and Date are added here. A header whose name
// or value would break the framing is left out.
std::string encode_response(const Response& response, bool head, bool keep_alive);

}  // namespace bartizan::net
