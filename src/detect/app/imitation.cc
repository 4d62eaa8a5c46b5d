#include "detect/app/imitation.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "detect/link/likeness.h"
#include "intel/known_apps.h"

namespace bartizan::detect {
namespace {

using intel::KnownApp;
using intel::KnownLabel;
using intel::KnownPackage;
using intel::LetterSet;

constexpr std::string_view kVersion = "2";

// Ordered by how much deceit it takes: nobody writes the last by accident.
enum class Likeness { kNone, kTypo, kWithLure, kSame, kDisguised };

struct SeenLabel {
  std::string text;
  intel::LabelReading reading;
  LetterSet letters;
};

// What was seen of the app, computed once.
struct Look {
  std::string_view package;
  std::string folded_package;
  LetterSet package_letters;
  LetterSet folded_package_letters;
  std::vector<SeenLabel> labels;  // the label first, if there is one
  std::optional<ImageHash> icon;
  std::vector<std::string> signers;  // proven
  bool checked = false;              // a store or device management installed it
};

Look look_at(const json::object& body, const intel::Content& content) {
  Look look{.package = get_string(body, "package").value_or(""),
            .folded_package = {},
            .package_letters = {},
            .folded_package_letters = {},
            .labels = {},
            .icon = parse_image_hash(get_string(body, "icon_hash").value_or("")),
            .signers = {}};
  if (get_string(body, "signature").value_or("verified") == "verified")
    look.signers = get_strings(body, "signers");
  look.folded_package = intel::fold_lookalikes(look.package);
  look.package_letters = LetterSet(look.package);
  look.folded_package_letters = LetterSet(look.folded_package);
  const auto add = [&](std::string_view label) {
    intel::LabelReading reading = intel::read_label(label, content.confusables());
    if (reading.plain.empty()) return;
    const LetterSet letters(reading.looks);
    look.labels.push_back({std::string(label), std::move(reading), letters});
  };
  add(get_string(body, "label").value_or(""));
  for (const std::string& label : get_strings(body, "other_labels")) add(label);
  const std::string_view installer = get_string(body, "installer").value_or("");
  look.checked = content.known_apps().is_checked_installer(installer);
  return look;
}

// "Chrome Update", "Official WhatsApp": the name with a word that asks to be installed.
bool is_with_lure(std::string_view reading, std::string_view known) {
  static constexpr std::array<std::string_view, 6> kLures{"update",   "updater", "upgrade",
                                                          "official", "verify",  "newversion"};
  return std::any_of(kLures.begin(), kLures.end(), [&](std::string_view lure) {
    return reading.size() == known.size() + lure.size() &&
           ((reading.starts_with(known) && reading.ends_with(lure)) ||
            (reading.starts_with(lure) && reading.ends_with(known)));
  });
}

// Short names have too many honest neighbours.
int edits_allowed(std::size_t size) { return size < 8 ? 0 : size < 12 ? 1 : 2; }

bool is_typo(const SeenLabel& seen, const KnownLabel& known) {
  const std::string& name = known.reading.looks;
  const int limit = edits_allowed(name.size());
  const std::string& looks = seen.reading.looks;
  return limit > 0 && !looks.empty() && looks.front() == name.front() &&
         known.letters.within_edits(seen.letters, static_cast<std::size_t>(limit)) &&
         edit_distance(looks, name, limit) <= limit;
}

Likeness likeness_of(const SeenLabel& seen, const KnownApp& app, const KnownLabel& known) {
  const auto same_text = [&](const KnownLabel& other) {
    return seen.reading.plain == other.reading.plain;
  };
  // Another label of the same app: "Itau" beside its "Itaú".
  if (std::any_of(app.labels.begin(), app.labels.end(), same_text))
    return seen.reading.invisible ? Likeness::kDisguised : Likeness::kSame;
  if (seen.reading.looks == known.reading.looks) return Likeness::kDisguised;
  if (app.common_word) return Likeness::kNone;
  if (is_with_lure(seen.reading.plain, known.reading.plain)) return Likeness::kWithLure;
  return is_typo(seen, known) ? Likeness::kTypo : Likeness::kNone;
}

constexpr std::size_t kLeastPackageForTypo = 12;  // "com.whatsapp"

// Signs that look alike, an edit, or the whole name behind other parts: "org.x.com.whatsapp".
bool package_imitates(const Look& look, const KnownPackage& known) {
  if (known.folded_letters.within(look.folded_package_letters) &&
      (look.folded_package == known.folded || look.package.ends_with("." + known.name)))
    return true;
  return known.name.size() >= kLeastPackageForTypo && !look.package.empty() &&
         look.package.front() == known.name.front() &&
         known.letters.within_edits(look.package_letters, 1) &&
         edit_distance(look.package, known.name, 1) == 1;
}

bool names_one_of(const std::vector<std::string>& signers, const KnownApp& app) {
  return std::any_of(signers.begin(), signers.end(), [&](const std::string& signer) {
    return std::find(app.signers.begin(), app.signers.end(), signer) != app.signers.end();
  });
}

// The maker's own apps may look alike.
bool has_icon_of(const Look& look, const KnownApp& app) {
  const auto alike = [&](const ImageHash& icon) { return look_alike(*look.icon, icon); };
  return look.icon && std::any_of(app.icons.begin(), app.icons.end(), alike) &&
         !names_one_of(look.signers, app) && !app.is_of_maker(look.package);
}

// Most apps are ruled out by the letters alone: equal text, a lure around it, or the edits allowed.
bool may_imitate(const Look& look, const KnownApp& app) {
  const auto label = [&](const KnownLabel& known) {
    return std::any_of(look.labels.begin(), look.labels.end(), [&](const SeenLabel& seen) {
      return known.letters.misses_at_most(2, seen.letters);
    });
  };
  const auto package = [&](const KnownPackage& known) {
    return known.folded_letters.misses_at_most(1, look.folded_package_letters);
  };
  return std::any_of(app.labels.begin(), app.labels.end(), label) ||
         std::any_of(app.packages.begin(), app.packages.end(), package) || has_icon_of(look, app);
}

struct Imitation {
  const KnownApp* app = nullptr;
  Likeness label = Likeness::kNone;
  const SeenLabel* seen = nullptr;        // the label that does, if one does
  const KnownPackage* package = nullptr;  // that the app's package imitates
  bool icon = false;                      // looks like the known app's
  bool of_maker = false;                  // the app has a package name as the maker gives them

