#include "parse/html/parser.h"

#include <algorithm>
#include <array>

#include "parse/html/tokenizer.h"

namespace bartizan::parse {
namespace {

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Elements without content (HTML Standard, 13.1.2).
bool is_void(std::string_view name) {
  static constexpr auto kVoid =
      std::to_array<std::string_view>({"area", "base", "br", "col", "embed", "hr", "img", "input",
                                       "link", "meta", "param", "source", "track", "wbr"});
  return is_one_of(kVoid, name);
}

// Where a new line or cell begins on the page.
bool is_block(std::string_view name) {
  static constexpr auto kBlock = std::to_array<std::string_view>(
      {"address",  "article", "blockquote", "br",   "center", "dd",    "div", "dl",      "dt",
       "fieldset", "footer",  "form",       "h1",   "h2",     "h3",    "h4",  "h5",      "h6",
       "header",   "hr",      "li",         "main", "ol",     "p",     "pre", "section", "table",
       "tbody",    "td",      "tfoot",      "th",   "thead",  "title", "tr",  "ul"});
  return is_one_of(kBlock, name);
}

std::string_view trim(std::string_view text) {
  const char* spaces = " \t\r\n\f";
  const std::size_t first = text.find_first_not_of(spaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(spaces) - first + 1);
}

// A style without spaces and in lower case: "display:none;font-size:0".
std::string plain_style(std::string_view style) {
  std::string out;
  for (const char c : style.substr(0, 4096)) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

// "0", "0px", "0.0em": a size nobody can see.
bool is_zero(std::string_view value) {
  value = value.substr(0, value.find_first_of(";!"));
  return !value.empty() && value[0] == '0' &&
         value.find_first_of("123456789") == std::string_view::npos;
}

bool style_hides(const std::string& style) {
  if (style.find("display:none") != std::string::npos) return true;
  if (style.find("visibility:hidden") != std::string::npos) return true;
  for (const std::string_view property : {"font-size:", "opacity:", "max-height:"}) {
    for (std::size_t at = style.find(property); at != std::string::npos;
         at = style.find(property, at + 1)) {
      const bool whole = at == 0 || style[at - 1] == ';';
      if (whole && is_zero(std::string_view(style).substr(at + property.size()))) return true;
    }
  }
  return false;
}

bool hides(const HtmlToken& tag) {
  return tag.has("hidden") || style_hides(plain_style(tag.attribute("style")));
}

// Adds text, runs of white space as one space.
void add_words(std::string& out, std::string_view text, std::size_t limit, bool& truncated) {
  for (const char c : text) {
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
    if (space && (out.empty() || out.back() == ' ' || out.back() == '\n')) continue;
    if (out.size() >= limit) {
      truncated = true;
      return;
    }
    out += space ? ' ' : c;
  }
}

void break_line(std::string& out) {
  while (!out.empty() && out.back() == ' ') out.pop_back();
  if (!out.empty() && out.back() != '\n') out += '\n';
}

struct OpenElement {
  std::string name;
  bool hides = false;
};

class PageReader {
 public:
  HtmlPage run(std::string_view html) {
    HtmlTokens tokens = tokenize_html(html);
    page_.anomalies = std::move(tokens.anomalies);
    page_.truncated = tokens.truncated;
    for (const HtmlToken& token : tokens.tokens) {
      switch (token.kind) {
        case HtmlToken::Kind::kStartTag:
          start(token);
          break;
        case HtmlToken::Kind::kEndTag:
          end(token.name);
          break;
        case HtmlToken::Kind::kText:
          text(token.text);
          break;
      }
    }
    close_link();
    return std::move(page_);
  }

 private:
  bool inside(std::string_view name) const { return !open_.empty() && open_.back().name == name; }

  void text(const std::string& text) {
    if (inside("script") || inside("style") || inside("xmp")) return;
    bool ignored = false;
    if (inside("title")) {
      add_words(page_.title, text, kMaxLinkText, ignored);
      return;
    }
    add_words(hidden_ > 0 ? page_.hidden_text : page_.text, text, kMaxHtmlText, page_.truncated);
    if (in_link_) add_words(link_.text, text, kMaxLinkText, ignored);
  }

  void start(const HtmlToken& tag) {
    if (is_block(tag.name)) {
      break_line(hidden_ > 0 ? page_.hidden_text : page_.text);
      if (in_link_ && !link_.text.empty() && link_.text.back() != ' ') link_.text += ' ';
    }
    const bool hiding = hides(tag);
    if (!is_void(tag.name)) open(tag.name, hiding);
    if (tag.name == "a" || tag.name == "area") start_link(tag, hiding);
    if (tag.name == "img") image(tag, hiding);
    if (tag.name == "form" && page_.forms.size() < kMaxHtmlForms) {
      page_.forms.push_back({.action = std::string(trim(tag.attribute("action")))});
    }
    if (tag.name == "input" || tag.name == "textarea" || tag.name == "button") field(tag);
    document(tag);
  }

  void open(const std::string& name, bool hiding) {
    if (open_.size() >= kMaxHtmlDepth) {
      page_.truncated = true;
      note_anomaly(page_.anomalies, "html.depth", name, "deeper than what is kept track of");
      return;
    }
    open_.push_back({name, hiding});
    hidden_ += hiding ? 1 : 0;
  }

  // Closes the nearest open element of the name, and what is inside it; a stray end tag nothing.
  void end(const std::string& name) {
    if (is_block(name)) break_line(hidden_ > 0 ? page_.hidden_text : page_.text);
    if (name == "a") close_link();
    const auto found = std::find_if(open_.rbegin(), open_.rend(),
                                    [&](const OpenElement& open) { return open.name == name; });
    if (found == open_.rend()) return;
    const auto keep = static_cast<std::size_t>(open_.rend() - found) - 1;
    for (std::size_t i = keep; i < open_.size(); ++i) hidden_ -= open_[i].hides ? 1 : 0;
    open_.resize(keep);
  }

  void start_link(const HtmlToken& tag, bool hiding) {
    close_link();
    if (!tag.has("href")) return;
    link_ = {.url = std::string(trim(tag.attribute("href"))), .hidden = hiding || hidden_ > 0};
    in_link_ = tag.name == "a";
    if (!in_link_) add_link();
  }

  void add_link() {
    if (page_.links.size() >= kMaxHtmlLinks) {
      page_.truncated = true;
      return;
    }
    link_.text = std::string(trim(link_.text));
    page_.links.push_back(std::move(link_));
    link_ = {};
  }

  void close_link() {
    if (in_link_) add_link();
    in_link_ = false;
  }

  void image(const HtmlToken& tag, bool hiding) {
    if (in_link_) {
      bool ignored = false;
      link_.image = true;
      add_words(link_.text, tag.attribute("alt"), kMaxLinkText, ignored);
    }
    if (page_.images.size() >= kMaxHtmlImages) return;
    const auto tiny = [&](const char* side) {
      const std::string& value = tag.attribute(side);
      return value == "0" || value == "1" || value == "1px" || value == "0px";
    };
    page_.images.push_back({.url = std::string(trim(tag.attribute("src"))),
                            .pixel = hiding || tiny("width") || tiny("height")});
  }

  // A field outside a form can be sent by a script: it counts as one of a form without a target.
  void field(const HtmlToken& tag) {
    const std::string type = plain_style(tag.attribute("type"));
    if (type == "hidden" || type == "submit" || type == "image" || tag.name == "button") return;
    if (page_.forms.empty()) page_.forms.push_back({});
    HtmlForm& form = page_.forms.back();
    form.password |= type == "password";
    if (form.fields.size() < kMaxFormFields)
      form.fields.push_back(tag.attribute("name").substr(0, kMaxLinkText));
  }

  void document(const HtmlToken& tag) {
    if (tag.name == "base" && page_.base.empty()) page_.base = trim(tag.attribute("href"));
    if (tag.name == "script") page_.has_script = true;
    const bool fetches =
        tag.name == "script" || tag.name == "iframe" || tag.name == "frame" || tag.name == "embed";
    const std::string& source = tag.attribute(tag.name == "object" ? "data" : "src");
    if ((fetches || tag.name == "object") && !source.empty() &&
        page_.scripts.size() < kMaxHtmlImages)
      page_.scripts.push_back(source.substr(0, kMaxLinkText));
    if (tag.name == "meta" && plain_style(tag.attribute("http-equiv")) == "refresh") {
      const std::string& value = tag.attribute("content");
      const std::size_t equals = value.find('=');
      if (equals != std::string::npos) page_.refresh = trim(value.substr(equals + 1));
    }
  }

  HtmlPage page_;
  std::vector<OpenElement> open_;
  std::size_t hidden_ = 0;  // open elements that hide
  bool in_link_ = false;
  HtmlLink link_;
};

}  // namespace

HtmlPage read_html(std::string_view html) { return PageReader().run(html); }

}  // namespace bartizan::parse
