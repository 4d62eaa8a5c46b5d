// Reads what a request carries, member by member, and remembers the first mistake with its place:
//
//   Input input(request, {"state", "note"});
//   const auto state = input.optional_enum<AlertState>("state");
//   const auto note = input.optional_text("note", 4000);
//   if (input.wrong()) return *input.wrong();
//
// Values read after a mistake are empty; nothing may be done with them.
#pragma once

#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "model/enums.h"
#include "net/http.h"
#include "server/answer.h"
#include "server/operations.h"
#include "store/store.h"

namespace bartizan::server {

enum class UnknownMembers { kRefuse, kIgnore };

class Input {
 public:
  // The JSON object of the body. A member not listed is a mistake, unless they are ignored (on the
  // devices' listener, where agents may be newer than the server).
  Input(const net::Request& request, std::initializer_list<std::string_view> members,
        UnknownMembers unknown = UnknownMembers::kRefuse);

  const std::optional<net::Response>& wrong() const { return wrong_; }
  const json::object& object() const { return object_; }
  bool has(std::string_view name) const { return object_.if_contains(name) != nullptr; }

  // Strings are UTF-8 without control characters other than line feed and tab; `limit` is in bytes.
  std::string text(std::string_view name, std::size_t limit);
  std::optional<std::string> optional_text(std::string_view name, std::size_t limit);
  // The same without line breaks and tabs: what is shown as a name.
  std::string line(std::string_view name, std::size_t limit);
  std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t least,
                                               std::int64_t most);
  std::vector<std::string> texts(std::string_view name, std::size_t most_items, std::size_t limit);

  template <typename E>
  std::optional<E> optional_enum(std::string_view name) {
    const auto word = optional_text(name, 64);
    if (!word) return std::nullopt;
    const auto value = parse_enum<E>(*word);
    if (!value) mistake(name, "has no value '" + *word + "'");
    return value;
  }
  template <typename E>
  E required_enum(std::string_view name) {
    if (!wrong_ && !has(name)) mistake(name, "is missing");
    return optional_enum<E>(name).value_or(E{});
  }

  void mistake(std::string_view name, std::string_view what, std::string_view code = "invalid");

 private:
  const json::value* find(std::string_view name) const;

  json::object object_;
  std::optional<net::Response> wrong_;
};

// The 400 for a query the operation does not take: an unknown parameter, one given twice, bytes
// that are no UTF-8. A phone's agent may be newer than the server: its unknown ones pass.
std::optional<net::Response> query_mistake(const net::Request& request, const Operation& operation);

// The same for the query, after query_mistake(); `limit` and `cursor` are read by themselves.
class Query {
 public:
  explicit Query(const net::Request& request);

  const std::optional<net::Response>& wrong() const { return wrong_; }
  const store::PageRequest& page() const { return page_; }
  std::string text(std::string_view name, std::size_t limit = 100);
  bool flag(std::string_view name);

  template <typename E>
  std::optional<E> optional_enum(std::string_view name) {
    const std::string word = text(name, 64);
    if (word.empty()) return std::nullopt;
    const auto value = parse_enum<E>(word);
    if (!value) mistake(name, "has no value '" + word + "'");
    return value;
  }
  // Values joined by commas.
  template <typename E>
  std::vector<E> enums(std::string_view name) {
    std::vector<E> out;
    for (const std::string& word : words(name)) {
      const auto value = parse_enum<E>(word);
      if (!value) {
        mistake(name, "has no value '" + word + "'");
        return {};
      }
      out.push_back(*value);
    }
    return out;
  }

  void mistake(std::string_view name, std::string_view what);

 private:
  std::vector<std::string> words(std::string_view name);

  const net::Request& request_;
  store::PageRequest page_;
  std::optional<net::Response> wrong_;
};

}  // namespace bartizan::server
