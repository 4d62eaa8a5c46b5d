// Makes content/tables/idna.tsv and content/tables/confusables.tsv from ICU (Unicode data), so that
// no verdict depends on the library versions of the machine it is reached on.
//
//   g++ -std=c++20 tools/make_unicode_tables.cc $(pkg-config --cflags --libs icu-uc icu-i18n)
//       -o build/make_unicode_tables && build/make_unicode_tables content/tables
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>
#include <unicode/uvernum.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace {

constexpr UChar32 kLast = 0x10ffff;
constexpr UChar32 kReplacement = 0xfffd;

bool is_surrogate(UChar32 c) { return c >= 0xd800 && c <= 0xdfff; }

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  return text.toUTF8String(out);
}

std::string hex(UChar32 c) {
  char buffer[12];
  std::snprintf(buffer, sizeof buffer, "%x", static_cast<unsigned>(c));
  return buffer;
}

std::string hex(const icu::UnicodeString& text) {
  std::string out;
  for (int i = 0; i < text.length(); i = text.moveIndex32(i, 1))
    out += (out.empty() ? "" : " ") + hex(text.char32At(i));
  return out;
}

// What UTS 46 makes of one code point: "valid", "ignored", "+d" (itself plus d), "=code points" or
// empty (disallowed).
std::string idna_action(const icu::Normalizer2& uts46, UChar32 c) {
  if (is_surrogate(c)) return "";
  UErrorCode error = U_ZERO_ERROR;
  const icu::UnicodeString original(c);
  const icu::UnicodeString mapped = uts46.normalize(original, error);
  if (mapped.indexOf(kReplacement) >= 0) return "";
  if (mapped.isEmpty()) return "ignored";
  if (mapped == original) return "valid";
  if (mapped.countChar32() == 1) return "+" + std::to_string(mapped.char32At(0) - c);
  return "=" + hex(mapped);
}

// Runs of code points with one action.
void write_idna_actions(std::ostream& out, const icu::Normalizer2& uts46) {
  std::vector<std::string> actions(kLast + 1);
  for (UChar32 c = 0; c <= kLast; ++c) actions[c] = idna_action(uts46, c);
  for (UChar32 c = 0; c <= kLast;) {
    UChar32 end = c;
    while (end < kLast && actions[end + 1] == actions[c]) ++end;
    if (!actions[c].empty()) out << hex(c) << '\t' << hex(end) << '\t' << actions[c] << '\n';
    c = end + 1;
  }
}

// Runs of code points with one value; those with an empty one are left out.
template <typename Value>
void write_runs(std::ostream& out, const char* name, Value value_of) {
  for (UChar32 c = 0; c <= kLast;) {
    const std::string value = value_of(c);
    UChar32 end = c;
    while (end < kLast && value_of(end + 1) == value) ++end;
    if (!value.empty()) out << hex(c) << '\t' << hex(end) << '\t' << name << ' ' << value << '\n';
    c = end + 1;
  }
}

std::string combining_class(UChar32 c) {
  const int value = u_getCombiningClass(c);
  return value == 0 ? "" : std::to_string(value);
}

std::string mark(UChar32 c) { return (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0 ? "1" : ""; }

// The classes that RFC 5893 names, but L, which most code points have.
std::string bidi_class(UChar32 c) {
  switch (u_charDirection(c)) {
    case U_RIGHT_TO_LEFT:
      return "R";
    case U_RIGHT_TO_LEFT_ARABIC:
      return "AL";
    case U_ARABIC_NUMBER:
      return "AN";
    case U_EUROPEAN_NUMBER:
      return "EN";
    case U_EUROPEAN_NUMBER_SEPARATOR:
      return "ES";
    case U_COMMON_NUMBER_SEPARATOR:
      return "CS";
    case U_EUROPEAN_NUMBER_TERMINATOR:
      return "ET";
    case U_OTHER_NEUTRAL:
      return "ON";
    case U_BOUNDARY_NEUTRAL:
      return "BN";
    case U_DIR_NON_SPACING_MARK:
      return "NSM";
    case U_LEFT_TO_RIGHT:
      return "";
    default:
      return "other";
  }
}

// How letters join their neighbours: the types that RFC 5892, appendix A.1, names.
std::string joining_type(UChar32 c) {
  switch (u_getIntPropertyValue(c, UCHAR_JOINING_TYPE)) {
    case U_JT_LEFT_JOINING:
      return "L";
    case U_JT_RIGHT_JOINING:
      return "R";
    case U_JT_DUAL_JOINING:
      return "D";
    case U_JT_TRANSPARENT:
      return "T";
    default:
      return "";
  }
}

void write_compositions(std::ostream& out, const icu::Normalizer2& nfc) {
  for (UChar32 c = 0; c <= kLast; ++c) {
    icu::UnicodeString raw;
    const bool hangul = c >= 0xac00 && c <= 0xd7a3;  // by arithmetic
    if (is_surrogate(c) || hangul || !nfc.getRawDecomposition(c, raw) || raw.countChar32() != 2)
      continue;
    const UChar32 first = raw.char32At(0);
    const UChar32 second = raw.char32At(raw.moveIndex32(0, 1));
    if (nfc.composePair(first, second) == c)
      out << hex(c) << '\t' << hex(c) << "\tcompose " << hex(raw) << '\n';
  }
}

void write_idna(const std::string& folder) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2& uts46 =
      *icu::Normalizer2::getInstance(nullptr, "uts46", UNORM2_COMPOSE, error);
  const icu::Normalizer2& nfc = *icu::Normalizer2::getNFCInstance(error);
  std::ofstream out(folder + "/idna.tsv");
  out << "# How UTS 46 maps code points of host names (first, last, action), combining classes,\n"
         "# marks, bidirectional classes, joining types and canonical compositions. Code points "
         "not listed are disallowed.\n"
         "# from: Unicode " U_UNICODE_VERSION " by ICU " U_ICU_VERSION
         "\n"
         "# licence: Unicode License v3, https://www.unicode.org/license.txt\n"
         "# made by: tools/make_unicode_tables.cc\n";
  write_idna_actions(out, uts46);
  write_runs(out, "class", combining_class);
  write_runs(out, "mark", mark);
  write_runs(out, "bidi", bidi_class);
  write_runs(out, "join", joining_type);
  write_compositions(out, nfc);
}

