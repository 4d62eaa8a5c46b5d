// What each observation kind may carry in each privacy tier. The tables are generated from
// content/observations/*.yaml by tools/gen_observations when the program is built.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/observation.h"

namespace bartizan {

inline constexpr std::size_t kMaxListItemBytes = 4096;  // of one string of a list

enum class FieldType { kString, kInteger, kNumber, kBoolean, kTime, kDate, kStrings, kObject };

struct FieldSpec {
  std::string_view name;
  FieldType type;
  bool required;
  std::size_t max_length;                    // characters of a string, items of a list
  std::span<const std::string_view> values;  // the only strings allowed; empty: any
};

struct KindSpec {
  std::string_view kind;
  std::string_view title;
  int major;
  int minor;
  std::span<const FieldSpec> fields;  // what this tier may carry, no more
};

// The kinds a tier has. "Everything" (no tier) is what the detectors see on the phone itself.
std::span<const KindSpec> kinds_of(std::optional<PrivacyTier> tier);
const KindSpec* find_kind(std::optional<PrivacyTier> tier, std::string_view kind);

struct CheckedObservation {
  Observation observation;  // with unknown fields taken out
  std::vector<std::string>
      unknown_fields;  // dropped: of a newer minor version, or not this tier's to carry
};

// kUnsupported: a kind or major version the tier does not have. kInvalid: a missing or mistyped
// field, named in the message. A field the tier may not carry is dropped before anything looks at
// it.
Result<CheckedObservation> check_observation(Observation observation,
                                             std::optional<PrivacyTier> tier);

}  // namespace bartizan
