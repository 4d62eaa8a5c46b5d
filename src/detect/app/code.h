// What the DEX files of an app do: which of the calls, fields, strings and classes that content
// names stand in code that can run, and in which method.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "detect/app/call_graph.h"
#include "intel/code_patterns.h"
#include "parse/anomaly.h"
#include "parse/dex/types.h"

namespace bartizan::detect {

using intel::CodePatterns;
using intel::CodePatternSource;
using intel::ReferencePattern;

inline constexpr std::size_t kMaxUsesOfPattern = 2000;
inline constexpr std::size_t kMaxUrls = 500;

struct CodeLocation {
  std::string class_name;  // "Lorg/example/Main;"
  std::string method;      // "run(I)V"

  bool operator==(const CodeLocation&) const = default;
};

struct CodeUse {
  std::uint32_t pattern = 0;   // number in its list of CodePatternSource
  std::uint32_t location = 0;  // into CodeReport::locations
  std::string text;            // the reference or string itself, printable

  bool operator==(const CodeUse&) const = default;
};

struct CodeReport {
  std::uint64_t files = 0;
  parse::DexCounts counts;  // of all files
  std::uint64_t reached_methods = 0;
  std::vector<std::string> compilers;  // "d8 8.2.42", "dx", "dexlib": each once, sorted

  std::vector<CodeLocation> locations;  // each method once
  // In reached code alone, by pattern, then in the order of the files; a method is named once for
  // each text, and a pattern at most kMaxUsesOfPattern times. References through a class of the
  // app count as its first ancestor outside of the app: ours->sendTextMessage, when nothing of the
  // app defines it. They also count as that class and its superclasses in the app, so that a
  // library is found that the app holds itself.
  std::vector<CodeUse> references;
  std::vector<CodeUse> strings;
  // Reached methods that override or implement one of a class, interface or library that is named;
  // `text` is their own name.
  std::vector<CodeUse> overrides;
  // Class patterns that a class defined in the files fits, reached or not; sorted.
  std::vector<std::uint32_t> classes;
  // Strings with "://" in reached code (`pattern` is 0), at most kMaxUrls.
  std::vector<CodeUse> urls;

  std::vector<parse::Anomaly> anomalies;  // of the files together; those of each are its own
  bool truncated = false;                 // something of the code could not be seen
};

// Linear in the size of the files, but for the sorting of their names.
CodeReport analyse_code(std::span<const parse::DexFile> files, const EntryPoints& entry_points,
                        const CodePatterns& patterns);

}  // namespace bartizan::detect
