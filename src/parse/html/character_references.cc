// Named character references that text and addresses in mail use: those of HTML 4, and the marks by
// which HTML 5 writes ASCII (https://html.spec.whatwg.org/entities.json has all 2,231).
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "parse/domain/utf8.h"
#include "parse/html/tokenizer.h"

namespace bartizan::parse {
namespace {

struct Name {
  std::string_view name;
  char32_t code;
};

constexpr auto kNames = std::to_array<Name>({
    {"AElig", 0xc6},   {"AMP", 0x26},      {"Aacute", 0xc1},  {"Acirc", 0xc2},    {"Agrave", 0xc0},
    {"Aring", 0xc5},   {"Atilde", 0xc3},   {"Auml", 0xc4},    {"Ccedil", 0xc7},   {"Eacute", 0xc9},
    {"Ecirc", 0xca},   {"Egrave", 0xc8},   {"Euml", 0xcb},    {"GT", 0x3e},       {"Iacute", 0xcd},
    {"Icirc", 0xce},   {"Igrave", 0xcc},   {"Iuml", 0xcf},    {"LT", 0x3c},       {"NewLine", 0x0a},
    {"Ntilde", 0xd1},  {"OElig", 0x152},   {"Oacute", 0xd3},  {"Ocirc", 0xd4},    {"Ograve", 0xd2},
    {"Oslash", 0xd8},  {"Otilde", 0xd5},   {"Ouml", 0xd6},    {"QUOT", 0x22},     {"Scaron", 0x160},
    {"Tab", 0x09},     {"Uacute", 0xda},   {"Ucirc", 0xdb},   {"Ugrave", 0xd9},   {"Uuml", 0xdc},
    {"aacute", 0xe1},  {"acirc", 0xe2},    {"aelig", 0xe6},   {"agrave", 0xe0},   {"amp", 0x26},
    {"apos", 0x27},    {"aring", 0xe5},    {"ast", 0x2a},     {"atilde", 0xe3},   {"auml", 0xe4},
    {"bdquo", 0x201e}, {"bsol", 0x5c},     {"bull", 0x2022},  {"ccedil", 0xe7},   {"cent", 0xa2},
    {"colon", 0x3a},   {"comma", 0x2c},    {"commat", 0x40},  {"copy", 0xa9},     {"darr", 0x2193},
    {"deg", 0xb0},     {"dollar", 0x24},   {"eacute", 0xe9},  {"ecirc", 0xea},    {"egrave", 0xe8},
    {"emsp", 0x2003},  {"ensp", 0x2002},   {"equals", 0x3d},  {"euml", 0xeb},     {"euro", 0x20ac},
    {"excl", 0x21},    {"frac12", 0xbd},   {"gt", 0x3e},      {"hellip", 0x2026}, {"iacute", 0xed},
    {"icirc", 0xee},   {"iexcl", 0xa1},    {"igrave", 0xec},  {"iquest", 0xbf},   {"iuml", 0xef},
    {"laquo", 0xab},   {"larr", 0x2190},   {"ldquo", 0x201c}, {"lowbar", 0x5f},   {"lpar", 0x28},
    {"lrm", 0x200e},   {"lsquo", 0x2018},  {"lt", 0x3c},      {"mdash", 0x2014},  {"middot", 0xb7},
    {"nbsp", 0xa0},    {"ndash", 0x2013},  {"ntilde", 0xf1},  {"num", 0x23},      {"oacute", 0xf3},
    {"ocirc", 0xf4},   {"oelig", 0x153},   {"ograve", 0xf2},  {"oslash", 0xf8},   {"otilde", 0xf5},
    {"ouml", 0xf6},    {"percnt", 0x25},   {"period", 0x2e},  {"plus", 0x2b},     {"pound", 0xa3},
    {"quest", 0x3f},   {"quot", 0x22},     {"raquo", 0xbb},   {"rarr", 0x2192},   {"rdquo", 0x201d},
    {"reg", 0xae},     {"rlm", 0x200f},    {"rpar", 0x29},    {"rsquo", 0x2019},  {"sbquo", 0x201a},
    {"scaron", 0x161}, {"sect", 0xa7},     {"semi", 0x3b},    {"shy", 0xad},      {"sol", 0x2f},
    {"szlig", 0xdf},   {"thinsp", 0x2009}, {"times", 0xd7},   {"trade", 0x2122},  {"uacute", 0xfa},
    {"uarr", 0x2191},  {"ucirc", 0xfb},    {"ugrave", 0xf9},  {"uuml", 0xfc},     {"yacute", 0xfd},
    {"yen", 0xa5},     {"yuml", 0xff},     {"zwj", 0x200d},   {"zwnj", 0x200c},
});
static_assert(std::is_sorted(kNames.begin(), kNames.end(),
                             [](const Name& a, const Name& b) { return a.name < b.name; }));
constexpr std::size_t kLongestReference = 32;

// The windows-1252 letters that the standard reads for numbers 0x80 to 0x9f.
constexpr std::array<char32_t, 32> kWindows1252 = {
    0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
    0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};

// "#8217;" or "#x2019;" at the start of `text`: the code point and the bytes taken, 0 for none.
std::size_t numeric_reference(std::string_view text, char32_t& code) {
  const bool hexadecimal = text.size() > 1 && (text[1] == 'x' || text[1] == 'X');
  const std::size_t first = hexadecimal ? 2 : 1;
  std::uint32_t value = 0;
  std::size_t end = first;
  for (; end < text.size(); ++end) {
    const char c = text[end];
    std::uint32_t digit = 16;
    if (c >= '0' && c <= '9') digit = static_cast<std::uint32_t>(c - '0');
    if (hexadecimal && c >= 'a' && c <= 'f') digit = static_cast<std::uint32_t>(c - 'a' + 10);
    if (hexadecimal && c >= 'A' && c <= 'F') digit = static_cast<std::uint32_t>(c - 'A' + 10);
    if (digit == 16) break;
    value = value > 0x10ffff ? value : value * (hexadecimal ? 16 : 10) + digit;
  }
  if (end == first) return 0;
  const bool invalid = value == 0 || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff);
  code = invalid                          ? kReplacementCharacter
         : value >= 0x80 && value <= 0x9f ? kWindows1252[value - 0x80]
                                          : static_cast<char32_t>(value);
  return end < text.size() && text[end] == ';' ? end + 1 : end;
}

std::size_t named_reference(std::string_view text, char32_t& code) {
  std::size_t end = 0;
  while (end < std::min(text.size(), kLongestReference) && text[end] != ';') ++end;
  if (end >= text.size() || text[end] != ';') return 0;
  const auto place =
      std::lower_bound(kNames.begin(), kNames.end(), text.substr(0, end),
                       [](const Name& a, std::string_view wanted) { return a.name < wanted; });
  if (place == kNames.end() || place->name != text.substr(0, end)) return 0;
  code = place->code;
  return end + 1;
}

}  // namespace

std::string decode_character_references(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t next = std::min(text.find('&'), text.size());
    out += text.substr(0, next);
    text.remove_prefix(next);
    if (text.empty()) break;
    text.remove_prefix(1);
    char32_t code = 0;
    const std::size_t taken =
        text.starts_with('#') ? numeric_reference(text, code) : named_reference(text, code);
    if (taken == 0) {
      out += '&';
    } else {
      append_utf8(out, code);
      text.remove_prefix(taken);
    }
  }
  return out;
}

}  // namespace bartizan::parse