icu::UnicodeString skeleton(const USpoofChecker* checker, const icu::UnicodeString& text) {
  UErrorCode error = U_ZERO_ERROR;
  icu::UnicodeString out;
  uspoof_getSkeletonUnicodeString(checker, 0, text, out, &error);
  return out;
}

// A letter looks like an ASCII one when their skeletons are equal, with and without its diacritics.
void write_confusables(const std::string& folder) {
  UErrorCode error = U_ZERO_ERROR;
  USpoofChecker* checker = uspoof_open(&error);
  const icu::Normalizer2& nfd = *icu::Normalizer2::getNFDInstance(error);
  const icu::Normalizer2& uts46 =
      *icu::Normalizer2::getInstance(nullptr, "uts46", UNORM2_COMPOSE, error);
  std::map<std::string, std::string> ascii_by_skeleton;
  for (const char* c = "0123456789abcdefghijklmnopqrstuvwxyz"; *c != '\0'; ++c)
    ascii_by_skeleton[utf8(skeleton(checker, icu::UnicodeString(static_cast<UChar32>(*c))))] = *c;
  std::ofstream out(folder + "/confusables.tsv");
  out << "# Code points of host names that look like ASCII letters or digits, and marks (no "
         "text).\n"
         "# from: Unicode Technical Standard 39 confusables, by ICU " U_ICU_VERSION
         "\n"
         "# licence: Unicode License v3, https://www.unicode.org/license.txt\n"
         "# made by: tools/make_unicode_tables.cc\n";
  for (UChar32 c = 0x80; c <= kLast; ++c) {
    if (is_surrogate(c) || idna_action(uts46, c) != "valid") continue;
    if (u_charType(c) == U_NON_SPACING_MARK) {
      out << hex(c) << "\t\n";
      continue;
    }
    const icu::UnicodeString decomposed = nfd.normalize(icu::UnicodeString(c), error);
    icu::UnicodeString base;
    for (int i = 0; i < decomposed.length(); i = decomposed.moveIndex32(i, 1)) {
      if (u_charType(decomposed.char32At(i)) != U_NON_SPACING_MARK)
        base.append(decomposed.char32At(i));
    }
    icu::UnicodeString look = skeleton(checker, base);
    icu::UnicodeString bare;
    for (int i = 0; i < look.length(); i = look.moveIndex32(i, 1)) {
      if (u_charType(look.char32At(i)) != U_NON_SPACING_MARK) bare.append(look.char32At(i));
    }
    std::string text = utf8(bare);
    const auto found = ascii_by_skeleton.find(text);
    if (found != ascii_by_skeleton.end()) {
      text = found->second;
    } else {
      icu::UnicodeString folded(bare);
      text = utf8(folded.toLower());
      bool ascii = !text.empty();
      for (const char letter : text)
        ascii = ascii && ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9'));
      if (!ascii) continue;
    }
    out << hex(c) << '\t' << text << '\n';
  }
  uspoof_close(checker);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: make_unicode_tables FOLDER\n", stderr);
    return 2;
  }
  write_idna(argv[1]);
  write_confusables(argv[1]);
  return 0;
}
