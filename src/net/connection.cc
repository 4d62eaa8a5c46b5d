#include "net/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/log.h"

namespace bartizan::net {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
// After a refused request the client may still be sending; reading it away for a moment lets it
// see the answer instead of a reset.
constexpr std::size_t kMaxLingerBytes = 64 << 20;
constexpr std::chrono::milliseconds kLingerTime{1000};
constexpr std::chrono::milliseconds kStopGrace{1000};

// A file for the body of an upload. It must not outlive `core` being told that it is gone.
Result<std::shared_ptr<BodyFile>> new_upload(const std::shared_ptr<ServerCore>& core) {
  {
    const std::lock_guard lock(core->mutex);
    if (core->uploads >= core->options.uploads->max_concurrent)
      return Error{ErrorCode::kUnavailable, "Too many uploads at a time; try again."};
    ++core->uploads;
  }
  return BodyFile::create(core->options.uploads->folder, [core] {
    const std::lock_guard lock(core->mutex);
    --core->uploads;
  });
}

}  // namespace

void Connection::start(const SslContext& tls) {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(tcp::no_delay(true), ignored);
  remote_address_ = socket_.remote_endpoint(ignored).address().to_string();
  if (!tls) return next_request();
  ssl_ = make_ssl(tls, socket_.native_handle());
  if (!ssl_) return close();
  SSL_set_accept_state(ssl_.get());
  enter(Phase::kHandshake, core_->options.limits.header_timeout);
  handshake();
}

void Connection::stop() {
  close_after_answer_ = true;
  if (phase_ == Phase::kWriting || phase_ == Phase::kLingering) {
    enter(phase_, kStopGrace);
  } else {
    close();
  }
}

void Connection::enter(Phase phase, std::chrono::milliseconds limit) {
  phase_ = phase;
  timer_.expires_after(limit);
  timer_.async_wait([self = shared_from_this(), turn = ++turn_](error_code error) {
    if (!error && turn == self->turn_) self->time_out();
  });
}

void Connection::time_out() {
  if (phase_ == Phase::kHeader || phase_ == Phase::kBody) {
    ++io_turn_;  // nobody waits for the rest any more
    error_code ignored;
    socket_.cancel(ignored);
    refuse(408, "The request took too long to arrive.");
  } else {
    close();
  }
}

void Connection::wait(tcp::socket::wait_type type, void (Connection::*then)()) {
  socket_.async_wait(type, [self = shared_from_this(), then, turn = ++io_turn_](error_code error) {
    if (self->phase_ == Phase::kClosed || turn != self->io_turn_) return;
    if (error) return self->close();
    ((*self).*then)();
  });
}

Connection::Io Connection::outcome(long result, void (Connection::*again)()) {
  if (result > 0) return Io::kDone;
  auto type = tcp::socket::wait_read;
  if (ssl_) {
    const int error = SSL_get_error(ssl_.get(), static_cast<int>(result));
    if (error == SSL_ERROR_WANT_WRITE) {
      type = tcp::socket::wait_write;
    } else if (error != SSL_ERROR_WANT_READ) {
      ERR_clear_error();
      return Io::kFailed;
    }
  } else {
    if (result == 0 || (errno != EAGAIN && errno != EINTR)) return Io::kFailed;
    if (phase_ == Phase::kWriting) type = tcp::socket::wait_write;
  }
  wait(type, again);
  return Io::kAgain;
}

void Connection::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  switch (outcome(result, &Connection::handshake)) {
    case Io::kAgain:
      return;
    case Io::kFailed:
      // Lets the client read the alert that says why.
      return linger();
    case Io::kDone:
      peer_ = peer_certificate(ssl_.get());
      return next_request();
  }
}

void Connection::next_request() {
  reader_.reset();
  output_ = {};
  if (!input_.empty()) {
    if (parse()) read();
    return;
  }
  input_ = {};
  enter(Phase::kIdle, core_->options.limits.idle_timeout);
  wait(tcp::socket::wait_read, &Connection::read);
}

