#include "parse/domain/idna.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "parse/domain/idna_tables.h"
#include "parse/domain/label_rules.h"
#include "parse/domain/normalize.h"
#include "parse/domain/punycode.h"
#include "parse/domain/utf8.h"

namespace bartizan::parse {
namespace {

constexpr std::string_view kPrefix = "xn--";
constexpr std::u32string_view kWidePrefix = U"xn--";

const IdnaRange* range_of(char32_t code_point) { return find_range(idna_ranges(), code_point); }

bool is_valid(char32_t code_point) {
  const IdnaRange* range = range_of(code_point);
  return range != nullptr && range->action == IdnaAction::kValid;
}

void append_mapped(std::u32string& out, const IdnaRange& range, char32_t code_point) {
  switch (range.action) {
    case IdnaAction::kValid:
      out += code_point;
      break;
    case IdnaAction::kIgnored:
      break;
    case IdnaAction::kOffset:
      out += static_cast<char32_t>(static_cast<std::int64_t>(code_point) + range.value);
      break;
    case IdnaAction::kMapped:
      for (const char32_t mapped : idna_mappings().subspan(range.value, range.length))
        out += mapped;
      break;
  }
}

Result<std::u32string> map_all(std::u32string_view text) {
  std::u32string out;
  for (const char32_t code_point : text) {
    const IdnaRange* range = range_of(code_point);
    if (range == nullptr)
      return Error{ErrorCode::kInvalid, "the host has a character no host name may have"};
    append_mapped(out, *range, code_point);
  }
  return out;
}

bool is_ascii(std::u32string_view text) {
  return std::all_of(text.begin(), text.end(), [](char32_t c) { return c < 0x80; });
}

std::string narrow(std::u32string_view ascii) { return {ascii.begin(), ascii.end()}; }

// The validity criteria of UTS 46, section 4.1, as the URL Standard asks: hyphens may stand
// anywhere.
Status check_label(std::u32string_view label) {
  if (label.starts_with(kWidePrefix))
    return Error{ErrorCode::kInvalid, "a label of the host is punycode within punycode"};
  if (!label.empty() && is_mark(label.front()))
    return Error{ErrorCode::kInvalid, "a label of the host begins with a combining mark"};
  if (!std::all_of(label.begin(), label.end(), is_valid))
    return Error{ErrorCode::kInvalid, "a label of the host has a character it may not have"};
  if (!joiners_are_in_place(label))
    return Error{ErrorCode::kInvalid, "a label of the host has a joiner that joins nothing"};
  return {};
}

Result<std::u32string> decode_label(std::string_view label) {
  BARTIZAN_ASSIGN(std::u32string decoded, decode_punycode(label.substr(kPrefix.size())));
  if (is_ascii(decoded) || normalize_nfc(decoded) != decoded)
    return Error{ErrorCode::kInvalid, "a label of the host is not what punycode would make"};
  BARTIZAN_TRY(check_label(decoded));
  return decoded;
}

// One label as ASCII and as people read it.
struct Label {
  std::string ascii;
  std::u32string unicode;
};

Result<Label> read_label(std::u32string_view text) {
  Label label;
  if (is_ascii(text)) {
    label.ascii = narrow(text);
    label.unicode = text;
    if (text.starts_with(kWidePrefix)) {
      BARTIZAN_ASSIGN(label.unicode, decode_label(label.ascii));
    }
    return label;
  }
  BARTIZAN_TRY(check_label(text));
  BARTIZAN_ASSIGN(const std::string encoded, encode_punycode(text));
  label.ascii = std::string(kPrefix) + encoded;
  label.unicode = text;
  return label;
}

Status check_directions(const std::vector<Label>& labels) {
  const auto right_to_left = [](const Label& label) { return has_right_to_left(label.unicode); };
  const auto in_order = [](const Label& label) { return satisfies_bidi_rule(label.unicode); };
  if (std::any_of(labels.begin(), labels.end(), right_to_left) &&
      !std::all_of(labels.begin(), labels.end(), in_order))
    return Error{ErrorCode::kInvalid, "the host mixes directions of writing"};
  return {};
}

}  // namespace

Result<std::string> domain_to_ascii(std::string_view utf8) {
  if (utf8.size() > kMaxHostBytes) return Error{ErrorCode::kLimit, "the host is too long"};
  // The standard takes a name that is ASCII already as it is, bad punycode included.
  if (std::all_of(utf8.begin(), utf8.end(), [](char c) { return (c & 0x80) == 0; })) {
    std::string out(utf8);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
  }
  BARTIZAN_ASSIGN(const std::u32string decoded, decode_utf8(utf8));
  BARTIZAN_ASSIGN(const std::u32string mapped, map_all(decoded));
  const std::u32string name = normalize_nfc(mapped);
  std::vector<Label> labels;
  std::string out;
  for (std::size_t from = 0;;) {
    const std::size_t dot = name.find(U'.', from);
    BARTIZAN_ASSIGN(Label label, read_label(std::u32string_view(name).substr(from, dot - from)));
    out += label.ascii;
    labels.push_back(std::move(label));
    if (dot == std::u32string::npos) break;
    out += '.';
    from = dot + 1;
  }
  BARTIZAN_TRY(check_directions(labels));
  return out;
}

std::u32string domain_to_unicode(std::string_view ascii) {
  std::u32string out;
  for (std::size_t from = 0;;) {
    const std::size_t dot = ascii.find('.', from);
    const std::string_view label = ascii.substr(from, dot - from);
    Result<std::u32string> decoded = label.starts_with(kPrefix)
                                         ? decode_label(label)
                                         : Result<std::u32string>(decode_utf8_lossy(label));
    out += decoded.ok() ? *decoded : decode_utf8_lossy(label);
    if (dot == std::string_view::npos) return out;
    out += U'.';
    from = dot + 1;
  }
}

std::u32string fold_as_in_domains(std::u32string_view text) {
  std::u32string out;
  for (const char32_t code_point : text) {
    const IdnaRange* range = range_of(code_point);
    if (range == nullptr) {
      out += code_point;
    } else {
      append_mapped(out, *range, code_point);
    }
  }
  return out;
}

}  // namespace bartizan::parse
