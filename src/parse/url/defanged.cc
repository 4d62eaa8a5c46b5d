#include "parse/url/defanged.h"

#include <algorithm>
#include <array>

namespace bartizan::parse {
namespace {

struct Replacement {
  std::string_view written;  // lower-case
  std::string_view meant;
};

constexpr auto kSchemes = std::to_array<Replacement>({
    {"hxxps", "https"},
    {"hxxp", "http"},
    {"hxtps", "https"},
    {"hxtp", "http"},
    {"htxps", "https"},
    {"htxp", "http"},
    {"h**ps", "https"},
    {"h**p", "http"},
    {"https", "https"},
    {"http", "http"},
    {"fxp", "ftp"},
    {"ftp", "ftp"},
});
constexpr auto kAfterScheme = std::to_array<Replacement>({
    {"[://]", "://"},
    {"[:]//", "://"},
    {"[:]\\\\", "://"},
    {"[:/]/", "://"},
    {":[//]", "://"},
    {":[/][/]", "://"},
    {"[:][/][/]", "://"},
    {"(:)//", "://"},
    {"://", "://"},
});
constexpr auto kDots = std::to_array<Replacement>({
    {"[.]", "."},
    {"(.)", "."},
    {"{.}", "."},
    {"[dot]", "."},
    {"(dot)", "."},
    {"{dot}", "."},
});
constexpr auto kSigns = std::to_array<Replacement>({
    {"[:]", ":"},
    {"(:)", ":"},
    {"[@]", "@"},
    {"(@)", "@"},
    {"[at]", "@"},
    {"(at)", "@"},
});

bool starts_with_word(std::string_view text, std::string_view lower_word) {
  return text.size() >= lower_word.size() &&
         std::equal(lower_word.begin(), lower_word.end(), text.begin(), [](char want, char c) {
           return want == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
         });
}

template <std::size_t N>
const Replacement* find_at_start(const std::array<Replacement, N>& table, std::string_view text) {
  for (const Replacement& one : table) {
    if (starts_with_word(text, one.written)) return &one;
  }
  return nullptr;
}

// The scheme and what ends it, taken from the start of `text`; empty when it is no web address.
std::string take_scheme(std::string_view& text, bool& changed) {
  const Replacement* scheme = find_at_start(kSchemes, text);
  if (scheme == nullptr) return {};
  const Replacement* after = find_at_start(kAfterScheme, text.substr(scheme->written.size()));
  if (after == nullptr) return {};
  changed = scheme->written != scheme->meant || after->written != after->meant;
  text.remove_prefix(scheme->written.size() + after->written.size());
  return std::string(scheme->meant) + std::string(after->meant);
}

}  // namespace

std::optional<std::string> refang(std::string_view text) {
  bool changed = false;
  std::string out = take_scheme(text, changed);
  if (!changed && text.find_first_of("[({") == std::string_view::npos) return std::nullopt;
  bool in_host = true;
  while (!text.empty()) {
    const char c = text.front();
    in_host = in_host && c != '/' && c != '\\' && c != '?' && c != '#';
    if (!in_host && !changed) return std::nullopt;
    const Replacement* found = nullptr;
    if (c == '[' || c == '(' || c == '{') {
      found = find_at_start(kDots, text);
      if (found == nullptr && in_host) found = find_at_start(kSigns, text);
    }
    if (found != nullptr) {
      changed = true;
      out += found->meant;
      text.remove_prefix(found->written.size());
    } else {
      out += c;
      text.remove_prefix(1);
    }
  }
  return changed ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace bartizan::parse