long Connection::read_some(char* buffer, std::size_t size) {
  ERR_clear_error();
  if (ssl_) return SSL_read(ssl_.get(), buffer, static_cast<int>(size));
  return ::recv(socket_.native_handle(), buffer, size, 0);
}

void Connection::read() {
  char buffer[kReadBytes];
  do {
    const long received = read_some(buffer, sizeof buffer);
    const Io result = outcome(received, &Connection::read);
    if (result == Io::kAgain) return;
    if (result == Io::kFailed) return close();
    input_.append(buffer, static_cast<std::size_t>(received));
  } while (parse());
}

bool Connection::parse() {
  const ServerLimits& limits = core_->options.limits;
  if (!reader_) {
    const auto& uploads = core_->options.uploads;
    BodyLimits body{.in_memory = limits.max_body_bytes};
    if (uploads) body = {limits.max_body_bytes, uploads->max_bytes, uploads->wanted};
    reader_ = std::make_unique<RequestReader>(limits.max_header_bytes, std::move(body));
    enter(Phase::kHeader, limits.header_timeout);
  }
  input_.erase(0, reader_->feed(input_));
  if (upload_ && !keep_part()) return false;
  switch (reader_->state()) {
    case ReadState::kFailed:
      refuse(reader_->failure_status(), reader_->failure());
      return false;
    case ReadState::kDone:
      if (reader_->is_upload() && !upload_) {
        ask_about_upload();
      } else {
        dispatch();
      }
      return false;
    case ReadState::kBody:
      if (reader_->is_upload() && !upload_) {
        ask_about_upload();
        return false;
      }
      if (phase_ == Phase::kHeader) {
        enter(Phase::kBody, limits.body_timeout);
        if (reader_->expects_continue() && input_.empty()) return send_continue();
      }
      return true;
    case ReadState::kHeader:
      return true;
  }
  return false;
}

bool Connection::keep_part() {
  const Status kept = upload_->append(reader_->take_part());
  if (kept.ok()) return true;
  log::error("an upload was not kept", {{"why", kept.error().message}});
  refuse(507, "There is no space for the upload.");
  return false;
}

void Connection::ask_about_upload() {
  phase_ = Phase::kHandling;
  ++turn_;
  timer_.cancel();
  auto head = std::make_shared<Request>(reader_->head());
  const Status target = parse_target(std::string(head->target), *head);
  if (!target.ok())
    return refuse(400, "The request's target is malformed: " + target.error().message + ".");
  head->remote_address = remote_address_;
  head->peer = peer_;
  asio::post(core_->workers, [core = core_, head, weak = weak_from_this()] {
    std::optional<Response> refusal;
    Result<std::shared_ptr<BodyFile>> file = std::shared_ptr<BodyFile>();
    try {
      refusal = core->options.uploads->refuse(*head);
      if (!refusal) file = new_upload(core);
    } catch (const std::exception& exception) {
      log::error("an upload could not be judged", {{"what", exception.what()}});
      refusal = problem_response(500, reason_phrase(500), "The server failed.");
    }
    if (!file.ok()) refusal = problem_response(503, reason_phrase(503), file.error().message);
    const auto self = weak.lock();
    if (!self) return;
    core->post(self->executor(), [self, refusal, file = file.value_or(nullptr)] {
      if (self->phase_ == Phase::kHandling) self->take_upload(refusal, file);
    });
  });
}

void Connection::take_upload(const std::optional<Response>& refusal,
                             std::shared_ptr<BodyFile> file) {
  if (refusal) {
    close_after_answer_ = true;  // the body is not read
    return write_answer(*refusal, false);
  }
  upload_ = std::move(file);
  enter(Phase::kBody, core_->options.uploads->body_timeout);
  if (reader_->expects_continue() && input_.empty() && !send_continue()) return;
  if (parse()) read();
}

