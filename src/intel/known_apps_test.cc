#include "intel/known_apps.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "intel/content.h"
#include "parse/anomaly.h"

namespace bartizan::intel {
namespace {

const Content& content() {
  static const std::shared_ptr<const Content> loaded = Content::load("content").value();
  return *loaded;
}

LabelReading read(std::string_view label) { return read_label(label, content().confusables()); }

TEST(LabelReading, CapitalsSpacesAndDecorationMakeNoOtherName) {
  for (const char* label :
       {"WhatsApp", "whatsapp", "WHATSAPP", "Whats App", "Whats-App!", "WhatsApp\u2122",
        "\u00a0WhatsApp\u00ae \U0001f512", "What\u2019sApp"}) {
    EXPECT_EQ(read(label).plain, "whatsapp") << label;
    EXPECT_FALSE(read(label).invisible) << label;
  }
  EXPECT_NE(read("WhatsApp+").plain, "whatsapp");
  EXPECT_NE(read("WhatsApp 2").plain, "whatsapp");
  EXPECT_EQ(read("").plain, "");
  EXPECT_EQ(read("\u2014 \u2026").plain, "");
}

TEST(LabelReading, WhatLooksAlikeReadsAlikeAndIsNotTheSameText) {
  const LabelReading real = read("Telegram");
  for (const char* label : {"T\u0435legram", "Tele\u0261ram", "\u0422elegram", "T\u00e9l\u00e9gram",
                            "Teleg\u0433am", "Te\u0307legram"}) {
    EXPECT_EQ(read(label).looks, real.looks) << label;
    EXPECT_NE(read(label).plain, real.plain) << label;
  }
  EXPECT_EQ(read("lnstagram").looks, read("Instagram").looks);
  EXPECT_EQ(read("\u0406nstagram").looks, read("Instagram").looks);
  EXPECT_EQ(read("G00gle").looks, read("Google").looks);
  EXPECT_NE(read("Telegraf").looks, real.looks);
}

// Full-width letters and those of mathematics are the same letters to Unicode.
TEST(LabelReading, FormsOfOneLetterAreThatLetter) {
  EXPECT_EQ(read("\uff34elegram").plain, "telegram");
  EXPECT_EQ(read("\U0001d413elegram").plain, "telegram");
}

TEST(LabelReading, WhatNobodySeesIsToldAlsoInTheFormTheReportWritesIt) {
  for (const char* label :
       {"Tele\u200bgram", "\u202eTelegram", "Tele\u00adgram", "Telegram\u3164", "Te\u2060legram"}) {
    EXPECT_EQ(read(label).plain, "telegram") << label;
    EXPECT_TRUE(read(label).invisible) << label;
    EXPECT_EQ(read(parse::printable(label)).plain, "telegram") << label;
    EXPECT_TRUE(read(parse::printable(label)).invisible) << label;
  }
}

TEST(LabelReading, BrokenTextIsReadAsFarAsItGoes) {
  EXPECT_NO_FATAL_FAILURE(read("\xff\xfeTelegram\xc3"));
  EXPECT_EQ(read("\\x").plain, "x");
  EXPECT_EQ(read("\\xe2\\x80\\x8bTelegram").plain, "telegram");
}

TEST(KnownApps, TheShippedOnesDoNotImitateEachOther) {
  const KnownAppSet& known = content().known_apps();
  EXPECT_GT(known.apps().size(), 60u);
  std::map<std::string, std::string> app_by_look;
  for (const KnownApp& app : known.apps()) {
    for (const KnownLabel& label : app.labels) {
      const auto [place, added] = app_by_look.emplace(label.reading.looks, app.name);
      EXPECT_TRUE(added || place->second == app.name)
          << label.text << " is a label of " << app.name << " and " << place->second;
    }
    for (const KnownPackage& package : app.packages)
      EXPECT_EQ(known.of_package(package.name), &app);
  }
  // Words that ordinary apps bear must not be anybody's.
  for (const char* word :
       {"Browser", "Camera", "Messages", "Calculator", "Settings", "Gallery", "Music", "Clock",
        "Calendar", "Contacts", "Phone", "Email", "Maps", "Notes", "Files", "Wallet", "Bank"})
    EXPECT_EQ(app_by_look.count(read(word).looks), 0u) << word;
}

std::string error_of(std::string_view yaml) {
  const auto loaded = KnownAppSet::load(yaml, "known_apps.yaml", {});
  return loaded.ok() ? "loaded" : loaded.error().message;
}

TEST(KnownApps, AMistakeIsNamedWithItsLine) {
  const std::string head = "installers: [org.example.store]\napps:\n";
  const std::string app =
      "  - {name: A, labels: [Abc], packages: [org.example.a], family: [org.example.]";
  EXPECT_EQ(error_of(head + app + "}\n"), "loaded");
  EXPECT_EQ(error_of(head + app + "}\n" + app + "}\n"),
            "known_apps.yaml:4: org.example.a is named twice");
  EXPECT_EQ(error_of(head + app + ", signers: [ABC]}\n"),
            "known_apps.yaml:3: 'ABC' is no SHA-256 in lower-case hex");
  EXPECT_EQ(error_of(head + app + ", common_word: perhaps}\n"),
            "known_apps.yaml:3: true or false is wanted");
  EXPECT_EQ(error_of(head + "  - {name: A, labels: ['!'], packages: [a.b], family: [a.]}\n"),
            "known_apps.yaml:3: '!' is no label");
  EXPECT_NE(error_of(head + app + ", icon: x}\n"), "loaded");
  EXPECT_EQ(error_of(head + app + ", icons: [" + to_string(ImageHash{}) + "]}\n"), "loaded");
  EXPECT_EQ(error_of(head + app + ", icons: [I1]}\n"),
            "known_apps.yaml:3: 'I1' is no icon_hash of bartizan scan app --json");
  EXPECT_NE(error_of("apps: []\n"), "loaded");
}

}  // namespace
}  // namespace bartizan::intel
