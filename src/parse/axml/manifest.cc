#include <algorithm>
#include <charconv>
#include <iterator>
#include <unordered_set>

#include "parse/axml/attributes.h"
#include "parse/axml/parser.h"

namespace bartizan::parse {
namespace {

constexpr std::size_t kMaxPermissions = 4096;
constexpr std::size_t kMaxComponents = 20'000;

std::string text_of(const AxmlElement& element, std::uint32_t id) {
  const AxmlAttribute* attribute = element.find(id);
  return attribute == nullptr ? std::string() : attribute->text;
}

bool is_reference(const AxmlAttribute& attribute) {
  return attribute.type == AxmlType::kReference || attribute.type == AxmlType::kDynamicReference;
}

// The resource id an attribute refers to; 0: none.
std::uint32_t reference_of(const AxmlElement& element, std::uint32_t id) {
  const AxmlAttribute* attribute = element.find(id);
  return attribute != nullptr && is_reference(*attribute) ? attribute->data : 0;
}

std::optional<std::int64_t> integer_of(const AxmlElement& element, std::uint32_t id) {
  const AxmlAttribute* attribute = element.find(id);
  if (attribute == nullptr || is_reference(*attribute)) return std::nullopt;
  if (attribute->type != AxmlType::kString) return static_cast<std::int32_t>(attribute->data);
  // The platform converts text too (XmlUtils.convertValueToInt).
  const bool hexadecimal = attribute->text.starts_with("0x");
  const std::string_view digits = std::string_view(attribute->text).substr(hexadecimal ? 2 : 0);
  std::int64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, hexadecimal ? 16 : 10);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::uint32_t flags_of(const AxmlElement& element, std::uint32_t id) {
  return static_cast<std::uint32_t>(integer_of(element, id).value_or(0));
}

// Nothing: absent, or a reference into the resource table.
std::optional<bool> boolean_of(const AxmlElement& element, std::uint32_t id) {
  const AxmlAttribute* attribute = element.find(id);
  if (attribute == nullptr || is_reference(*attribute)) return std::nullopt;
  if (attribute->type == AxmlType::kString)
    return attribute->text == "true" || attribute->text == "TRUE" || attribute->text == "1";
  return attribute->data != 0;
}

// A value as text, whatever its type.
std::string written_out(const AxmlAttribute& attribute) {
  switch (attribute.type) {
    case AxmlType::kString:
      return attribute.text;
    case AxmlType::kBoolean:
      return attribute.data != 0 ? "true" : "false";
    case AxmlType::kDecimal:
    case AxmlType::kHexadecimal:
      return std::to_string(static_cast<std::int32_t>(attribute.data));
    case AxmlType::kFloat:
      return std::to_string(axml_number(attribute.type, attribute.data));
    default:
      return {};
  }
}

std::optional<ComponentKind> component_kind(std::string_view element) {
  if (element == "activity") return ComponentKind::kActivity;
  if (element == "activity-alias") return ComponentKind::kActivityAlias;
  if (element == "service") return ComponentKind::kService;
  if (element == "receiver") return ComponentKind::kReceiver;
  if (element == "provider") return ComponentKind::kProvider;
  return std::nullopt;
}

class ManifestReader {
 public:
  explicit ManifestReader(AxmlDocument document) : document_(std::move(document)) {}

  Result<AndroidManifest> read() {
    const AxmlElement& root = document_.root;
    if (root.name != "manifest")
      return Error{ErrorCode::kInvalid, "the root element is <" + printable(root.name, 60) + ">"};
    manifest_.package = plain_attribute(root, "package");
    if (manifest_.package.empty())
      return Error{ErrorCode::kInvalid, "the manifest names no package"};
    manifest_.split = plain_attribute(root, "split");
    manifest_.anomalies = std::move(document_.anomalies);
    manifest_.truncated = document_.truncated;
    manifest_.version_code = integer_of(root, attribute::kVersionCode);
    if (const auto major = integer_of(root, attribute::kVersionCodeMajor);
        major && manifest_.version_code)
      manifest_.version_code = (*major & 0x7fffffff) << 32 | (*manifest_.version_code & 0xffffffff);
    manifest_.version_name = text_of(root, attribute::kVersionName);
    manifest_.version_name_resource = reference_of(root, attribute::kVersionName);
    manifest_.shared_user_id = text_of(root, attribute::kSharedUserId);
    manifest_.target_sandbox_version = integer_of(root, attribute::kTargetSandboxVersion);
    check_names(root);
    for (const AxmlElement& child : root.children) read_child(child);
    return std::move(manifest_);
  }

