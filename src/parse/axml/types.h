// Android's binary XML, and the manifest read from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parse/anomaly.h"

namespace bartizan::parse {

// Res_value::dataType (AOSP frameworks/base ResourceTypes.h).
enum class AxmlType : std::uint8_t {
  kNull = 0x00,
  kReference = 0x01,
  kString = 0x03,
  kDecimal = 0x10,
  kHexadecimal = 0x11,
  kBoolean = 0x12,
};

struct AxmlAttribute {
  std::uint32_t resource_id = 0;  // what the platform goes by; 0: none
  std::string name;               // what the string pool claims; may lie
  bool has_namespace = false;
  AxmlType type = AxmlType::kNull;
  std::uint32_t data = 0;
  std::string text;  // of kString; printable UTF-8
};

struct AxmlElement {
  std::string name;
  std::vector<AxmlAttribute> attributes;
  std::vector<AxmlElement> children;

  const AxmlAttribute* find(std::uint32_t resource_id) const;
};

struct AxmlDocument {
  AxmlElement root;
  std::vector<Anomaly> anomalies;
  bool truncated = false;  // elements are missing
};

enum class ComponentKind { kActivity, kActivityAlias, kService, kReceiver, kProvider };

struct ManifestComponent {
  ComponentKind kind = ComponentKind::kActivity;
  std::string name;        // full class name
  std::string permission;  // needed to use it; empty: none
  std::optional<bool> exported;
  bool enabled = true;
  std::vector<std::string> actions;
  std::vector<std::string> categories;
};

struct AndroidManifest {
  std::string package;
  std::optional<std::int64_t> version_code;  // with versionCodeMajor in the upper 32 bits
  std::string version_name;
  std::uint32_t version_name_resource = 0;  // when it is not written out
  std::optional<std::int64_t> min_sdk;
  std::optional<std::int64_t> target_sdk;
  std::vector<std::string> permissions;  // in order, each once
  std::vector<ManifestComponent> components;
  std::string label;                 // when written out in the manifest
  std::uint32_t label_resource = 0;  // or else the id in resources.arsc
  std::string shared_user_id;
  bool debuggable = false;
  bool has_code = true;
  bool test_only = false;
  std::vector<Anomaly> anomalies;  // the document's too
  bool truncated = false;

  // An enabled activity or alias with action MAIN and category LAUNCHER.
  bool has_launcher_icon() const;
};

}  // namespace bartizan::parse
