#include "parse/apksig/jar_manifest.h"

#include <algorithm>

namespace bartizan::parse {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

class Reader {
 public:
  explicit Reader(Bytes bytes)
      : text_(as_text(bytes)), feed_(std::min(text_.find('\n'), text_.size())) {}

  std::size_t position() const { return at_; }
  bool at_end() const { return at_ >= text_.size(); }

  // One attribute's text, the lines that continue it joined on; empty for an empty line. Valid
  // until the next call.
  std::string_view attribute() {
    const std::string_view first = line();
    if (first.empty() || at_end() || text_[at_] != ' ') return first;
    joined_ = first;
    while (!at_end() && text_[at_] == ' ') joined_ += line().substr(1);
    return joined_;
  }

 private:
  // Up to CR LF, LF or CR, which are consumed.
  std::string_view line() {
    if (feed_ < at_) feed_ = std::min(text_.find('\n', at_), text_.size());
    const std::size_t end = std::min(text_.substr(0, feed_).find('\r', at_), feed_);
    const std::string_view out = text_.substr(at_, end - at_);
    at_ = end;
    if (text_.substr(at_).starts_with("\r\n")) {
      at_ += 2;
    } else if (!at_end()) {
      ++at_;
    }
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t feed_;  // the first line feed from at_ on; looked for once each
  std::string joined_;
};

void add_attribute(JarSection& section, std::string_view text) {
  const std::size_t colon = text.find(": ");
  if (colon == std::string_view::npos) return;
  section.attributes.emplace_back(text.substr(0, colon), text.substr(colon + 2));
}

}  // namespace

std::string_view JarSection::find(std::string_view name) const {
  for (const auto& [key, value] : attributes) {
    if (same_letters(key, name)) return value;
  }
  return {};
}

std::string_view JarSection::name() const {
  const bool named = !attributes.empty() && same_letters(attributes.front().first, "Name");
  return named ? std::string_view(attributes.front().second) : std::string_view();
}

std::vector<JarSection> parse_jar_sections(Bytes text) {
  std::vector<JarSection> out;
  Reader reader(text);
  while (!reader.at_end() && out.size() < kMaxJarSections) {
    const std::size_t start = reader.position();
    std::string_view attribute = reader.attribute();
    if (attribute.empty()) continue;
    JarSection section;
    while (!attribute.empty()) {
      add_attribute(section, attribute);
      attribute = reader.at_end() ? std::string_view() : reader.attribute();
    }
    section.raw = text.subspan(start, reader.position() - start);
    out.push_back(std::move(section));
  }
  return out;
}

}  // namespace bartizan::parse