 private:
  // "package" and "split" have no resource id: the platform asks for them by name, without a
  // namespace, and takes what the source said.
  static std::string plain_attribute(const AxmlElement& root, std::string_view name) {
    const AxmlAttribute* found = nullptr;
    for (const AxmlAttribute& attribute : root.attributes) {
      if (attribute.name != name) continue;
      if (attribute.type != AxmlType::kString && !attribute.raw) continue;
      if (found == nullptr || (found->has_namespace && !attribute.has_namespace))
        found = &attribute;
    }
    return found == nullptr ? std::string() : found->raw.value_or(found->text);
  }

  // android:name of an <action> or <category>, which the platform asks for by name as well
  // (PackageParser.parseIntent, ParsedIntentInfoUtils). Without one it refuses the manifest; what
  // its id names is then shown.
  static std::string name_by_name(const AxmlElement& element) {
    for (const AxmlAttribute& attribute : element.attributes) {
      if (attribute.android_namespace && attribute.name == "name")
        return attribute.raw.value_or(attribute.text);
    }
    return text_of(element, attribute::kName);
  }

  void read_child(const AxmlElement& element) {
    check_names(element);
    if (element.name == "uses-permission" || element.name == "uses-permission-sdk-23" ||
        element.name == "uses-permission-sdk-m") {
      add_permission(text_of(element, attribute::kName));
    } else if (element.name == "uses-sdk") {
      manifest_.min_sdk = integer_of(element, attribute::kMinSdkVersion);
      manifest_.target_sdk = integer_of(element, attribute::kTargetSdkVersion);
    } else if (element.name == "uses-feature") {
      manifest_.features.push_back(required_name(element));
    } else if (element.name == "permission") {
      manifest_.permission_definitions.push_back(
          {.name = text_of(element, attribute::kName),
           .group = text_of(element, attribute::kPermissionGroup),
           .protection_level = flags_of(element, attribute::kProtectionLevel)});
    } else if (element.name == "instrumentation") {
      manifest_.instrumentations.push_back(
          {.name = class_name(text_of(element, attribute::kName)),
           .target_package = text_of(element, attribute::kTargetPackage)});
    } else if (element.name == "queries") {
      read_queries(element);
    } else if (element.name == "application") {
      read_application(element);
    }
  }

  static RequiredName required_name(const AxmlElement& element) {
    return {.name = text_of(element, attribute::kName),
            .required = boolean_of(element, attribute::kRequired).value_or(true)};
  }

  void add_permission(std::string name) {
    if (name.empty() || manifest_.permissions.size() >= kMaxPermissions) return;
    if (seen_permissions_.insert(name).second) manifest_.permissions.push_back(std::move(name));
  }

  void read_queries(const AxmlElement& queries) {
    for (const AxmlElement& child : queries.children) {
      check_names(child);
      if (child.name == "package")
        manifest_.queries.packages.push_back(text_of(child, attribute::kName));
      if (child.name == "provider")
        manifest_.queries.authorities.push_back(text_of(child, attribute::kAuthorities));
      if (child.name == "intent") manifest_.queries.intents.push_back(read_filter(child));
    }
  }

  void read_application(const AxmlElement& application) {
    if (has_application_) {  // the platform passes the second one over
      note_anomaly(manifest_.anomalies, "axml.second_application", "manifest",
                   "more than one <application>");
      return;
    }
    has_application_ = true;
    manifest_.label_resource = reference_of(application, attribute::kLabel);
    manifest_.label = text_of(application, attribute::kLabel);
    manifest_.icon_resource = reference_of(application, attribute::kIcon);
    manifest_.round_icon_resource = reference_of(application, attribute::kRoundIcon);
    manifest_.application_class = class_name(text_of(application, attribute::kName));
    manifest_.app_component_factory =
        class_name(text_of(application, attribute::kAppComponentFactory));
    manifest_.backup_agent = class_name(text_of(application, attribute::kBackupAgent));
    read_application_flags(application);
    for (const AxmlElement& child : application.children) {
      check_names(child);
      if (child.name == "uses-library") manifest_.libraries.push_back(required_name(child));
      if (child.name == "meta-data") manifest_.meta_data.push_back(read_meta_data(child));
      const std::optional<ComponentKind> kind = component_kind(child.name);
      if (!kind) continue;
      if (manifest_.components.size() >= kMaxComponents) {
        manifest_.truncated = true;
        note_anomaly(manifest_.anomalies, "axml.limit", "application", "too many components");
        return;
      }
      manifest_.components.push_back(read_component(*kind, child));
    }
  }

