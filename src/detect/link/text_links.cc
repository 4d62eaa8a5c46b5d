#include "detect/link/text_links.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace bartizan::detect {
namespace {

constexpr std::size_t kMaxLink = 8192;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool begins_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), text.begin(),
                                                    [](char a, char b) { return a == lower(b); });
}

bool is_word(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

bool ends_link(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '<' || c == '>' || c == '"' || c == '`' ||
         c == '|';
}

// Trailing marks belong to the sentence; so does a bracket that was opened before the link.
std::string_view trimmed(std::string_view link) {
  const auto count = [&](char c) { return std::count(link.begin(), link.end(), c); };
  std::ptrdiff_t round = count(')') - count('(');  // closed and never opened
  std::ptrdiff_t square = count(']') - count('[');
  while (!link.empty()) {
    const char last = link.back();
    const bool bracket = (last == ')' && round-- > 0) || (last == ']' && square-- > 0);
    if (!bracket && std::string_view(".,;:!?'*").find(last) == std::string_view::npos) break;
    link.remove_suffix(1);
  }
  return link;
}

}  // namespace

std::vector<std::string> find_text_links(std::string_view text, std::size_t limit) {
  static constexpr auto kStarts = std::to_array<std::string_view>({"https://", "http://", "www."});
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size() && out.size() < limit; ++at) {
    const char c = lower(text[at]);
    if ((c != 'h' && c != 'w') || (at > 0 && is_word(text[at - 1]))) continue;
    const std::string_view rest = text.substr(at, kMaxLink);
    const auto start = std::find_if(kStarts.begin(), kStarts.end(), [&](std::string_view prefix) {
      return begins_with(rest, prefix);
    });
    if (start == kStarts.end()) continue;
    const auto end = std::find_if(rest.begin(), rest.end(), ends_link);
    const std::string_view link =
        trimmed(rest.substr(0, static_cast<std::size_t>(end - rest.begin())));
    if (link.size() <= start->size()) continue;
    out.emplace_back(link);
    at += link.size() - 1;
  }
  return out;
}

}  // namespace bartizan::detect
