#include <charconv>
#include <string>

#include "base/crypto.h"
#include "parse/domain/utf8.h"
#include "parse/plist/forms.h"
#include "parse/plist/parser.h"

namespace bartizan::parse {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kSpace) - start + 1);
}

struct Tag {
  std::string_view name;
  bool closing = false;  // </name>
  bool empty = false;    // <name/>
};

class XmlReader {
 public:
  explicit XmlReader(std::string_view text) : text_(text), budget_(out_) {}

  Result<Plist> run() {
    BARTIZAN_ASSIGN(Tag tag, next_tag());
    const bool wrapped = tag.name == "plist" && !tag.closing;
    if (wrapped) {
      if (tag.empty) return broken("an empty property list");
      BARTIZAN_ASSIGN(tag, next_tag());
    }
    if (tag.closing) return broken("an empty property list");
    BARTIZAN_ASSIGN(out_.root, element(tag, 0));
    if (out_.truncated) return std::move(out_);
    if (wrapped) {
      const Result<Tag> end = next_tag();
      if (!end.ok() || end->name != "plist" || !end->closing)
        budget_.note("plist.unclosed", here(), "no </plist> behind the first value");
    }
    if (!trimmed(text_.substr(at_)).empty())
      budget_.note("plist.trailing_data", here(), "text behind the end");
    return std::move(out_);
  }

 private:
  std::string here() const { return "offset " + std::to_string(at_); }
  Error broken(std::string_view what) const {
    return {ErrorCode::kInvalid, "no XML property list: " + std::string(what) + " at " + here()};
  }

  Status skip_to_end_of(std::string_view mark, std::string_view what) {
    const std::size_t end = text_.find(mark, at_);
    if (end == std::string_view::npos) return broken("unfinished " + std::string(what));
    at_ = end + mark.size();
    return {};
  }

  // Behind "<!--". XML ends a comment at "-->"; readers disagree on "<!--->".
  Status skip_comment() {
    if (text_.substr(at_).starts_with(">") || text_.substr(at_).starts_with("->"))
      budget_.note("plist.odd_comment", here(), "readers disagree where this comment ends");
    return skip_to_end_of("-->", "comment");
  }

  // Behind "<!". A document type is passed over; what it declares never takes effect.
  Status skip_declaration() {
    const std::size_t end = text_.find_first_of("[>", at_);
    if (end == std::string_view::npos) return broken("unfinished declaration");
    const bool subset = text_[end] == '[';
    at_ = end + 1;
    if (!subset) return {};
    budget_.note("plist.internal_subset", here(), "declarations of its own, not followed");
    BARTIZAN_TRY(skip_to_end_of("]", "declaration"));
    return skip_to_end_of(">", "declaration");
  }

  // The next tag; text before it must be white space.
  Result<Tag> next_tag() {
    for (;;) {
      at_ = text_.find_first_not_of(kSpace, at_);
      if (at_ == std::string_view::npos) at_ = text_.size();
      if (at_ == text_.size() || text_[at_] != '<') return broken("text where a tag must be");
      const std::string_view rest = text_.substr(at_);
      if (rest.starts_with("<!--")) {
        at_ += 4;
        BARTIZAN_TRY(skip_comment());
      } else if (rest.starts_with("<?")) {
        BARTIZAN_TRY(skip_to_end_of("?>", "processing instruction"));
      } else if (rest.starts_with("<!")) {
        at_ += 2;
        BARTIZAN_TRY(skip_declaration());
      } else {
        return read_tag();
      }
    }
  }

  Result<Tag> read_tag() {
    const std::size_t end = text_.find('>', at_);
    if (end == std::string_view::npos) return broken("an unfinished tag");
    std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
    Tag tag;
    tag.closing = inside.starts_with('/');
    if (tag.closing) inside.remove_prefix(1);
    tag.empty = inside.ends_with('/');
    if (tag.empty) inside.remove_suffix(1);
    tag.name = inside.substr(0, inside.find_first_of(kSpace));  // attributes mean nothing here
    at_ = end + 1;
    return tag;
  }

  Result<PlistValue> element(const Tag& tag, std::size_t depth) {
    PlistValue value;
    if (!budget_.take_value(depth)) return value;
    if (tag.name == "dict") return dictionary(tag, depth);
    if (tag.name == "array") return array(tag, depth);
    if (tag.name == "true" || tag.name == "false") {
      value.type = PlistType::kBoolean;
      value.boolean = tag.name == "true";
      if (!tag.empty) {
        BARTIZAN_ASSIGN(const std::string ignored, text_until_end(tag.name));
      }
      return value;
    }
    std::string text;
    if (!tag.empty) {
      BARTIZAN_ASSIGN(text, text_until_end(tag.name));
    }
    if (!budget_.take_value(depth, text.size())) return value;
    return scalar(tag.name, std::move(text));
  }

