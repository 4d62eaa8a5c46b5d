#include "parse/html/tokenizer.h"

#include <algorithm>
#include <set>

namespace bartizan::parse {
namespace {

constexpr std::size_t kNowhere = std::string_view::npos;
constexpr std::size_t kMaxName = 128;  // bytes kept of a tag's or an attribute's name

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string lower(std::string_view text) {
  std::string out(text.substr(0, kMaxName));
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// Whose content is text up to the end tag of the same name.
bool is_raw(std::string_view name) {
  return name == "script" || name == "style" || name == "xmp" || name == "noembed" ||
         name == "noframes";
}
bool is_escapable_raw(std::string_view name) { return name == "title" || name == "textarea"; }

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view html) : html_(html) {}

  HtmlTokens run() {
    if (html_.size() > kMaxHtmlBytes) {
      html_ = html_.substr(0, kMaxHtmlBytes);
      cut("more bytes than are read");
    }
    if (html_.find('\0') != kNowhere) note_anomaly(out_.anomalies, "html.nul", "", "NUL bytes");
    while (at_ < html_.size()) {
      if (out_.tokens.size() >= kMaxHtmlTokens) {
        cut("more tags than are read");
        break;
      }
      step();
    }
    return std::move(out_);
  }

 private:
  void cut(const char* why) {
    out_.truncated = true;
    note_anomaly(out_.anomalies, "html.limit", "offset " + std::to_string(at_), why);
  }

  void add_text(std::string_view text, bool decode) {
    if (text.empty()) return;
    HtmlToken token{.kind = HtmlToken::Kind::kText};
    token.text = decode ? decode_character_references(text) : std::string(text);
    out_.tokens.push_back(std::move(token));
  }

  void step() {
    const std::size_t open = html_.find('<', at_);
    if (open != at_) {
      const std::size_t end = std::min(open, html_.size());
      add_text(html_.substr(at_, end - at_), true);
      at_ = end;
      return;
    }
    const std::string_view rest = html_.substr(at_ + 1);
    if (rest.starts_with("!--")) return comment();
    if (rest.starts_with('!') || rest.starts_with('?')) return skip_to_after(">");
    const bool closing = rest.starts_with('/');
    if (closing && rest.size() > 1 && !is_letter(rest[1])) return skip_to_after(">");
    if (rest.size() > (closing ? 1 : 0) && is_letter(rest[closing ? 1 : 0])) return tag(closing);
    add_text("<", false);
    ++at_;
  }

  // The comments "<!-->" and "<!--->" are complete.
  void comment() {
    const std::string_view rest = html_.substr(at_ + 4);
    if (rest.starts_with('>')) {
      at_ += 5;
    } else if (rest.starts_with("->")) {
      at_ += 6;
    } else {
      at_ += 4;
      skip_to_after("-->");
    }
  }

  void skip_to_after(std::string_view end) {
    const std::size_t found = html_.find(end, at_);
    at_ = found == kNowhere ? html_.size() : found + end.size();
  }

  void tag(bool closing) {
    const std::size_t begin = at_;
    at_ += closing ? 2 : 1;
    std::size_t end = at_;
    while (end < html_.size() && !is_space(html_[end]) && html_[end] != '/' && html_[end] != '>')
      ++end;
    HtmlToken token{.kind = closing ? HtmlToken::Kind::kEndTag : HtmlToken::Kind::kStartTag,
                    .name = lower(html_.substr(at_, end - at_))};
    at_ = end;
    if (!attributes(token)) {
      note_anomaly(out_.anomalies, "html.unclosed_tag", "offset " + std::to_string(begin),
                   token.name);
      return;  // browsers drop a tag that the page's end cuts
    }
    const std::string name = token.name;
    out_.tokens.push_back(std::move(token));
    if (!closing && (is_raw(name) || is_escapable_raw(name))) raw_text(name);
  }

  // Up to and with ">"; false when the page ends before.
  bool attributes(HtmlToken& token) {
    std::set<std::string, std::less<>> seen;
    while (at_ < html_.size()) {
      const char c = html_[at_];
      if (c == '>') {
        ++at_;
        return true;
      }
      if (c == '/') token.self_closing = at_ + 1 < html_.size() && html_[at_ + 1] == '>';
      if (is_space(c) || c == '/') {
        ++at_;
        continue;
      }
      attribute(token, seen);
    }
    return false;
  }

  void attribute(HtmlToken& token, std::set<std::string, std::less<>>& seen) {
    std::size_t end = at_ + 1;  // a "=" at the start belongs to the name
    while (end < html_.size() && !is_space(html_[end]) && html_[end] != '/' && html_[end] != '>' &&
           html_[end] != '=')
      ++end;
    std::string name = lower(html_.substr(at_, end - at_));
    at_ = end;
    while (at_ < html_.size() && is_space(html_[at_])) ++at_;
    std::string_view value;
    if (at_ < html_.size() && html_[at_] == '=') {
      ++at_;
      value = attribute_value();
    }
    if (seen.size() >= kMaxHtmlAttributes) return;
    if (!seen.insert(name).second) {
      note_anomaly(out_.anomalies, "html.duplicate_attribute", token.name, name);
      return;
    }
    token.attributes.emplace_back(
        std::move(name), decode_character_references(value.substr(0, kMaxHtmlAttributeBytes)));
  }

  std::string_view attribute_value() {
    while (at_ < html_.size() && is_space(html_[at_])) ++at_;
    if (at_ == html_.size()) return {};
    const char quote = html_[at_];
    std::size_t end = at_;
    if (quote == '"' || quote == '\'') {
      const std::size_t begin = ++at_;
      end = std::min(html_.find(quote, begin), html_.size());
      at_ = std::min(end + 1, html_.size());
      return html_.substr(begin, end - begin);
    }
    while (end < html_.size() && !is_space(html_[end]) && html_[end] != '>') ++end;
    const std::string_view value = html_.substr(at_, end - at_);
    at_ = end;
    return value;
  }

  void raw_text(const std::string& name) {
    std::size_t end = at_;
    while (true) {
      end = html_.find("</", end);
      if (end == kNowhere) {
        end = html_.size();
        break;
      }
      const std::string_view after = html_.substr(end + 2);
      const bool ends = after.size() >= name.size() &&
                        lower(after.substr(0, name.size())) == name &&
                        (after.size() == name.size() || is_space(after[name.size()]) ||
                         after[name.size()] == '>' || after[name.size()] == '/');
      if (ends) break;
      end += 2;
    }
    add_text(html_.substr(at_, end - at_), is_escapable_raw(name));
    at_ = end;
  }

  std::string_view html_;
  std::size_t at_ = 0;
  HtmlTokens out_;
};

}  // namespace

const std::string& HtmlToken::attribute(const char* wanted) const {
  static const std::string kNone;
  for (const auto& [name_of, value] : attributes) {
    if (name_of == wanted) return value;
  }
  return kNone;
}

bool HtmlToken::has(const char* wanted) const {
  return std::any_of(attributes.begin(), attributes.end(),
                     [&](const auto& attribute) { return attribute.first == wanted; });
}

HtmlTokens tokenize_html(std::string_view html) { return Tokenizer(html).run(); }

}  // namespace bartizan::parse
