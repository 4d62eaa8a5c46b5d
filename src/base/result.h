// The one way to say that something which can be expected to fail has failed.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace bartizan {

enum class ErrorCode {
  kInvalid,      // the input is malformed or breaks a documented rule
  kNotFound,     // the thing named does not exist
  kConflict,     // it exists already, or its state forbids the request
  kDenied,       // the caller may not do this
  kLimit,        // a bound on size, depth, time or count was reached
  kUnavailable,  // disk, database, network or peer cannot do it now; trying again may help
  kUnsupported,  // well formed, but of a kind this version does not handle
};

std::string_view to_string(ErrorCode code);

// `message` is one sentence for a person: what, where (file:line, byte offset, field), and no
// secret.
struct Error {
  ErrorCode code;
  std::string message;

  // The same error seen from further out: "context: message".
  Error within(std::string_view context) const;
};

// A value or an Error. Accessing the one that is not there is a bug and asserts.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return *checked(std::get_if<0>(&state_)); }
  const T& value() const& { return *checked(std::get_if<0>(&state_)); }
  T&& value() && { return std::move(*checked(std::get_if<0>(&state_))); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const { return *checked(std::get_if<1>(&state_)); }
  T value_or(T fallback) const& { return ok() ? value() : std::move(fallback); }

 private:
  template <typename P>
  static P* checked(P* pointer) {
    assert(pointer != nullptr);
    return pointer;
  }

  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    assert(error_.has_value());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace bartizan

// Leaves the enclosing function with the error of `expression` (a Status) when it has one.
#define BARTIZAN_TRY(expression)                                    \
  do {                                                              \
    if (auto bartizan_status = (expression); !bartizan_status.ok()) \
      return bartizan_status.error();                               \
  } while (false)

#define BARTIZAN_CONCAT_INNER(a, b) a##b
#define BARTIZAN_CONCAT(a, b) BARTIZAN_CONCAT_INNER(a, b)
#define BARTIZAN_ASSIGN_IMPL(temporary, declaration, expression) \
  auto temporary = (expression);                                 \
  if (!temporary.ok()) return temporary.error();                 \
  declaration = std::move(temporary).value()

// BARTIZAN_ASSIGN(const auto x, f()); declares x from a Result, or leaves the function with its
// error.
#define BARTIZAN_ASSIGN(declaration, expression) \
  BARTIZAN_ASSIGN_IMPL(BARTIZAN_CONCAT(bartizan_result_, __LINE__), declaration, expression)