  Result<PlistValue> scalar(std::string_view name, std::string text) {
    PlistValue value;
    if (name == "string") {
      value.type = PlistType::kString;
      value.text = std::move(text);
    } else if (name == "integer") {
      value.type = PlistType::kInteger;
      read_integer(trimmed(text), value);
    } else if (name == "real") {
      value.type = PlistType::kReal;
      const std::string_view digits = trimmed(text);
      if (std::from_chars(digits.data(), digits.data() + digits.size(), value.real).ec !=
          std::errc())
        bad_value("a real that is no number");
    } else if (name == "data") {
      value.type = PlistType::kData;
      read_data(std::move(text), value);
    } else if (name == "date") {
      value.type = PlistType::kDate;
      const Result<Timestamp> time = parse_rfc3339(trimmed(text));
      if (time.ok()) value.date = *time;
      if (!time.ok()) bad_value("a date that is none");
    } else {
      return broken("an unknown element");
    }
    return value;
  }

  void bad_value(std::string_view detail) { budget_.note("plist.bad_value", here(), detail); }

  void read_integer(std::string_view digits, PlistValue& value) {
    const bool negative = digits.starts_with('-');
    if (negative || digits.starts_with('+')) digits.remove_prefix(1);
    const bool hex = digits.starts_with("0x") || digits.starts_with("0X");
    if (hex) digits.remove_prefix(2);
    std::uint64_t magnitude = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, hex ? 16 : 10);
    if (error != std::errc() || end != digits.data() + digits.size())
      bad_value("an integer that is no number");
    value.integer = static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
  }

  void read_data(std::string text, PlistValue& value) {
    std::erase_if(text, [](char c) { return kSpace.find(c) != std::string_view::npos; });
    Result<std::vector<std::uint8_t>> data = unbase64(text);
    if (!data.ok()) return bad_value("data that is no base64");
    value.data = std::move(data).value();
  }

  // Text up to </name>, which is consumed; entities replaced.
  Result<std::string> text_until_end(std::string_view name) {
    std::string out;
    for (;;) {
      const std::size_t mark = text_.find_first_of("<&", at_);
      if (mark == std::string_view::npos) return broken("an element without an end");
      out += text_.substr(at_, mark - at_);
      at_ = mark;
      const std::string_view rest = text_.substr(at_);
      if (rest.starts_with("<![CDATA[")) {
        at_ += 9;
        const std::size_t start = at_;
        BARTIZAN_TRY(skip_to_end_of("]]>", "CDATA"));
        out += text_.substr(start, at_ - 3 - start);
      } else if (rest.starts_with("<!--")) {
        at_ += 4;
        BARTIZAN_TRY(skip_comment());
      } else if (rest[0] == '&') {
        read_entity(out);
      } else {
        BARTIZAN_ASSIGN(const Tag end, read_tag());
        if (!end.closing || end.name != name) return broken("a tag inside text");
        return out;
      }
    }
  }

  // One of XML's five or a number; any other stays as it is written and is reported.
  void read_entity(std::string& out) {
    constexpr std::size_t kLongest = 10;  // &#x10FFFF;
    const std::size_t end = text_.substr(at_, kLongest).find(';');
    const std::string_view name =
        end == std::string_view::npos ? std::string_view() : text_.substr(at_ + 1, end - 1);
    std::uint32_t code = 0;
    if (name == "lt") code = '<';
    if (name == "gt") code = '>';
    if (name == "amp") code = '&';
    if (name == "apos") code = '\'';
    if (name == "quot") code = '"';
    if (name.starts_with('#')) {
      const bool hex = name.starts_with("#x");
      const std::string_view digits = name.substr(hex ? 2 : 1);
      (void)std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
    }
    if (code == 0 || code > 0x10ffff) {
      budget_.note("plist.unknown_entity", here(), text_.substr(at_, kLongest));
      out += '&';
      ++at_;
      return;
    }
    append_utf8(out, code);
    at_ += end + 1;
  }

  Result<PlistValue> array(const Tag& tag, std::size_t depth) {
    PlistValue value;
    value.type = PlistType::kArray;
    if (tag.empty) return value;
    for (;;) {
      BARTIZAN_ASSIGN(const Tag next, next_tag());
      if (next.closing) return next.name == "array" ? Result(std::move(value)) : crossed();
      BARTIZAN_ASSIGN(PlistValue item, element(next, depth + 1));
      if (out_.truncated) return value;
      value.items.push_back(std::move(item));
    }
  }

  Result<PlistValue> dictionary(const Tag& tag, std::size_t depth) {
    PlistValue value;
    value.type = PlistType::kDictionary;
    if (tag.empty) return value;
    for (;;) {
      BARTIZAN_ASSIGN(const Tag next, next_tag());
      if (next.closing && next.name != "dict") return crossed();
      if (next.closing) break;
      if (next.name != "key") return broken("a value without a key");
      std::string key;
      if (!next.empty) {
        BARTIZAN_ASSIGN(key, text_until_end("key"));
      }
      BARTIZAN_ASSIGN(const Tag start, next_tag());
      if (start.closing) return broken("a key without a value");
      BARTIZAN_ASSIGN(PlistValue item, element(start, depth + 1));
      if (out_.truncated) break;
      value.entries.push_back({.key = std::move(key), .value = std::move(item)});
    }
    settle_duplicates(value.entries, DuplicateKey::kLastCounts, budget_);
    return value;
  }

  Error crossed() const { return broken("an end tag of another element"); }

  std::string_view text_;
  std::size_t at_ = 0;
  Plist out_;
  PlistBudget budget_;
};

}  // namespace

Result<Plist> parse_xml_plist(std::string_view text) { return XmlReader(text).run(); }

}  // namespace bartizan::parse
