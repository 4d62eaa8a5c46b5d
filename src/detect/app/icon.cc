#include "detect/app/icon.h"

#include <algorithm>
#include <array>

#include "parse/axml/attributes.h"
#include "parse/axml/parser.h"
#include "parse/png/parser.h"
#include "parse/zip/parser.h"

namespace bartizan::detect {
namespace {

constexpr unsigned kWantedDensity = 480;
constexpr std::size_t kMaxVariants = 32;  // of one resource
constexpr std::size_t kMaxFiles = 8;      // opened for one app
constexpr int kMaxDrawables = 4;          // that refer to each other
constexpr std::size_t kMaxFileBytes = 2 << 20;

// How far a variant is from what a phone would take: what scales by itself comes first, then the
// smallest that is large enough, then the largest (AOSP ResTable_config::isBetterThan).
unsigned rank_of(const parse::ResourceVariant& variant) {
  constexpr unsigned kDefault = 160;
  if (variant.density == parse::kAnyDensity) return 0;
  const bool stated = variant.density != 0 && variant.density != parse::kNoDensity;
  const unsigned density = stated ? variant.density : kDefault;
  return density >= kWantedDensity ? 1 + density - kWantedDensity
                                   : 0x10000 + kWantedDensity - density;
}

// What a drawable turned out to be.
struct Drawn {
  parse::PngImage image;
  std::string file;
};

class IconFinder {
 public:
  IconFinder(const parse::ZipArchive& archive, const parse::ResourceTable* table)
      : archive_(archive), table_(table) {}

  // The first variant of which something can be seen.
  std::optional<AppIcon> find(std::uint32_t resource) {
    for (const parse::ResourceVariant& variant : variants_of(resource)) {
      std::optional<AppIcon> icon = find_file(variant.text);
      if (icon) return icon;
    }
    return std::nullopt;
  }

  std::optional<AppIcon> find_file(const std::string& name) {
    const std::optional<Drawn> drawn = draw_file(name, 0);
    if (!drawn) return std::nullopt;
    const auto hash = hash_image({drawn->image.width, drawn->image.height, drawn->image.rgba});
    if (!hash) return std::nullopt;
    return AppIcon{.file = parse::printable(drawn->file), .hash = *hash};
  }

  std::vector<parse::Anomaly> take_anomalies() { return std::move(anomalies_); }

 private:
  std::vector<parse::ResourceVariant> variants_of(std::uint32_t resource) const {
    std::vector<parse::ResourceVariant> out = table_->variants(resource, kMaxVariants);
    std::stable_sort(out.begin(), out.end(),
                     [](const auto& a, const auto& b) { return rank_of(a) < rank_of(b); });
    return out;
  }

  std::optional<Drawn> draw(std::uint32_t resource, int depth) {
    if (resource == 0 || depth == kMaxDrawables) return std::nullopt;
    for (const parse::ResourceVariant& variant : variants_of(resource)) {
      std::optional<Drawn> drawn = draw_file(variant.text, depth);
      if (drawn) return drawn;
    }
    return std::nullopt;
  }

  // What a file is, its bytes say: shrinkers rename resources.
  std::optional<Drawn> draw_file(const std::string& name, int depth) {
    const parse::ZipEntry* entry = name.empty() ? nullptr : archive_.find(name);
    if (entry == nullptr || files_ == kMaxFiles) return std::nullopt;
    ++files_;
    const parse::ZipContent content = parse::read_zip_entry(archive_, *entry, kMaxFileBytes);
    Result<parse::PngImage> image = parse::parse_png(content.bytes);
    if (!image.ok()) return table_ == nullptr ? std::nullopt : draw_xml(content.bytes, depth);
    for (const parse::Anomaly& anomaly : image->anomalies)
      parse::note_anomaly(anomalies_, anomaly.id, parse::printable(name) + " " + anomaly.where,
                          anomaly.detail);
    return Drawn{.image = std::move(image).value(), .file = name};
  }

  // <adaptive-icon>, or a drawable that refers to another: <bitmap>, <inset>.
  std::optional<Drawn> draw_xml(Bytes bytes, int depth) {
    const Result<parse::AxmlDocument> document = parse::parse_axml(bytes);
    if (!document.ok()) return std::nullopt;
    const parse::AxmlElement& root = document->root;
    if (root.name != "adaptive-icon") return draw(drawable_of(root), depth + 1);
    const parse::AxmlElement* foreground = child_of(root, "foreground");
    if (foreground == nullptr) return std::nullopt;
    std::optional<Drawn> out = draw(drawable_of(*foreground), depth + 1);
    if (!out) return out;
    if (const parse::AxmlElement* background = child_of(root, "background"))
      put_behind(out->image, *background, depth + 1);
    cut_to_mask(out->image);
    return out;
  }

  static const parse::AxmlElement* child_of(const parse::AxmlElement& element,
                                            std::string_view name) {
    const auto found =
        std::find_if(element.children.begin(), element.children.end(),
                     [&](const parse::AxmlElement& child) { return child.name == name; });
    return found == element.children.end() ? nullptr : &*found;
  }