  void read_application_flags(const AxmlElement& application) {
    const auto flag = [&](std::uint32_t id) { return boolean_of(application, id); };
    manifest_.debuggable = flag(attribute::kDebuggable).value_or(false);
    manifest_.has_code = flag(attribute::kHasCode).value_or(true);
    manifest_.test_only = flag(attribute::kTestOnly).value_or(false);
    manifest_.persistent = flag(attribute::kPersistent).value_or(false);
    manifest_.request_legacy_external_storage =
        flag(attribute::kRequestLegacyExternalStorage).value_or(false);
    manifest_.allow_backup = flag(attribute::kAllowBackup);
    manifest_.uses_cleartext_traffic = flag(attribute::kUsesCleartextTraffic);
    manifest_.network_security_config =
        reference_of(application, attribute::kNetworkSecurityConfig);
  }

  ManifestComponent read_component(ComponentKind kind, const AxmlElement& element) {
    const auto text = [&](std::uint32_t id) { return text_of(element, id); };
    const auto flag = [&](std::uint32_t id) { return boolean_of(element, id).value_or(false); };
    ManifestComponent component{
        .kind = kind,
        .name = class_name(text(attribute::kName)),
        .permission = text(attribute::kPermission),
        .exported = boolean_of(element, attribute::kExported),
        .enabled = boolean_of(element, attribute::kEnabled).value_or(true),
        .icon_resource = reference_of(element, attribute::kIcon),
        .process = text(attribute::kProcess),
        .target_activity = class_name(text(attribute::kTargetActivity)),
        .authorities = text(attribute::kAuthorities),
        .read_permission = text(attribute::kReadPermission),
        .write_permission = text(attribute::kWritePermission),
        .foreground_service_type = flags_of(element, attribute::kForegroundServiceType),
        .grants_uri_permissions = flag(attribute::kGrantUriPermissions),
        .exclude_from_recents = flag(attribute::kExcludeFromRecents),
        .isolated_process = flag(attribute::kIsolatedProcess)};
    add_label(element, component);
    for (const AxmlElement& child : element.children) {
      check_names(child);
      if (child.name == "meta-data") component.meta_data.push_back(read_meta_data(child));
      if (child.name != "intent-filter") continue;
      IntentFilter filter = read_filter(child);
      add_label(child, component);
      component.actions.insert(component.actions.end(), filter.actions.begin(),
                               filter.actions.end());
      component.categories.insert(component.categories.end(), filter.categories.begin(),
                                  filter.categories.end());
      component.filters.push_back(std::move(filter));
    }
    keep_config(component, "android.accessibilityservice", manifest_.accessibility_config);
    keep_config(component, "android.app.device_admin", manifest_.device_admin_config);
    return component;
  }

  static void add_label(const AxmlElement& element, ManifestComponent& component) {
    ManifestLabel label{.text = text_of(element, attribute::kLabel),
                        .resource = reference_of(element, attribute::kLabel)};
    if (!label.text.empty() || label.resource != 0) component.labels.push_back(std::move(label));
  }

  static void keep_config(const ManifestComponent& component, std::string_view name,
                          std::uint32_t& config) {
    const MetaData* found = find_meta_data(component.meta_data, name);
    if (found != nullptr && config == 0) config = found->resource;
  }

  IntentFilter read_filter(const AxmlElement& element) {
    IntentFilter filter{
        .priority = static_cast<std::int32_t>(flags_of(element, attribute::kPriority)),
        .auto_verify = boolean_of(element, attribute::kAutoVerify).value_or(false)};
    for (const AxmlElement& item : element.children) {
      check_names(item);
      if (item.name == "action") filter.actions.push_back(name_by_name(item));
      if (item.name == "category") filter.categories.push_back(name_by_name(item));
      if (item.name == "data") filter.data.push_back(read_data(item));
    }
    return filter;
  }

  static IntentData read_data(const AxmlElement& element) {
    IntentData data{.scheme = text_of(element, attribute::kScheme),
                    .host = text_of(element, attribute::kHost),
                    .port = text_of(element, attribute::kPort),
                    .mime_type = text_of(element, attribute::kMimeType)};
    for (const std::uint32_t id :
         {attribute::kPath, attribute::kPathPrefix, attribute::kPathPattern}) {
      if (data.path.empty()) data.path = text_of(element, id);
    }
    return data;
  }

  static MetaData read_meta_data(const AxmlElement& element) {
    MetaData out{.name = text_of(element, attribute::kName),
                 .resource = reference_of(element, attribute::kResource)};
    if (const AxmlAttribute* value = element.find(attribute::kValue)) {
      out.value = written_out(*value);
      if (out.resource == 0 && is_reference(*value)) out.resource = value->data;
    }
    return out;
  }

