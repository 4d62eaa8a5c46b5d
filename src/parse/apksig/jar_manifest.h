// META-INF/MANIFEST.MF and *.SF: sections of "Name: value" lines (JAR File Specification).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_reader.h"

namespace bartizan::parse {

struct JarSection {
  Bytes raw;  // from its first line to the empty line that ends it, included: what is digested
  std::vector<std::pair<std::string, std::string>> attributes;

  // Names are compared without regard to case; empty when it is not there.
  std::string_view find(std::string_view name) const;

  // Of the entry it describes: the first attribute, when that is "Name".
  std::string_view name() const;
};

inline constexpr std::size_t kMaxJarSections = 200'000;

// The sections in order, the first being the main one; continuation lines joined. A line without
// a colon is passed over. Refers to `text`.
std::vector<JarSection> parse_jar_sections(Bytes text);

}  // namespace bartizan::parse
