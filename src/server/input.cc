#include "server/input.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "parse/domain/utf8.h"

namespace bartizan::server {
namespace {

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\t' && c != '\r') || byte == 0x7f;
  });
}

bool takes(const Operation& operation, std::string_view parameter) {
  std::string_view rest = operation.query;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (rest.substr(0, end) == parameter) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

}  // namespace

Input::Input(const net::Request& request, std::initializer_list<std::string_view> members,
             UnknownMembers unknown) {
  auto parsed = parse_json_object(request.body);
  if (!parsed) {
    wrong_ = problem(400, "malformed_json", parsed.error().message, {.name = "body"});
    return;
  }
  object_ = std::move(parsed).value();
  if (unknown == UnknownMembers::kIgnore) return;
  for (const auto& member : object_) {
    const std::string_view name(member.key());
    if (std::find(members.begin(), members.end(), name) == members.end()) {
      mistake(name.substr(0, 64), "is not a member of this request", "unknown_field");
    }
  }
}

const json::value* Input::find(std::string_view name) const {
  if (wrong_) return nullptr;
  return object_.if_contains(name);
}

void Input::mistake(std::string_view name, std::string_view what, std::string_view code) {
  if (wrong_) return;
  wrong_ =
      problem(400, code, std::string(name) + " " + std::string(what), {.name = std::string(name)});
}

std::optional<std::string> Input::optional_text(std::string_view name, std::size_t limit) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    mistake(name, "must be a string");
    return std::nullopt;
  }
  const std::string_view text(value->get_string());
  if (text.size() > limit) {
    mistake(name, "is longer than " + std::to_string(limit) + " bytes");
    return std::nullopt;
  }
  if (has_control_characters(text)) {
    mistake(name, "has control characters");
    return std::nullopt;
  }
  return std::string(text);
}

std::string Input::text(std::string_view name, std::size_t limit) {
  auto value = optional_text(name, limit);
  if (!value || value->empty()) {
    mistake(name, "is missing");
    return {};
  }
  return *value;
}

std::string Input::line(std::string_view name, std::size_t limit) {
  std::string value = text(name, limit);
  if (value.find_first_of("\n\t\r") == std::string::npos) return value;
  mistake(name, "has control characters");
  return {};
}

std::optional<std::int64_t> Input::optional_integer(std::string_view name, std::int64_t least,
                                                    std::int64_t most) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  const auto number = get_int(object_, name);
  if (!number || *number < least || *number > most) {
    mistake(name,
            "must be an integer from " + std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
  }
  return number;
}

std::vector<std::string> Input::texts(std::string_view name, std::size_t most_items,
                                      std::size_t limit) {
  const json::value* value = find(name);
  const json::array* items = value == nullptr ? nullptr : value->if_array();
  if (items == nullptr || items->empty() || items->size() > most_items) {
    mistake(name, "must be a list of 1 to " + std::to_string(most_items) + " strings");
    return {};
  }
  std::vector<std::string> out;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const json::string* text = (*items)[i].if_string();
    if (text == nullptr || text->size() > limit || has_control_characters(*text)) {
      mistake(std::string(name) + "[" + std::to_string(i) + "]",
              "must be a string of at most " + std::to_string(limit) + " bytes");
      return {};
    }
    out.emplace_back(*text);
  }
  return out;
}

std::optional<net::Response> query_mistake(const net::Request& request,
                                           const Operation& operation) {
  const auto wrong = [](std::string_view name, std::string_view what) {
    const std::string place =
        parse::encode_utf8(parse::decode_utf8_lossy(std::string_view(name).substr(0, 64)));
    return problem(400, "invalid", place + " " + std::string(what), {.name = place});
  };
  std::set<std::string_view> seen;
  for (const auto& [name, value] : request.query) {
    if (operation.listener == Listener::kPeople && !takes(operation, name))
      return wrong(name, "is not a parameter of this request");
    if (!seen.insert(name).second) return wrong(name, "is given twice");
    if (!parse::decode_utf8(value)) return wrong(name, "is not UTF-8");
  }
  return std::nullopt;
}

Query::Query(const net::Request& request) : request_(request) {
  for (const auto& [name, value] : request.query) {
    if (name == "limit") {
      int limit = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), limit);
      if (error != std::errc() || end != value.data() + value.size() || limit < 1 || limit > 200)
        mistake(name, "must be an integer from 1 to 200");
      page_.limit = limit;
    } else if (name == "cursor") {
      if (value.size() > 512) mistake(name, "is not one of ours");
      page_.cursor = value;
    }
  }
}

void Query::mistake(std::string_view name, std::string_view what) {
  if (wrong_) return;
  wrong_ = problem(400, "invalid", std::string(name) + " " + std::string(what),
                   {.name = std::string(name)});
}

std::string Query::text(std::string_view name, std::size_t limit) {
  const auto value = request_.query_value(name);
  if (!value) return {};
  if (value->size() > limit || has_control_characters(*value)) {
    mistake(name, "must be at most " + std::to_string(limit) + " bytes of text");
    return {};
  }
  return std::string(*value);
}

bool Query::flag(std::string_view name) {
  const std::string value = text(name);
  if (!value.empty() && value != "true" && value != "false") mistake(name, "must be true or false");
  return value == "true";
}

std::vector<std::string> Query::words(std::string_view name) {
  std::vector<std::string> out;
  const std::string all = text(name, 256);
  std::size_t start = 0;
  while (start < all.size()) {
    const std::size_t comma = std::min(all.find(',', start), all.size());
    if (comma > start) out.push_back(all.substr(start, comma - start));
    start = comma + 1;
  }
  return out;
}

}  // namespace bartizan::server
