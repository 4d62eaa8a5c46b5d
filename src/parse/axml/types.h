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
  kThemeAttribute = 0x02,
  kString = 0x03,
  kFloat = 0x04,
  kDimension = 0x05,
  kFraction = 0x06,
  kDynamicReference = 0x07,  // into a package whose number is given at run time
  kDynamicThemeAttribute = 0x08,
  kDecimal = 0x10,
  kHexadecimal = 0x11,
  kBoolean = 0x12,
  kColorArgb8 = 0x1c,
  kColorRgb8 = 0x1d,
  kColorArgb4 = 0x1e,
  kColorRgb4 = 0x1f,
};

// The value of kFloat; of kDimension and kFraction without its unit.
double axml_number(AxmlType type, std::uint32_t data);

struct AxmlAttribute {
  std::uint32_t resource_id = 0;  // what the platform goes by; 0: none
  std::string name;               // what the string pool claims; may lie
  bool has_namespace = false;
  bool android_namespace = false;  // its namespace is Android's
  // The platform fetches attributes by id in rising order and so never sees this one.
  bool out_of_order = false;
  AxmlType type = AxmlType::kNull;
  std::uint32_t data = 0;
  std::string text;  // of kString; printable UTF-8
  // As written in the source, where the file keeps that beside `type` and `data` and it is not
  // their text. What is asked for by name instead of by id is answered with it.
  std::optional<std::string> raw;
};

struct AxmlElement {
  std::string name;
  std::vector<AxmlAttribute> attributes;
  std::vector<AxmlElement> children;
  std::string text;  // between its tags and those of its children

  // By resource id, as the platform finds it; nullptr: not there or out of order.
  const AxmlAttribute* find(std::uint32_t resource_id) const;
};

struct AxmlDocument {
  AxmlElement root;
  std::vector<Anomaly> anomalies;
  bool truncated = false;  // elements are missing
};

enum class ComponentKind { kActivity, kActivityAlias, kService, kReceiver, kProvider };
std::string_view to_string(ComponentKind kind);  // "activity", "activity_alias" ...

// <data> of an intent filter. Empty: not stated.
struct IntentData {
  std::string scheme;
  std::string host;
  std::string port;
  std::string path;  // of path, pathPrefix or pathPattern, the first that is there
  std::string mime_type;
};

struct IntentFilter {
  std::vector<std::string> actions;
  std::vector<std::string> categories;
  std::vector<IntentData> data;
  std::int32_t priority = 0;
  bool auto_verify = false;
};

// A name for people: written out, or else the id in resources.arsc; 0: neither.
struct ManifestLabel {
  std::string text;
  std::uint32_t resource = 0;
};

struct MetaData {
  std::string name;
  std::string value;           // numbers and booleans in decimal and as true or false
  std::uint32_t resource = 0;  // what android:resource or a value refers to; 0: nothing
};

const MetaData* find_meta_data(const std::vector<MetaData>& meta_data, std::string_view name);

struct ManifestComponent {
  ComponentKind kind = ComponentKind::kActivity;
  std::string name;        // full class name
  std::string permission;  // needed to use it; empty: none
  std::optional<bool> exported;
  bool enabled = true;
  std::vector<std::string> actions;     // of all its filters
  std::vector<std::string> categories;  // of all its filters
  std::vector<IntentFilter> filters;
  std::vector<MetaData>
      meta_data;  // "android.accessibilityservice", "android.app.device_admin" ...
  std::vector<ManifestLabel> labels;  // its own and those of its filters
  std::uint32_t icon_resource = 0;    // 0: the application's
  std::string process;                // empty: the app's own
  std::string target_activity;        // of an alias: full class name
  std::string authorities;            // of a provider
  std::string read_permission;
  std::string write_permission;
  std::uint32_t foreground_service_type = 0;  // flags, ServiceInfo.FOREGROUND_SERVICE_TYPE_*
  bool grants_uri_permissions = false;
  bool exclude_from_recents = false;
  bool isolated_process = false;

  // As the platform takes it when the manifest is silent: what has a filter is exported, and a
  // provider of an app that targets an API level before 17.
  bool is_exported(std::optional<std::int64_t> target_sdk) const;

  // An activity or alias with action MAIN and category LAUNCHER, enabled or not yet.
  bool is_for_launcher() const;
};

struct RequiredName {  // <uses-feature>, <uses-library>
  std::string name;
  bool required = true;
};

struct PermissionDefinition {
  std::string name;
  std::string group;
  // PermissionInfo.PROTECTION_*: the lowest four bits are normal 0, dangerous 1, signature 2,
  // signatureOrSystem 3, internal 4; flags lie above.
  std::uint32_t protection_level = 0;
};

struct Instrumentation {
  std::string name;  // full class name
  std::string target_package;
};

struct ManifestQueries {
  std::vector<std::string> packages;
  std::vector<std::string> authorities;  // of providers
  std::vector<IntentFilter> intents;
};

struct AndroidManifest {
  std::string package;
  std::string split;                         // empty: this is the base
  std::optional<std::int64_t> version_code;  // with versionCodeMajor in the upper 32 bits
  std::string version_name;
  std::uint32_t version_name_resource = 0;  // when it is not written out
  std::optional<std::int64_t> min_sdk;
  std::optional<std::int64_t> target_sdk;
  std::optional<std::int64_t> target_sandbox_version;
  std::vector<std::string> permissions;  // in order, each once
  std::vector<PermissionDefinition> permission_definitions;
  std::vector<RequiredName> features;
  std::vector<RequiredName> libraries;
  std::vector<Instrumentation> instrumentations;
  ManifestQueries queries;
  std::vector<ManifestComponent> components;
  std::vector<MetaData> meta_data;        // of the application
  std::string application_class;          // full name; empty: android.app.Application
  std::string app_component_factory;      // full class name
  std::string backup_agent;               // full class name
  std::string label;                      // when written out in the manifest
  std::uint32_t label_resource = 0;       // or else the id in resources.arsc
  std::uint32_t icon_resource = 0;        // 0: none
  std::string icon;                       // path in the package, where the resource is resolved
  std::uint32_t round_icon_resource = 0;  // 0: none
  std::string shared_user_id;
  bool debuggable = false;
  bool has_code = true;
  bool test_only = false;
  bool persistent = false;
  bool request_legacy_external_storage = false;
  std::optional<bool> allow_backup;            // the platform's default is true
  std::optional<bool> uses_cleartext_traffic;  // see allows_cleartext_traffic()
  std::uint32_t network_security_config = 0;   // resource id of the XML file; 0: none
  std::uint32_t accessibility_config = 0;      // of the first accessibility service
  std::uint32_t device_admin_config = 0;       // of the first device administrator
  std::vector<Anomaly> anomalies;              // the document's too
  bool truncated = false;

  // Some component is for the launcher, and enabled.
  bool has_launcher_icon() const;

  // As the platform takes it when the manifest is silent: yes before target API level 28. A network
  // security configuration, when there is one, decides instead.
  bool allows_cleartext_traffic() const;
};

}  // namespace bartizan::parse