  std::string class_name(std::string name) const {
    if (name.starts_with('.')) return manifest_.package + name;
    if (!name.empty() && name.find('.') == std::string::npos) return manifest_.package + "." + name;
    return name;
  }

  // A tool that goes by names reads another manifest than the phone does.
  void check_names(const AxmlElement& element) {
    for (const AxmlAttribute& attribute : element.attributes) check_name(element, attribute);
    // A slip in the source leaves text that does no harm; this reads as an element once a tool
    // has written the manifest out again.
    if (element.text.find('<') != std::string::npos)
      note("axml.markup_in_text", element, element.text.substr(0, 80));
  }

  void check_name(const AxmlElement& element, const AxmlAttribute& attribute) {
    // Attributes of the framework are numbered from 0x01010000; API level 36 has not come to 0x700.
    constexpr std::uint32_t kFirst = 0x01010000, kBeyondAny = 0x01011000, kLast = 0x0101ffff;
    const std::uint32_t id = attribute.resource_id;
    if (id == 0) {
      if (attribute.android_namespace)
        note("axml.attribute_without_id", element,
             attribute.name.substr(0, 60) + ", which the platform looks for by its id");
      return;
    }
    if (id < kFirst || id > kLast) return;
    if (id >= kBeyondAny)
      note("axml.unknown_attribute", element,
           attribute.name.substr(0, 60) + ": number " + std::to_string(id - kFirst) +
               ", which no platform has");
    if (attribute.name.empty()) {
      note("axml.attribute_without_name", element, "a reader that goes by names sees nothing");
      return;
    }
    const auto* known =
        std::lower_bound(std::begin(attribute::kKnown), std::end(attribute::kKnown), id,
                         [](const attribute::Known& a, std::uint32_t b) { return a.id < b; });
    if (known == std::end(attribute::kKnown) || known->id != id) return;
    if (attribute.name != known->name)
      note("axml.attribute_name_lies", element,
           std::string(known->name) + " is called " + attribute.name.substr(0, 60));
  }

  void note(std::string_view id, const AxmlElement& element, std::string_view detail) {
    note_anomaly(manifest_.anomalies, id, element.name, detail);
  }

  AxmlDocument document_;
  AndroidManifest manifest_;
  std::unordered_set<std::string> seen_permissions_;
  bool has_application_ = false;
};

}  // namespace

const MetaData* find_meta_data(const std::vector<MetaData>& meta_data, std::string_view name) {
  const auto found = std::find_if(meta_data.begin(), meta_data.end(),
                                  [&](const MetaData& item) { return item.name == name; });
  return found == meta_data.end() ? nullptr : &*found;
}

std::string_view to_string(ComponentKind kind) {
  switch (kind) {
    case ComponentKind::kActivity:
      return "activity";
    case ComponentKind::kActivityAlias:
      return "activity_alias";
    case ComponentKind::kService:
      return "service";
    case ComponentKind::kReceiver:
      return "receiver";
    case ComponentKind::kProvider:
      break;
  }
  return "provider";
}

bool ManifestComponent::is_exported(std::optional<std::int64_t> target_sdk) const {
  constexpr std::int64_t kProvidersClosed = 17;
  if (exported) return *exported;
  if (kind == ComponentKind::kProvider) return target_sdk.value_or(1) < kProvidersClosed;
  return !filters.empty();
}

bool AndroidManifest::allows_cleartext_traffic() const {
  constexpr std::int64_t kCleartextClosed = 28;
  return uses_cleartext_traffic.value_or(target_sdk.value_or(1) < kCleartextClosed);
}

bool ManifestComponent::is_for_launcher() const {
  const auto contains = [](const std::vector<std::string>& values, std::string_view wanted) {
    return std::find(values.begin(), values.end(), wanted) != values.end();
  };
  return (kind == ComponentKind::kActivity || kind == ComponentKind::kActivityAlias) &&
         contains(actions, "android.intent.action.MAIN") &&
         contains(categories, "android.intent.category.LAUNCHER");
}

bool AndroidManifest::has_launcher_icon() const {
  return std::any_of(components.begin(), components.end(), [](const ManifestComponent& component) {
    return component.enabled && component.is_for_launcher();
  });
}

Result<AndroidManifest> parse_manifest(Bytes bytes) {
  BARTIZAN_ASSIGN(AxmlDocument document, parse_axml(bytes));
  return ManifestReader(std::move(document)).read();
}

}  // namespace bartizan::parse
