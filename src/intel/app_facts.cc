#include "intel/app_facts.h"

#include <algorithm>

namespace bartizan::intel {
namespace {

using rules::FactType;

constexpr std::string_view kCodeFacts[] = {"calls", "overrides", "fields", "strings", "urls"};

}  // namespace

const rules::FactSchema& app_fact_schema() {
  static const rules::FactSchema schema = {
      // What the code does where it can be reached; a member is "Lclass;->name".
      {.name = "calls", .type = FactType::kStrings},
      {.name = "overrides", .type = FactType::kStrings},
      {.name = "fields", .type = FactType::kStrings},
      {.name = "strings", .type = FactType::kStrings},
      {.name = "urls", .type = FactType::kStrings},
      // The file.
      {.name = "classes", .type = FactType::kStrings},
      {.name = "domains", .type = FactType::kStrings},
      {.name = "entries", .type = FactType::kStrings},
      {.name = "native_imports", .type = FactType::kStrings},
      {.name = "anomalies", .type = FactType::kStrings},
      {.name = "package", .type = FactType::kString},
      {.name = "label", .type = FactType::kString},
      // Android's manifest.
      {.name = "permissions", .type = FactType::kStrings},
      {.name = "features", .type = FactType::kStrings},
      {.name = "component_kinds",
       .type = FactType::kStrings,
       .values = {"activity", "activity_alias", "service", "receiver", "provider"}},
      {.name = "components", .type = FactType::kStrings},
      {.name = "intent_actions", .type = FactType::kStrings},
      {.name = "categories", .type = FactType::kStrings},
      {.name = "schemes", .type = FactType::kStrings},
      {.name = "metadata", .type = FactType::kStrings},
      {.name = "has_launcher_icon", .type = FactType::kBoolean},
      {.name = "debuggable", .type = FactType::kBoolean},
      {.name = "min_sdk", .type = FactType::kNumber},
      {.name = "target_sdk", .type = FactType::kNumber},
      // iOS.
      {.name = "entitlements", .type = FactType::kStrings},
      {.name = "plist_keys", .type = FactType::kStrings},
      {.name = "imports", .type = FactType::kStrings},
      {.name = "frameworks", .type = FactType::kStrings},
      {.name = "profile_kind", .type = FactType::kString},
      {.name = "payload_types", .type = FactType::kStrings},
  };
  return schema;
}

bool is_code_fact(std::string_view field) {
  return std::find(std::begin(kCodeFacts), std::end(kCodeFacts), field) != std::end(kCodeFacts);
}

}  // namespace bartizan::intel
