// The operator's YARA rules over the entries of one app.
//
// Anomalies: yara.out_of_time yara.out_of_memory yara.too_many_matches yara.failed yara.limit
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "detect/app/report.h"
#include "intel/content.h"
#include "intel/yara_rules.h"
#include "parse/zip/types.h"

namespace bartizan::detect {

// Of entries that nobody else inflates.
inline constexpr std::size_t kMaxYaraEntryBytes = 128 << 20;
inline constexpr std::size_t kMaxYaraRestBytes = 512 << 20;

// Without rules in the content it does nothing and costs nothing.
class YaraPass {
 public:
  YaraPass(const intel::Content& content, const intel::YaraLimits& limits, AppReport& report);

  bool wants_more() const { return scan_ != nullptr; }  // rules, and time left for them
  void look_at(std::string_view path, Bytes bytes);
  // Inflates them within the bounds above. `prefix` names the way to the archive.
  void look_at_rest(const parse::ZipArchive& archive, const std::string& prefix,
                    const std::vector<const parse::ZipEntry*>& entries);
  // When all is read: what the report lacks no rule has seen.
  void finish();

 private:
  void note(std::string_view id, std::string_view path, std::string_view detail);
  void take_end(const intel::YaraResult& result, std::string_view path);
  void add(intel::YaraMatch match, std::string_view path);

  std::unique_ptr<intel::YaraScan> scan_;
  AppReport& report_;
  std::size_t rest_left_ = kMaxYaraRestBytes;
};

}  // namespace bartizan::detect
