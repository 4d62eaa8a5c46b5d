#include "parse/zip/names.h"

#include <algorithm>
#include <cctype>

namespace bartizan::parse {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// The letters of three bytes in UTF-8 that look like ASCII or like nothing: full-width forms
// (U+FF01 to U+FF5E), and zero-width ones (U+200B to U+200F, U+2060, U+FEFF).
bool fold_wide(std::string_view three, std::string& out) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(three[i]); };
  const std::uint32_t letter = (byte(0) & 0x0fU) << 12 | (byte(1) & 0x3fU) << 6 | (byte(2) & 0x3fU);
  if ((byte(0) & 0xf0) != 0xe0) return false;
  if (letter >= 0xff01 && letter <= 0xff5e) {
    out += static_cast<char>(letter - 0xff01 + '!');
    return true;
  }
  return (letter >= 0x200b && letter <= 0x200f) || letter == 0x2060 || letter == 0xfeff;
}

// As a tool might see the name that cuts it at a zero byte, takes backslashes for slashes, and
// passes over "./", slashes at either end and letters that do not show.
std::string folded(std::string_view name) {
  name = name.substr(0, name.find('\0'));
  std::string out;
  out.reserve(name.size());
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (i + 3 <= name.size() && fold_wide(name.substr(i, 3), out)) {
      i += 2;
    } else {
      out += name[i] == '\\' ? '/' : name[i];
    }
  }
  while (out.starts_with('/') || out.starts_with("./")) out.erase(0, out.find('/') + 1);
  for (std::size_t at = 0; (at = out.find("/./")) != std::string::npos;) out.erase(at, 2);
  while (out.ends_with('/')) out.pop_back();
  return out;
}

// Shrunk apps are full of names that differ by case alone. It matters in what the platform opens by
// name.
bool is_opened_by_name(std::string_view lower_name) {
  return lower_name == "androidmanifest.xml" || lower_name == "resources.arsc" ||
         (lower_name.starts_with("classes") && lower_name.ends_with(".dex")) ||
         lower_name.starts_with("meta-inf/");
}

bool climbs(std::string_view name) {
  for (std::size_t at = name.find(".."); at != std::string_view::npos;
       at = name.find("..", at + 1)) {
    const auto is_edge = [&](std::size_t i) {
      return i >= name.size() || name[i] == '/' || name[i] == '\\';
    };
    if ((at == 0 || is_edge(at - 1)) && is_edge(at + 2)) return true;
  }
  return false;
}

}  // namespace

void EntryNames::add(const std::string& name, std::vector<Anomaly>& anomalies) {
  const auto note = [&](std::string_view id, std::string_view detail) {
    note_anomaly(anomalies, id, name, detail);
  };
  std::string key = folded(name);
  if (key != name && !(name.ends_with('/') && name.size() == key.size() + 1))
    note("zip.odd_name", "tools disagree about this name");
  std::string lower_key = key;
  std::transform(lower_key.begin(), lower_key.end(), lower_key.begin(), lower);
  if (is_opened_by_name(lower_key)) key = std::move(lower_key);
  const auto [found, is_new] = by_folded_.try_emplace(std::move(key), name);
  if (!is_new && found->second == name)
    note("zip.duplicate_entry", "the name occurs more than once");
  if (!is_new && found->second != name)
    note("zip.colliding_name", "may be taken for " + found->second.substr(0, 100));
  if (climbs(name)) note("zip.path_traversal", "the name climbs out of the archive");
  if (name.starts_with('/') || name.starts_with('\\'))
    note("zip.absolute_path", "the name begins at the root");
  if (name.empty() || name.find('\0') != std::string::npos)
    note("zip.bad_name", "an empty name, or one with a zero byte");
}

}  // namespace bartizan::parse
