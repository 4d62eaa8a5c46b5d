#include "net/message_reader.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <ctime>
#include <utility>

#include "base/log.h"

namespace bartizan::net {

namespace beast_http = boost::beast::http;

namespace {

constexpr std::size_t kMaxResponseHeaderBytes = 64 * 1024;

template <typename Parser>
std::size_t put(Parser& parser, std::string_view bytes, boost::system::error_code& error) {
  std::size_t used = 0;
  // A body with a length is parsed in a second call: the first ends after the header.
  while (used < bytes.size() && !parser.is_done()) {
    const std::size_t step =
        parser.put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), error);
    used += step;
    if (error == beast_http::error::need_more) {
      error = {};
      break;
    }
    if (error || step == 0) break;
  }
  return used;
}

template <typename Message>
std::vector<Header> headers_of(const Message& message) {
  std::vector<Header> headers;
  for (const auto& field : message.base()) {
    headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  return headers;
}

bool is_token(std::string_view text) {
  constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && kPunctuation.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return !text.empty();
}

// RFC 9110 section 5.6.7, always of 29 characters.
std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return std::string(text, size);
}

}  // namespace

struct RequestReader::Parts {
  beast_http::request_parser<beast_http::string_body> parser;
  BodyLimits limits;
  bool is_upload = false;
  ReadState state = ReadState::kHeader;
  int failure_status = 0;
  std::string failure;

  void fail(int status, std::string why) {
    state = ReadState::kFailed;
    failure_status = status;
    failure = std::move(why);
  }

  void fail(const boost::system::error_code& error) {
    if (error == beast_http::error::header_limit) {
      fail(431, "The request's header is larger than this server accepts.");
    } else if (error == beast_http::error::body_limit) {
      fail_too_large();
    } else {
      fail(400, "The request is not well-formed HTTP: " + error.message() + ".");
    }
  }

  void fail_too_large() { fail(413, "The request's body is larger than this server accepts."); }

  Request head() const {
    const auto& message = parser.get();
    Request request;
    request.method = message.method_string();
    request.target = message.target();
    request.headers = headers_of(message);
    return request;
  }

  void check_header() {
    const auto& message = parser.get();
    if (message.version() != 10 && message.version() != 11) {
      return fail(400, "Only HTTP/1.0 and HTTP/1.1 are spoken here.");
    }
    if (message.version() == 11 && message.count(beast_http::field::host) != 1) {
      return fail(400, "The request must have exactly one Host header.");
    }
    const auto expect = message[beast_http::field::expect];
    if (!expect.empty() && !equal_ignoring_case(expect, "100-continue")) {
      return fail(417, "Only the expectation 100-continue is known.");
    }
    choose_body_limit();
  }

  void choose_body_limit() {
    is_upload = limits.is_upload && limits.is_upload(head());
    const std::uint64_t limit = is_upload ? limits.uploaded : limits.in_memory;
    const auto length = parser.content_length();
    if (length && *length > limit) return fail_too_large();
    if (!length) parser.body_limit(limit);  // of a length not known: counted as it comes
  }
};

RequestReader::RequestReader(std::size_t max_header_bytes, BodyLimits limits)
    : parts_(std::make_unique<Parts>()) {
  parts_->parser.header_limit(static_cast<std::uint32_t>(max_header_bytes));
  parts_->parser.body_limit(std::max(limits.in_memory, limits.uploaded));
  parts_->limits = std::move(limits);
}
RequestReader::~RequestReader() = default;

std::size_t RequestReader::feed(std::string_view bytes) {
  if (parts_->state == ReadState::kDone || parts_->state == ReadState::kFailed) return 0;
  boost::system::error_code error;
  const std::size_t used = put(parts_->parser, bytes, error);
  if (parts_->parser.is_header_done() && parts_->state == ReadState::kHeader) {
    parts_->state = ReadState::kBody;
    parts_->check_header();
  }
  if (parts_->state == ReadState::kFailed) return used;
  if (error) {
    parts_->fail(error);
  } else if (parts_->parser.is_done()) {
    parts_->state = ReadState::kDone;
  }
  return used;
}

ReadState RequestReader::state() const { return parts_->state; }
int RequestReader::failure_status() const { return parts_->failure_status; }
std::string_view RequestReader::failure() const { return parts_->failure; }
bool RequestReader::expects_continue() const {
  return parts_->state == ReadState::kBody &&
         parts_->parser.get().count(beast_http::field::expect) != 0;
}
bool RequestReader::keep_alive() const { return parts_->parser.get().keep_alive(); }

bool RequestReader::is_upload() const { return parts_->is_upload; }
Request RequestReader::head() const { return parts_->head(); }
std::string RequestReader::take_part() { return std::exchange(parts_->parser.get().body(), {}); }

Request RequestReader::take() {
  Request request = parts_->head();
  request.body = take_part();
  return request;
}

struct ResponseReader::Parts {
  beast_http::response_parser<beast_http::string_body> parser;
  ReadState state = ReadState::kHeader;
  bool too_large = false;

  void follow(const boost::system::error_code& error) {
    if (error) {
      state = ReadState::kFailed;
      too_large =
          error == beast_http::error::body_limit || error == beast_http::error::header_limit;
    } else if (parser.is_done()) {
      state = ReadState::kDone;
    } else if (parser.is_header_done()) {
      state = ReadState::kBody;
    }
  }
};

ResponseReader::ResponseReader(std::size_t max_body_bytes, bool head)
    : parts_(std::make_unique<Parts>()) {
  parts_->parser.header_limit(kMaxResponseHeaderBytes);
  parts_->parser.body_limit(max_body_bytes);
  parts_->parser.skip(head);
}
ResponseReader::~ResponseReader() = default;

std::size_t ResponseReader::feed(std::string_view bytes) {
  if (parts_->state == ReadState::kDone || parts_->state == ReadState::kFailed) return 0;
  boost::system::error_code error;
  const std::size_t used = put(parts_->parser, bytes, error);
  parts_->follow(error);
  return used;
}

void ResponseReader::feed_end() {
  if (parts_->state == ReadState::kDone || parts_->state == ReadState::kFailed) return;
  boost::system::error_code error;
  if (parts_->parser.got_some()) parts_->parser.put_eof(error);
  parts_->follow(error);
  if (parts_->state != ReadState::kDone) parts_->state = ReadState::kFailed;
}

ReadState ResponseReader::state() const { return parts_->state; }
bool ResponseReader::too_large() const { return parts_->too_large; }
bool ResponseReader::keep_alive() const { return parts_->parser.get().keep_alive(); }

Response ResponseReader::take() {
  auto message = parts_->parser.release();
  return {static_cast<int>(message.result_int()), headers_of(message), std::move(message.body())};
}

std::string encode_response(const Response& response, bool head, bool keep_alive) {
  const bool bodiless =
      response.status == 204 || response.status == 304 || response.status / 100 == 1;
  std::string out;
  out.reserve(256 + (head ? 0 : response.body.size()));
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason_phrase(response.status)).append("\r\nDate: ").append(http_date());
  for (const Header& header : response.headers) {
    if (!is_token(header.name) ||
        header.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      log::error("left out a response header that would break the framing");
      continue;
    }
    out.append("\r\n").append(header.name).append(": ").append(header.value);
  }
  if (!bodiless) {
    out.append("\r\nContent-Length: ").append(std::to_string(response.body.size()));
  }
  out.append(keep_alive ? "\r\nConnection: keep-alive" : "\r\nConnection: close");
  out.append("\r\n\r\n");
  if (!head && !bodiless) out.append(response.body);
  return out;
}

}  // namespace bartizan::net