  int strength() const {
    return static_cast<int>(label) + (package == nullptr ? 0 : 3) + (icon ? 2 : 0);
  }
};

Imitation compare(const Look& look, const KnownApp& app) {
  Imitation out{
      .app = &app, .icon = has_icon_of(look, app), .of_maker = app.is_of_maker(look.package)};
  for (const SeenLabel& seen : look.labels) {
    for (const KnownLabel& known : app.labels) {
      const Likeness likeness = likeness_of(seen, app, known);
      if (likeness <= out.label) continue;
      out.label = likeness;
      out.seen = &seen;
    }
  }
  if (!out.of_maker) {
    const auto imitated =
        std::find_if(app.packages.begin(), app.packages.end(),
                     [&](const KnownPackage& known) { return package_imitates(look, known); });
    if (imitated != app.packages.end()) out.package = &*imitated;
  }
  // What others bear too says something only beside another sign.
  if (app.common_word && out.label == Likeness::kSame && out.package == nullptr && !out.icon)
    out.label = Likeness::kNone;
  // Whoever may name packages so may name further apps alike; the very name is odd all the same.
  if (out.of_maker && out.label < Likeness::kSame) out.label = Likeness::kNone;
  return out;
}

struct Weight {
  Severity severity;
  int confidence;
};

Weight weigh(const Imitation& imitation, bool checked) {
  if (imitation.of_maker) return {Severity::kLow, checked ? 20 : 35};
  const bool deceit = imitation.label == Likeness::kDisguised ||
                      (imitation.package != nullptr && imitation.label >= Likeness::kWithLure) ||
                      (imitation.icon && imitation.label != Likeness::kNone) ||
                      (imitation.icon && imitation.package != nullptr);
  if (deceit) return checked ? Weight{Severity::kMedium, 70} : Weight{Severity::kHigh, 90};
  if (checked) return {Severity::kLow, 50};
  if (imitation.package != nullptr) return {Severity::kMedium, 70};
  if (imitation.icon) return {Severity::kMedium, 60};
  switch (imitation.label) {
    case Likeness::kSame:
      return {Severity::kMedium, 75};
    case Likeness::kWithLure:
      return {Severity::kMedium, 60};
    default:
      return {Severity::kLow, 50};
  }
}

std::string why_label(Likeness likeness, const std::string& name) {
  switch (likeness) {
    case Likeness::kDisguised:
      return "Looks like " + name + " and is written with other or invisible characters.";
    case Likeness::kSame:
      return "The name of " + name + ", which is another package.";
    case Likeness::kWithLure:
      return "The name of " + name + " with a word that asks people to install it.";
    default:
      return "A letter or two away from " + name + ".";
  }
}

Subject subject_of(const Look& look, const json::object& body) {
  const std::string_view file = get_string(body, "sha256").value_or("");
  return {.kind = "app",
          .key = std::string(look.package.empty() ? file : look.package),
          .label = std::string(get_string(body, "label").value_or(""))};
}

void add_imitation(const Look& look, const Observation& observation, const Context& context,
                   std::vector<Finding>& findings) {
  Imitation best;
  for (const KnownApp& app : context.content.known_apps().apps()) {
    if (!may_imitate(look, app)) continue;
    const Imitation other = compare(look, app);
    if (other.strength() > best.strength()) best = other;
  }
  if (best.app == nullptr || (best.of_maker && look.checked)) return;
  const std::string& name = best.app->name;
  Finding finding = draft_finding(observation, context, "app.imitation",
                                  subject_of(look, observation.body), "app.imitation", kVersion);
  const Weight weight = weigh(best, look.checked);
  finding.severity = weight.severity;
  finding.confidence = weight.confidence;
  finding.summary = std::string(look.package) + " pretends to be " + name;
  finding.would_change = "A label and a package name of its own, or the package of " + name + ".";
  finding.evidence.push_back(
      {.fact = "imitates",
       .value = name,
       .why = "The app that people know is the package " + best.app->packages.front().name + ".",
       .weight = 0});
  if (best.label != Likeness::kNone)
    finding.evidence.push_back({.fact = "label",
                                .value = best.seen->text,
                                .why = why_label(best.label, name),
                                .weight = weight.confidence});
  if (best.icon)
    finding.evidence.push_back({.fact = "icon_hash",
                                .value = to_string(*look.icon),
                                .why = "The icon looks like that of " + name + ".",
                                .weight = weight.confidence});
  finding.evidence.push_back(
      {.fact = "package",
       .value = std::string(look.package),
       .why = best.package != nullptr ? "Made to be taken for " + best.package->name + "."
              : best.of_maker         ? "A name as its maker gives them, which anybody may choose."
                                      : "Not a package of " + name + ".",
       .weight = best.package != nullptr ? weight.confidence : 0});
  findings.push_back(std::move(finding));
}

// The very package, signed by nobody who signs it. Keys are rotated: a signer that proves to follow
// a known one is the maker's, and when nobody says which keys came before, less is certain.
void add_repackaged(const KnownApp& app, const Look& look, const Observation& observation,
                    const Context& context, std::vector<Finding>& findings) {
  const json::object& body = observation.body;
  const std::vector<std::string> signers = get_strings(body, "signers");
  if (app.signers.empty() || signers.empty() || names_one_of(signers, app)) return;
  const bool lineage_known = body.contains("signers_past");
  const bool proven = get_string(body, "signature").value_or("verified") == "verified";
  if (proven && names_one_of(get_strings(body, "signers_past"), app)) return;
  Finding finding = draft_finding(observation, context, "app.repackaged", subject_of(look, body),
                                  "app.known_signer", kVersion);
  const Weight weight = look.checked     ? Weight{Severity::kLow, 40}
                        : !lineage_known ? Weight{Severity::kMedium, 60}
                                         : Weight{Severity::kHigh, 85};
  finding.severity = weight.severity;
  finding.confidence = weight.confidence;
  finding.summary = std::string(look.package) + " is not signed by the maker of " + app.name;
  finding.would_change = "A signature by a key of the maker, or by one that follows it.";
  finding.evidence = {
      {.fact = "package",
       .value = std::string(look.package),
       .why = "The package of " + app.name + ".",
       .weight = 0},
      {.fact = "signers",
       .value = signers.front(),
       .why = lineage_known ? "None of the certificates that its maker signs it with."
                            : "None of the known ones; which came before it was not told.",
       .weight = weight.confidence}};
  if (look.checked)
    finding.evidence.push_back({.fact = "installer",
                                .value = std::string(get_string(body, "installer").value_or("")),
                                .why = "Some stores sign the apps they hand out themselves.",
                                .weight = 0});
  findings.push_back(std::move(finding));
}

}  // namespace

void run_imitated_app(const Observation& observation, const Context& context,
                      std::vector<Finding>& findings) {
  if (context.platform != Platform::kAndroid ||
      get_bool(observation.body, "system_app").value_or(false))
    return;
  const Look look = look_at(observation.body, context.content);
  const KnownApp* own = context.content.known_apps().of_package(look.package);
  if (own != nullptr) return add_repackaged(*own, look, observation, context, findings);
  add_imitation(look, observation, context, findings);
}

}  // namespace bartizan::detect
