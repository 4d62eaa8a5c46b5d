#include "detect/app/model_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bartizan::detect {
namespace {

using testing::ElementsAre;

constexpr FactState kNo = FactState::kAbsent;
constexpr FactState kYes = FactState::kPresent;
constexpr FactState kMaybe = FactState::kUnknown;

// One fact of each kind, in the order of intel::AppFactKind.
const intel::AppModel& model() {
  static const intel::AppModel model = [] {
    const std::string facts =
        "- {column: sms, permission: [android.permission.SEND_SMS]}\n"
        "- {column: boot, action: [android.intent.action.BOOT_COMPLETED]}\n"
        "- {column: transact, name: [transact]}\n"
        "- {column: cipher, class: [\"Ljavax/crypto/Cipher;\"]}\n"
        "- {column: exec, call: [\"Ljava/lang/Runtime;->exec\"]}\n"
        "- {column: mount, text: [mount]}\n";
    const std::string trees =
        "version\t1\nthreshold\t0\nquantile\t0\t1\t2\nfact\tsms\ntree\t=0:1\n";
    return intel::AppModel::load({"facts.yaml", facts},
                                 std::vector<intel::NamedText>{{"trees.txt", trees}})
        .value();
  }();
  return model;
}

// The tables of a DEX file without the file: strings, types and methods.
class SmallDex {
 public:
  std::uint32_t string(std::string_view text) {
    strings_.push_back(
        {static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(text.size())});
    bytes_ += text;
    return static_cast<std::uint32_t>(strings_.size() - 1);
  }
  void method(std::string_view owner, std::string_view name) {
    add(types_, string(owner));
    const auto type = static_cast<std::uint32_t>(types_.size() / 4 - 1);
    // class_idx and proto_idx are 16 bits each, name_idx 32.
    add(methods_, type);
    add(methods_, string(name));
  }
  parse::DexFile file() const {
    parse::DexFile dex;
    dex.bytes = as_bytes(bytes_);
    dex.strings = strings_;
    dex.type_ids = {types_.data(), static_cast<std::uint32_t>(types_.size() / 4)};
    dex.method_ids = {methods_.data(), static_cast<std::uint32_t>(methods_.size() / 8)};
    return dex;
  }

 private:
  static void add(std::vector<std::uint8_t>& table, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8)
      table.push_back(static_cast<std::uint8_t>(value >> shift));
  }

  std::string bytes_;
  std::vector<parse::DexString> strings_;
  std::vector<std::uint8_t> types_;
  std::vector<std::uint8_t> methods_;
};

std::vector<FactState> facts_of(const parse::AndroidManifest& manifest, const parse::DexFile& dex) {
  AppFactReader reader(model());
  reader.look_at(manifest);
  reader.look_at(dex);
  return std::move(reader).take();
}

TEST(AppFactReader, FindsEachKindWhereItBelongs) {
  parse::AndroidManifest manifest;
  manifest.permissions = {"android.permission.SEND_SMS"};
  manifest.components.push_back({.actions = {"android.intent.action.BOOT_COMPLETED"}});
  SmallDex dex;
  dex.string("transact");
  dex.string("Ljavax/crypto/Cipher;");
  dex.string("the amount is");
  dex.method("Ljava/lang/Runtime;", "exec");
  EXPECT_THAT(facts_of(manifest, dex.file()), ElementsAre(kYes, kYes, kYes, kYes, kYes, kYes));
}

TEST(AppFactReader, NearMissesAreAbsent) {
  parse::AndroidManifest manifest;
  manifest.permissions = {"android.intent.action.BOOT_COMPLETED", "android.permission.SEND_SMS2"};
  manifest.components.push_back({.actions = {"android.permission.SEND_SMS"}});
  SmallDex dex;
  dex.string("transact2");
  dex.string("Ljavax/crypto/Cipher");
  dex.string("moun");
  dex.string("t");
  dex.method("Ljava/lang/Runtime;", "execute");
  dex.method("Lorg/example/Runtime;", "exec");
  dex.string("Ljava/lang/Runtime;->exec");
  EXPECT_THAT(facts_of(manifest, dex.file()), ElementsAre(kNo, kNo, kNo, kNo, kNo, kNo));
}

TEST(AppFactReader, APermissionThatGuardsAComponentCounts) {
  parse::AndroidManifest manifest;
  manifest.components.push_back({.permission = "android.permission.SEND_SMS"});
  SmallDex dex;
  dex.string("x");
  EXPECT_EQ(facts_of(manifest, dex.file())[0], kYes);
}

TEST(AppFactReader, WhatWasNotReadIsUnknownAndWhatWasFoundIsStillThere) {
  parse::AndroidManifest manifest;
  manifest.truncated = true;
  SmallDex dex;
  dex.string("transact");
  AppFactReader reader(model());
  reader.look_at(manifest);
  reader.look_at(dex.file());
  reader.miss_code();
  EXPECT_TRUE(reader.enough());
  EXPECT_THAT(std::move(reader).take(), ElementsAre(kMaybe, kMaybe, kYes, kMaybe, kMaybe, kMaybe));
}

TEST(AppFactReader, CodeWithoutAStringOrManifestIsNotEnough) {
  AppFactReader without_code(model());
  without_code.look_at(parse::AndroidManifest());
  without_code.look_at(parse::DexFile());
  EXPECT_FALSE(without_code.enough());
  SmallDex dex;
  dex.string("x");
  AppFactReader without_manifest(model());
  without_manifest.look_at(dex.file());
  EXPECT_FALSE(without_manifest.enough());
}

TEST(WordMatcher, FindsWordsInsideAndAcrossOneAnother) {
  const WordMatcher words({"mount", "remount", "unt", "/system/bin", "tu"});
  EXPECT_EQ(words.find("remount"), 0b00111u);
  EXPECT_EQ(words.find("amount"), 0b00101u);
  EXPECT_EQ(words.find("remoun remtu"), 0b10000u);
  EXPECT_EQ(words.find("/system/system/bin"), 0b01000u);
  EXPECT_EQ(words.find(""), 0u);
  EXPECT_EQ(words.shortest(), 2u);
  EXPECT_EQ(WordMatcher({}).find("anything"), 0u);
}

}  // namespace
}  // namespace bartizan::detect
