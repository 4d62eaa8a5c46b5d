// An operator's YARA rules as detectors see them. libyara stays behind this border: src/yara
// compiles the rules, and a program that does not link it has none.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/byte_reader.h"
#include "base/result.h"
#include "intel/app_model.h"

namespace bartizan::intel {

inline constexpr std::size_t kMaxYaraFileBytes = 16 << 20;
inline constexpr std::size_t kMaxYaraBytes = 32 << 20;  // of all files
inline constexpr std::size_t kMaxYaraFiles = 1000;

struct YaraMeta {
  std::string name;
  std::variant<std::string, std::int64_t, bool> value;
};

struct YaraString {
  std::string name;          // "$url"
  std::uint64_t offset = 0;  // in the bytes scanned
};

// One rule that holds for some bytes. Everything is printable, and bounded in number and length.
struct YaraMatch {
  std::string rule;
  std::string file;  // "yara/bankers.yar", whose rules are a namespace of their own
  std::vector<std::string> tags;
  std::vector<YaraMeta> meta;
  std::vector<YaraString> strings;  // the first few
};

enum class YaraEnd {
  kWhole,
  kOutOfTime,       // now or in an earlier call; nothing was, or will be, looked at any more
  kOutOfMemory,     // these bytes were left
  kTooManyMatches,  // a string matched too often to be followed: its rule may not be right
  kFailed,          // these bytes were left for another reason, which `detail` says
};

struct YaraResult {
  std::vector<YaraMatch> matches;
  YaraEnd end = YaraEnd::kWhole;
  std::string detail;
};

struct YaraLimits {
  std::chrono::seconds time{10};          // by the clock, of all calls together
  std::size_t memory_bytes = 256u << 20;  // besides the rules and the bytes scanned
};

// The files of one app: the limits are for all of them. Used by one thread.
class YaraScan {
 public:
  virtual ~YaraScan() = default;
  virtual YaraResult scan(Bytes bytes) = 0;
};

// Immutable and shared between threads.
class YaraRules {
 public:
  virtual ~YaraRules() = default;
  virtual std::unique_ptr<YaraScan> begin(const YaraLimits& limits) const = 0;
};

// Compiled rules, or an error that begins with FILE:LINE.
using YaraCompiler = Result<std::shared_ptr<const YaraRules>> (*)(const std::vector<NamedText>&);

// The *.yar and *.yara files in `folder` and below, in the order of their paths, each named by its
// path after "yara/". None when there is no such folder.
Result<std::vector<NamedText>> read_yara_files(const std::filesystem::path& folder);

}  // namespace bartizan::intel