bool Connection::send_continue() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  ERR_clear_error();
  const long sent =
      ssl_ ? SSL_write(ssl_.get(), kContinue.data(), kContinue.size())
           : ::send(socket_.native_handle(), kContinue.data(), kContinue.size(), MSG_NOSIGNAL);
  if (sent == static_cast<long>(kContinue.size())) return true;
  close();
  return false;
}

void Connection::refuse(int status, std::string_view detail) {
  close_after_answer_ = true;
  write_answer(problem_response(status, reason_phrase(status), detail), false);
}

void Connection::dispatch() {
  close_after_answer_ = close_after_answer_ || !reader_->keep_alive();
  auto request = std::make_shared<Request>(reader_->take());
  request->body_file = std::exchange(upload_, nullptr);
  reader_.reset();
  const Status target = parse_target(std::string(request->target), *request);
  if (!target.ok())
    return refuse(400, "The request's target is malformed: " + target.error().message + ".");
  request->remote_address = remote_address_;
  request->peer = peer_;
  phase_ = Phase::kHandling;
  ++turn_;  // a handler may take its time
  timer_.cancel();
  const bool head = request->method == "HEAD";
  Responder responder([weak = weak_from_this(), head](Response response) {
    if (const auto self = weak.lock()) self->answer(std::move(response), head);
  });
  asio::post(core_->workers, [core = core_, request, responder = std::move(responder)]() mutable {
    try {
      core->handler(*request, std::move(responder));
    } catch (const std::exception& exception) {
      // The Responder, moved into the handler, has answered 500 while the stack unwound.
      log::error("a request handler threw", {{"path", request->path}, {"what", exception.what()}});
    } catch (...) {
      log::error("a request handler threw something that is no exception",
                 {{"path", request->path}});
    }
  });
}

void Connection::answer(Response response, bool head) {
  core_->post(executor(),
              [self = shared_from_this(), head, response = std::move(response)]() mutable {
                if (self->phase_ == Phase::kHandling) self->write_answer(response, head);
              });
}

void Connection::write_answer(const Response& response, bool head) {
  output_ = encode_response(response, head, !close_after_answer_);
  written_ = 0;
  enter(Phase::kWriting, core_->options.limits.body_timeout);
  write();
}

void Connection::write() {
  while (written_ < output_.size()) {
    const char* data = output_.data() + written_;
    const std::size_t size = std::min<std::size_t>(output_.size() - written_, 1 << 20);
    ERR_clear_error();
    const long sent = ssl_ ? SSL_write(ssl_.get(), data, static_cast<int>(size))
                           : ::send(socket_.native_handle(), data, size, MSG_NOSIGNAL);
    switch (outcome(sent, &Connection::write)) {
      case Io::kAgain:
        return;
      case Io::kFailed:
        return close();
      case Io::kDone:
        written_ += static_cast<std::size_t>(sent);
    }
  }
  if (close_after_answer_) return linger();
  next_request();
}

void Connection::linger() {
  if (ssl_ && SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
  ERR_clear_error();
  ssl_.reset();
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  enter(Phase::kLingering, kLingerTime);
  discard();
}

void Connection::discard() {
  char buffer[kReadBytes];
  while (lingered_ < kMaxLingerBytes) {
    const long received = read_some(buffer, sizeof buffer);
    if (received > 0) lingered_ += static_cast<std::size_t>(received);
    const Io result = outcome(received, &Connection::discard);
    if (result == Io::kAgain) return;
    if (result == Io::kFailed) break;
  }
  close();
}

void Connection::close() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  ++turn_;
  timer_.cancel();
  upload_.reset();
  ssl_.reset();
  error_code ignored;
  socket_.close(ignored);
  const std::lock_guard lock(core_->mutex);
  core_->connections.erase(shared_from_this());
}

}  // namespace bartizan::net
