// The two forms of a property list, and the bounds they share.
#pragma once

#include "base/byte_reader.h"
#include "base/result.h"
#include "parse/plist/types.h"

namespace bartizan::parse {

Result<Plist> parse_binary_plist(Bytes bytes);
Result<Plist> parse_xml_plist(std::string_view text);  // UTF-8

// Lone surrogates become U+FFFD; an odd last byte is dropped.
std::string utf8_of_utf16(Bytes units, bool big_endian);
// Core Foundation keeps the first of equal keys in a binary list (CFDictionaryCreate) and the last
// in XML (CFDictionarySetValue).
enum class DuplicateKey { kFirstCounts, kLastCounts };

// Counts what a tree holds, and says when it is too much.
class PlistBudget {
 public:
  explicit PlistBudget(Plist& out) : out_(out) {}
  // False: the value must not be made; reported once.
  bool take_value(std::size_t depth, std::size_t content_bytes = 0);
  void note(std::string_view id, std::string_view where, std::string_view detail);

 private:
  Plist& out_;
  std::size_t values_ = 0;
  std::size_t content_bytes_ = 0;
};

// Leaves each key once and reports those that came again.
void settle_duplicates(std::vector<PlistEntry>& entries, DuplicateKey rule, PlistBudget& budget);

}  // namespace bartizan::parse
