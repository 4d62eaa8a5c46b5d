#include "detect/app/icon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "detect/app/judged_app.h"
#include "detect/app/report_json.h"
#include "detect/app/report_text.h"
#include "detect/app/scan.h"
#include "parse/arsc/arsc_builder.h"
#include "parse/axml/axml_builder.h"
#include "parse/png/png_builder.h"
#include "parse/zip/parser.h"
#include "parse/zip/zip_builder.h"

namespace bartizan::detect {
namespace {

using parse::ArscBuilder;
using parse::AxmlBuilder;

constexpr std::uint32_t kIcon = 0x7f010000;
constexpr std::uint32_t kOther = 0x7f010001;
constexpr std::uint32_t kForeground = 0x7f020000;
constexpr std::uint32_t kBackground = 0x7f030000;
constexpr std::uint8_t kReference = 1;

enum class Mark { kNone, kBar, kCorner };
enum class Ground { kNothing, kDisc, kSquare };

bool covers(Mark mark, double x, double y) {
  if (mark == Mark::kBar) return x > -0.25 && x < 0.25 && y > 0.05 && y < 0.2;
  return mark == Mark::kCorner && ((x > -0.3 && x < -0.1 && y > -0.3 && y < 0.3) ||
                                   (x > -0.3 && x < 0.3 && y > -0.3 && y < -0.15));
}

// A white mark on a ground of the colour. `scale`: of the whole, to the picture's size.
std::string picture(Mark mark, std::size_t side, unsigned rgb, Ground ground = Ground::kDisc,
                    double scale = 1) {
  parse::PngBuilder png{.width = side, .height = side};
  png.sample = [=](std::size_t column, std::size_t row, std::size_t channel) -> unsigned {
    const auto place = [&](std::size_t pixel) {
      return ((static_cast<double>(pixel) + 0.5) / static_cast<double>(side) - 0.5) / scale;
    };
    const double x = place(column);
    const double y = place(row);
    const bool marked = covers(mark, x, y);
    const bool there =
        ground == Ground::kSquare || (ground == Ground::kDisc && x * x + y * y < 0.25);
    if (channel == 3) return marked || there ? 255 : 0;
    return marked ? 255 : rgb >> (16 - 8 * channel) & 0xff;
  };
  return png.build();
}

constexpr unsigned kBlue = 0x2060c0;

struct File {
  std::string name;
  std::string data;
};

std::string element(const std::string& name, std::uint32_t attribute, std::uint32_t resource) {
  AxmlBuilder xml;
  xml.start(name, {{attribute, "drawable", kReference, resource, {}}});
  xml.end(name);
  return xml.build();
}

std::string adaptive_icon() {
  AxmlBuilder xml;
  xml.start("adaptive-icon");
  for (const auto& [name, resource] :
       {std::pair("background", kBackground), std::pair("foreground", kForeground)}) {
    xml.start(name, {{0x01010199, "drawable", kReference, resource, {}}});
    xml.end(name);
  }
  xml.end("adaptive-icon");
  return xml.build();
}

std::string manifest(std::uint32_t activity_icon = 0) {
  AxmlBuilder xml;
  xml.start("manifest", {AxmlBuilder::text(0, "package", "org.example.app")});
  xml.start("application", {{0x01010002, "icon", kReference, kIcon, {}}});
  std::vector<AxmlBuilder::Attribute> attributes;
  if (activity_icon != 0) attributes = {{0x01010002, "icon", kReference, activity_icon, {}}};
  attributes.push_back(AxmlBuilder::text(0x01010003, "name", ".Main"));
  xml.start("activity", attributes);
  xml.start("intent-filter");
  xml.start("action", {AxmlBuilder::text(0x01010003, "name", "android.intent.action.MAIN")});
  xml.end("action");
  xml.start("category",
            {AxmlBuilder::text(0x01010003, "name", "android.intent.category.LAUNCHER")});
  for (const char* name : {"category", "intent-filter", "activity", "application", "manifest"})
    xml.end(name);
  return xml.build();
}

const intel::Content& content() {
  static const std::shared_ptr<const intel::Content> loaded =
      intel::Content::load("content").value();
  return *loaded;
}

AppReport scan(const ArscBuilder& table, const std::vector<File>& files,
               const std::string& manifest_xml = manifest()) {
  std::vector<parse::BuiltEntry> entries = {parse::deflated("AndroidManifest.xml", manifest_xml),
                                            parse::stored("resources.arsc", table.build())};
  for (const File& file : files) entries.push_back(parse::stored(file.name, file.data));
  const std::string app = parse::build_zip(entries);
  Result<AppReport> report = scan_app(as_bytes(app), content());
  EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.error().message);
  return report.ok() ? std::move(report).value() : AppReport{};
}

std::string file_of(const AppReport& report) { return report.icon ? report.icon->file : "none"; }

AppReport plain_app(Mark mark, std::size_t side, unsigned rgb = kBlue) {
  return scan(ArscBuilder().add_text(kIcon, 480, "res/i.png"),
              {{"res/i.png", picture(mark, side, rgb)}});
}

TEST(Icon, TheVariantOfAPhoneOfTodayIsTaken) {
  const std::vector<File> files = {{"m.png", picture(Mark::kBar, 48, kBlue)},
                                   {"xh.png", picture(Mark::kBar, 96, kBlue)},
                                   {"xxxh.png", picture(Mark::kBar, 192, kBlue)}};
  ArscBuilder table;
  table.add_text(kIcon, 160, "m.png").add_text(kIcon, 320, "xh.png");
  EXPECT_EQ(file_of(scan(table, files)), "xh.png");
  table.add_text(kIcon, 640, "xxxh.png");
  EXPECT_EQ(file_of(scan(table, files)), "xxxh.png");
  table.add_text(kIcon, 480, "gone.png");
  EXPECT_EQ(file_of(scan(table, files)), "xxxh.png");
}

TEST(Icon, WhatTheLauncherShowsComesBeforeTheApplications) {
  ArscBuilder table;
  table.add_text(kIcon, 480, "app.png").add_text(kOther, 480, "main.png");
  const std::vector<File> files = {{"app.png", picture(Mark::kBar, 72, kBlue)},
                                   {"main.png", picture(Mark::kCorner, 72, kBlue)}};
  EXPECT_EQ(file_of(scan(table, files)), "app.png");
  EXPECT_EQ(file_of(scan(table, files, manifest(kOther))), "main.png");
}

TEST(Icon, ACopyLooksAlikeAndAnotherMarkDoesNot) {
  const AppReport first = plain_app(Mark::kBar, 96);
  ASSERT_TRUE(first.icon.has_value());
  EXPECT_TRUE(look_alike(first.icon->hash, plain_app(Mark::kBar, 144).icon->hash));
  EXPECT_FALSE(look_alike(first.icon->hash, plain_app(Mark::kCorner, 96).icon->hash));
  EXPECT_FALSE(look_alike(first.icon->hash, plain_app(Mark::kBar, 96, 0xc02020).icon->hash));
}

// The mask leaves two thirds of an adaptive icon.
TEST(Icon, AnAdaptiveIconIsItsForegroundOnItsBackground) {
  const auto app = [](const ArscBuilder& background, std::vector<File> files) {
    ArscBuilder table = background;
    table.add_text(kIcon, 480, "flat.png")
        .add_text(kIcon, parse::kAnyDensity, "icon.xml")
        .add_text(kForeground, 480, "front.png");
    files.push_back({"icon.xml", adaptive_icon()});
    files.push_back({"front.png", picture(Mark::kCorner, 108, 0, Ground::kNothing, 2.0 / 3)});
    return scan(table, files);
  };
  const AppReport on_color = app(ArscBuilder().add_color(kBackground, 0xff2060c0), {});
  EXPECT_EQ(file_of(on_color), "front.png");
  const AppReport on_picture =
      app(ArscBuilder().add_text(kBackground, 480, "back.png"),
          {{"back.png", picture(Mark::kNone, 54, kBlue, Ground::kSquare)}});
  EXPECT_EQ(file_of(on_picture), "front.png");
  const AppReport flat = scan(ArscBuilder().add_text(kIcon, 480, "flat.png"),
                              {{"flat.png", picture(Mark::kCorner, 72, kBlue, Ground::kSquare)}});
  EXPECT_EQ(shape_distance(on_color.icon->hash, flat.icon->hash), 0);
  EXPECT_TRUE(look_alike(on_color.icon->hash, flat.icon->hash));
  EXPECT_TRUE(look_alike(on_picture.icon->hash, flat.icon->hash));
  // A white mark on a background that cannot be seen shows nothing: the flat icon is what is left.
  const AppReport unseen =
      app(ArscBuilder().add_text(kBackground, 0, "gradient.xml"),
          {{"gradient.xml", element("shape", 0, 0)}, {"flat.png", picture(Mark::kBar, 72, kBlue)}});
  EXPECT_EQ(file_of(unseen), "flat.png");
}

TEST(Icon, DrawablesThatReferToOthersAreFollowed) {
  ArscBuilder table;
  table.add_reference(kIcon, kOther).add_text(kOther, 0, "wrap.xml");
  table.add_text(kForeground, 320, "i.png");
  EXPECT_EQ(file_of(scan(table, {{"wrap.xml", element("bitmap", 0x01010119, kForeground)},
                                 {"i.png", picture(Mark::kBar, 72, kBlue)}})),
            "i.png");
  // In a circle they end.
  ArscBuilder circle;
  circle.add_text(kIcon, 0, "wrap.xml");
  EXPECT_EQ(file_of(scan(circle, {{"wrap.xml", element("inset", 0x01010199, kIcon)}})), "none");
}

TEST(Icon, WhatCannotBeComparedIsNothing) {
  ArscBuilder table;
  table.add_text(kIcon, 480, "i");
  const AppReport vector = scan(table, {{"i", element("vector", 0, 0)}});
  EXPECT_EQ(file_of(vector), "none");
  EXPECT_EQ(vector.manifest->icon, "i");
  EXPECT_EQ(file_of(scan(table, {{"i", "RIFF\x10\0\0\0WEBPVP8 "}})), "none");
  EXPECT_EQ(file_of(scan(table, {})), "none");
  EXPECT_EQ(file_of(scan(table, {{"i", picture(Mark::kBar, 64, 0, Ground::kNothing)}})), "none");
}

TEST(Icon, OddPicturesAreSaid) {
  ArscBuilder table;
  table.add_text(kIcon, 480, "i.png");
  std::string cut = picture(Mark::kBar, 72, kBlue);
  cut.resize(cut.size() - 12);
  const AppReport report = scan(table, {{"i.png", cut}});
  EXPECT_THAT(parse::anomaly_ids(report.anomalies), testing::Contains("png.no_end"));
  EXPECT_FALSE(report.truncated);
}

TEST(Icon, TheReportSaysIt) {
  AppReport report = plain_app(Mark::kBar, 96);
  const std::string hash = to_string(report.icon->hash);
  const JudgedApp app = judge_app(std::move(report), std::nullopt,
                                  {.content = content(), .evaluated_at = from_millis(0)});
  EXPECT_EQ(report_json(app).at("icon_hash").as_string(), hash);
  EXPECT_EQ(report_json(app).at("icon_file").as_string(), "res/i.png");
  EXPECT_THAT(report_text(app), testing::HasSubstr("icon " + hash));
}

TEST(Icon, OfIosByTheNamesOfInfoPlist) {
  parse::PngBuilder png{.width = 60, .height = 60, .apple = true};
  png.sample = [](std::size_t x, std::size_t y, std::size_t channel) -> unsigned {
    return channel == 3 ? 255 : static_cast<unsigned>((x / 20 + y / 30) * 60);
  };
  const std::string bundle = "Payload/A.app/";
  const std::string app =
      parse::build_zip({parse::stored(bundle + "Icon60x60@2x.png", png.build())});
  const Result<parse::ZipArchive> archive = parse::parse_zip(as_bytes(app));
  const std::vector<std::string> names = {"Icon20x20", "Icon60x60"};
  const IconSearch found = find_ios_icon(*archive, bundle, names);
  ASSERT_TRUE(found.icon.has_value());
  EXPECT_EQ(found.icon->file, bundle + "Icon60x60@2x.png");
  EXPECT_FALSE(find_ios_icon(*archive, bundle, {}).icon.has_value());
}

// aapt names the same files for a screen of 480 dots an inch.
TEST(IconCorpus, IconsOfRealApps) {
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "corpus not present";
  const auto icon = [&](const std::string& name) {
    const auto file = MappedFile::open(std::filesystem::path(corpus) / "apk/real" / name);
    EXPECT_TRUE(file.ok());
    return scan_app(file->bytes(), content())->icon.value_or(AppIcon{.file = "none", .hash = {}});
  };
  EXPECT_EQ(icon("apidemos.apk").file, "res/drawable-hdpi-v4/app_sample_code.png");
  EXPECT_EQ(icon("settings.apk").file, "res/drawable-xxhdpi-v4/ic_launcher.png");
  EXPECT_EQ(icon("stf.apk").file, "res/Gd.png");
  EXPECT_EQ(icon("uia2.apk").file, "none");
  EXPECT_FALSE(look_alike(icon("settings.apk").hash, icon("stf.apk").hash));
}

}  // namespace
}  // namespace bartizan::detect