  // The resource that an element draws, by itself or by an element within; 0: none.
  static std::uint32_t drawable_of(const parse::AxmlElement& element) {
    for (const std::uint32_t id : {parse::attribute::kDrawable, parse::attribute::kSrc}) {
      const parse::AxmlAttribute* attribute = element.find(id);
      if (attribute != nullptr && (attribute->type == parse::AxmlType::kReference ||
                                   attribute->type == parse::AxmlType::kDynamicReference))
        return attribute->data;
    }
    const bool wraps = element.children.size() == 1 && element.name != "vector";
    return wraps ? drawable_of(element.children.front()) : 0;
  }

  // A colour or a picture; of anything else nothing is known, and it stays white.
  void put_behind(parse::PngImage& image, const parse::AxmlElement& background, int depth) {
    const parse::AxmlAttribute* attribute = background.find(parse::attribute::kDrawable);
    if (attribute == nullptr) return;
    if (attribute->type >= parse::AxmlType::kColorArgb8 &&
        attribute->type <= parse::AxmlType::kColorRgb4)
      return fill_behind(image, attribute->data);
    const std::uint32_t resource = drawable_of(background);
    if (resource == 0) return;
    for (const parse::ResourceVariant& variant : table_->variants(resource, 1)) {
      if (variant.argb) return fill_behind(image, *variant.argb);
    }
    const std::optional<Drawn> behind = draw(resource, depth);
    if (!behind) return;
    each_pixel(image, [&](std::size_t x, std::size_t y, std::uint8_t* pixel) {
      const parse::PngImage& from = behind->image;
      const std::size_t row = y * from.height / image.height;
      const std::size_t column = x * from.width / image.width;
      blend_behind(pixel, from.rgba.data() + (row * from.width + column) * 4);
    });
  }

  static void fill_behind(parse::PngImage& image, std::uint32_t argb) {
    const std::array<std::uint8_t, 4> color{
        static_cast<std::uint8_t>(argb >> 16), static_cast<std::uint8_t>(argb >> 8),
        static_cast<std::uint8_t>(argb), static_cast<std::uint8_t>(argb >> 24)};
    each_pixel(image, [&](std::size_t, std::size_t, std::uint8_t* pixel) {
      blend_behind(pixel, color.data());
    });
  }

  template <typename Visit>
  static void each_pixel(parse::PngImage& image, const Visit& visit) {
    for (std::size_t y = 0; y < image.height; ++y) {
      for (std::size_t x = 0; x < image.width; ++x)
        visit(x, y, image.rgba.data() + (y * image.width + x) * 4);
    }
  }

  // What is behind counts as opaque, as the mask's ground is.
  static void blend_behind(std::uint8_t* pixel, const std::uint8_t* behind) {
    if (pixel[3] == 255 || behind[3] == 0) return;
    const unsigned alpha = pixel[3];
    for (int channel = 0; channel < 3; ++channel)
      pixel[channel] = static_cast<std::uint8_t>(
          (pixel[channel] * alpha + behind[channel] * (255 - alpha)) / 255);
    pixel[3] = 255;
  }

  // Of 108 units launchers show the 72 in the middle, and move the picture under them
  // (AOSP AdaptiveIconDrawable).
  static void cut_to_mask(parse::PngImage& image) {
    const std::size_t left = image.width / 6;
    const std::size_t top = image.height / 6;
    const std::size_t width = image.width - 2 * left;
    const std::size_t height = image.height - 2 * top;
    std::vector<std::uint8_t> out;
    out.reserve(width * height * 4);
    for (std::size_t y = 0; y < height; ++y) {
      const auto* row = image.rgba.data() + ((top + y) * image.width + left) * 4;
      out.insert(out.end(), row, row + width * 4);
    }
    image.rgba = std::move(out);
    image.width = width;
    image.height = height;
  }

  const parse::ZipArchive& archive_;
  const parse::ResourceTable* table_;  // nullptr: there are no resources to refer to
  std::size_t files_ = 0;
  std::vector<parse::Anomaly> anomalies_;
};

}  // namespace

std::vector<std::uint32_t> icon_resources(const parse::AndroidManifest& manifest) {
  std::vector<std::uint32_t> out;
  const auto add = [&](std::uint32_t resource) {
    if (resource != 0 && std::find(out.begin(), out.end(), resource) == out.end())
      out.push_back(resource);
  };
  const auto shown = std::find_if(
      manifest.components.begin(), manifest.components.end(),
      [](const parse::ManifestComponent& one) { return one.enabled && one.is_for_launcher(); });
  if (shown != manifest.components.end()) add(shown->icon_resource);
  add(manifest.icon_resource);
  add(manifest.round_icon_resource);
  return out;
}

IconSearch find_icon(const parse::ZipArchive& archive, const parse::ResourceTable& table,
                     std::span<const std::uint32_t> resources) {
  IconFinder finder(archive, &table);
  IconSearch out;
  for (std::size_t i = 0; i < resources.size() && !out.icon; ++i)
    out.icon = finder.find(resources[i]);
  out.anomalies = finder.take_anomalies();
  return out;
}

IconSearch find_ios_icon(const parse::ZipArchive& archive, const std::string& bundle,
                         std::span<const std::string> names) {
  IconFinder finder(archive, nullptr);
  IconSearch out;
  for (const char* ending : {"@2x.png", "@3x.png", "@2x~ipad.png", ".png", ""}) {
    if (!names.empty() && !out.icon) out.icon = finder.find_file(bundle + names.back() + ending);
  }
  out.anomalies = finder.take_anomalies();
  return out;
}

}  // namespace bartizan::detect
