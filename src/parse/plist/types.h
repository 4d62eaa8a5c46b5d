// A property list's values, whatever form it was written in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "parse/anomaly.h"

namespace bartizan::parse {

enum class PlistType {
  kNull,
  kBoolean,
  kInteger,
  kReal,
  kString,
  kData,
  kDate,
  kUid,  // of a keyed archive
  kArray,
  kDictionary,
};

struct PlistEntry;

// One value; of the members, those that belong to `type` count.
struct PlistValue {
  PlistType type = PlistType::kNull;
  bool boolean = false;
  std::int64_t integer = 0;  // kInteger and kUid
  double real = 0;
  Timestamp date{};
  std::string text;  // kString: UTF-8 as it stands in the file, printable() before it is shown
  std::vector<std::uint8_t> data;
  std::vector<PlistValue> items;    // kArray, sets included
  std::vector<PlistEntry> entries;  // kDictionary, in the file's order, each key once

  // The entry's value; null: there is none, or this is no dictionary.
  const PlistValue* find(std::string_view key) const;
  // The same where it has the type asked for; otherwise empty.
  std::string_view find_text(std::string_view key) const;
  bool find_true(std::string_view key) const;  // the boolean true, nothing else
};

struct PlistEntry {
  std::string key;
  PlistValue value;
};

// Equal types and contents; the order of a dictionary's keys does not matter.
bool same_value(const PlistValue& a, const PlistValue& b);

struct Plist {
  PlistValue root;
  bool binary = false;
  std::vector<Anomaly> anomalies;
  bool truncated = false;  // a bound was reached: values are missing
};

}  // namespace bartizan::parse
