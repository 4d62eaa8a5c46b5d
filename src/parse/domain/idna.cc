#include "parse/domain/idna.h"

#include <algorithm>

#include "parse/domain/idna_tables.h"
#include "parse/domain/normalize.h"
#include "parse/domain/punycode.h"
#include "parse/domain/utf8.h"

namespace bartizan::parse {
namespace {

constexpr std::string_view kPrefix = "xn--";

const IdnaRange* range_of(char32_t code_point) {
  const auto ranges = idna_ranges();
  const auto place = std::upper_bound(
      ranges.begin(), ranges.end(), code_point,
      [](char32_t wanted, const IdnaRange& range) { return wanted < range.first; });
  if (place == ranges.begin() || (place - 1)->last < code_point) return nullptr;
  return &*(place - 1);
}

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

// What a Unicode label must be before it is encoded, and what a decoded one must turn out as.
Status check_label(std::u32string_view label) {
  if (!label.empty() && is_mark(label.front()))
    return Error{ErrorCode::kInvalid, "a label of the host begins with a combining mark"};
  if (!std::all_of(label.begin(), label.end(), is_valid))
    return Error{ErrorCode::kInvalid, "a label of the host has a character it may not have"};
  return {};
}

Result<std::u32string> decode_label(std::string_view label) {
  BARTIZAN_ASSIGN(std::u32string decoded, decode_punycode(label.substr(kPrefix.size())));
  BARTIZAN_TRY(check_label(decoded));
  if (is_ascii(decoded) || normalize_nfc(decoded) != decoded)
    return Error{ErrorCode::kInvalid, "a label of the host is not what punycode would make"};
  return decoded;
}

Result<std::string> label_to_ascii(std::u32string_view label) {
  if (is_ascii(label)) {
    std::string ascii = narrow(label);
    if (ascii.starts_with(kPrefix)) {
      BARTIZAN_ASSIGN(const std::u32string decoded, decode_label(ascii));
    }
    return ascii;
  }
  if (label.starts_with(U"xn--"))
    return Error{ErrorCode::kInvalid, "a punycode label of the host is not ASCII"};
  BARTIZAN_TRY(check_label(label));
  BARTIZAN_ASSIGN(const std::string encoded, encode_punycode(label));
  return std::string(kPrefix) + encoded;
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
  std::string out;
  for (std::size_t from = 0;;) {
    const std::size_t dot = name.find(U'.', from);
    BARTIZAN_ASSIGN(const std::string label,
                    label_to_ascii(std::u32string_view(name).substr(from, dot - from)));
    out += label;
    if (dot == std::u32string::npos) return out;
    out += '.';
    from = dot + 1;
  }
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
