#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "parse/axml/parser.h"

namespace bartizan::parse {
namespace {

// android.R.attr (frameworks/base core/res/res/values/public.xml): the numbers never change.
struct KnownAttribute {
  std::uint32_t id;
  std::string_view name;
};
constexpr std::uint32_t kLabel = 0x01010001;
constexpr std::uint32_t kName = 0x01010003;
constexpr std::uint32_t kPermission = 0x01010006;
constexpr std::uint32_t kSharedUserId = 0x0101000b;
constexpr std::uint32_t kHasCode = 0x0101000c;
constexpr std::uint32_t kEnabled = 0x0101000e;
constexpr std::uint32_t kDebuggable = 0x0101000f;
constexpr std::uint32_t kExported = 0x01010010;
constexpr std::uint32_t kMinSdkVersion = 0x0101020c;
constexpr std::uint32_t kVersionCode = 0x0101021b;
constexpr std::uint32_t kVersionName = 0x0101021c;
constexpr std::uint32_t kTargetSdkVersion = 0x01010270;
constexpr std::uint32_t kTestOnly = 0x01010272;
constexpr std::uint32_t kVersionCodeMajor = 0x01010576;
constexpr KnownAttribute kKnown[] = {
    {kLabel, "label"},
    {kName, "name"},
    {kPermission, "permission"},
    {kSharedUserId, "sharedUserId"},
    {kHasCode, "hasCode"},
    {kEnabled, "enabled"},
    {kDebuggable, "debuggable"},
    {kExported, "exported"},
    {kMinSdkVersion, "minSdkVersion"},
    {kVersionCode, "versionCode"},
    {kVersionName, "versionName"},
    {kTargetSdkVersion, "targetSdkVersion"},
    {kTestOnly, "testOnly"},
    {kVersionCodeMajor, "versionCodeMajor"},
};

constexpr std::size_t kMaxPermissions = 4096;
constexpr std::size_t kMaxComponents = 20'000;

std::string text_of(const AxmlElement& element, std::uint32_t id) {
  const AxmlAttribute* attribute = element.find(id);
  return attribute == nullptr ? std::string() : attribute->text;
}

// The resource id an attribute refers to; 0: none.
std::uint32_t reference_of(const AxmlElement& element, std::uint32_t id) {
  const AxmlAttribute* attribute = element.find(id);
  const bool refers = attribute != nullptr && attribute->type == AxmlType::kReference;
  return refers ? attribute->data : 0;
}

std::optional<std::int64_t> integer_of(const AxmlElement& element, std::uint32_t id) {
  const AxmlAttribute* attribute = element.find(id);
  if (attribute == nullptr || attribute->type == AxmlType::kReference) return std::nullopt;
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

// Nothing: absent, or a reference into the resource table.
std::optional<bool> boolean_of(const AxmlElement& element, std::uint32_t id) {
  const AxmlAttribute* attribute = element.find(id);
  if (attribute == nullptr || attribute->type == AxmlType::kReference) return std::nullopt;
  if (attribute->type == AxmlType::kString)
    return attribute->text == "true" || attribute->text == "TRUE" || attribute->text == "1";
  return attribute->data != 0;
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
    manifest_.package = package_of(root);
    if (manifest_.package.empty())
      return Error{ErrorCode::kInvalid, "the manifest names no package"};
    manifest_.anomalies = std::move(document_.anomalies);
    manifest_.truncated = document_.truncated;
    manifest_.version_code = integer_of(root, kVersionCode);
    if (const auto major = integer_of(root, kVersionCodeMajor); major && manifest_.version_code)
      manifest_.version_code = (*major & 0x7fffffff) << 32 | (*manifest_.version_code & 0xffffffff);
    manifest_.version_name = text_of(root, kVersionName);
    manifest_.version_name_resource = reference_of(root, kVersionName);
    manifest_.shared_user_id = text_of(root, kSharedUserId);
    check_names(root);
    for (const AxmlElement& child : root.children) read_child(child);
    return std::move(manifest_);
  }

 private:
  // "package" has no resource id: the platform asks for it by name, without a namespace.
  static std::string package_of(const AxmlElement& root) {
    const AxmlAttribute* found = nullptr;
    for (const AxmlAttribute& attribute : root.attributes) {
      if (attribute.name != "package" || attribute.type != AxmlType::kString) continue;
      if (found == nullptr || (found->has_namespace && !attribute.has_namespace))
        found = &attribute;
    }
    return found == nullptr ? std::string() : found->text;
  }

  void read_child(const AxmlElement& element) {
    check_names(element);
    if (element.name == "uses-permission" || element.name == "uses-permission-sdk-23" ||
        element.name == "uses-permission-sdk-m") {
      add_permission(text_of(element, kName));
    } else if (element.name == "uses-sdk") {
      manifest_.min_sdk = integer_of(element, kMinSdkVersion);
      manifest_.target_sdk = integer_of(element, kTargetSdkVersion);
    } else if (element.name == "application") {
      read_application(element);
    }
  }

  void add_permission(std::string name) {
    if (name.empty() || manifest_.permissions.size() >= kMaxPermissions) return;
    if (seen_permissions_.insert(name).second) manifest_.permissions.push_back(std::move(name));
  }

  void read_application(const AxmlElement& application) {
    manifest_.label_resource = reference_of(application, kLabel);
    manifest_.label = text_of(application, kLabel);
    manifest_.debuggable = boolean_of(application, kDebuggable).value_or(false);
    manifest_.has_code = boolean_of(application, kHasCode).value_or(true);
    manifest_.test_only = boolean_of(application, kTestOnly).value_or(false);
    for (const AxmlElement& child : application.children) {
      check_names(child);
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

  ManifestComponent read_component(ComponentKind kind, const AxmlElement& element) {
    ManifestComponent component{.kind = kind,
                                .name = class_name(text_of(element, kName)),
                                .permission = text_of(element, kPermission),
                                .exported = boolean_of(element, kExported),
                                .enabled = boolean_of(element, kEnabled).value_or(true)};
    for (const AxmlElement& filter : element.children) {
      if (filter.name != "intent-filter") continue;
      for (const AxmlElement& item : filter.children) {
        check_names(item);
        if (item.name == "action") component.actions.push_back(text_of(item, kName));
        if (item.name == "category") component.categories.push_back(text_of(item, kName));
      }
    }
    return component;
  }

  std::string class_name(std::string name) const {
    if (name.starts_with('.')) return manifest_.package + name;
    if (!name.empty() && name.find('.') == std::string::npos) return manifest_.package + "." + name;
    return name;
  }

  // A tool that goes by names reads another manifest than the phone does.
  void check_names(const AxmlElement& element) {
    for (const AxmlAttribute& attribute : element.attributes) {
      for (const KnownAttribute& known : kKnown) {
        const bool same_id = attribute.resource_id == known.id;
        const bool same_name = attribute.name == known.name;
        if (same_id && !same_name && !attribute.name.empty())
          note_anomaly(manifest_.anomalies, "axml.attribute_name_lies", element.name,
                       std::string(known.name) + " is called " + attribute.name.substr(0, 60));
      }
    }
  }

  AxmlDocument document_;
  AndroidManifest manifest_;
  std::unordered_set<std::string> seen_permissions_;
};

}  // namespace

bool AndroidManifest::has_launcher_icon() const {
  const auto contains = [](const std::vector<std::string>& values, std::string_view wanted) {
    return std::find(values.begin(), values.end(), wanted) != values.end();
  };
  return std::any_of(components.begin(), components.end(), [&](const ManifestComponent& c) {
    return (c.kind == ComponentKind::kActivity || c.kind == ComponentKind::kActivityAlias) &&
           c.enabled && contains(c.actions, "android.intent.action.MAIN") &&
           contains(c.categories, "android.intent.category.LAUNCHER");
  });
}

Result<AndroidManifest> parse_manifest(Bytes bytes) {
  BARTIZAN_ASSIGN(AxmlDocument document, parse_axml(bytes));
  return ManifestReader(std::move(document)).read();
}

}  // namespace bartizan::parse
