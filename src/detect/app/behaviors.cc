#include "detect/app/behaviors.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "parse/anomaly.h"

namespace bartizan::detect {
namespace {

using intel::Behavior;
using intel::BehaviorScope;
using rules::Truth;
using rules::Witness;

constexpr std::size_t kMaxPlacesOfOneFact = 3;
constexpr std::size_t kMaxGroupsShown = 3;

// By CodeFact.
constexpr std::array<std::string_view, 5> kFactNames = {"calls", "overrides", "fields", "strings",
                                                        "urls"};

struct FactWords {
  std::string_view field;
  std::string_view where;
  std::string_view what;
};
constexpr std::string_view kManifest = "AndroidManifest.xml";
constexpr FactWords kWords[] = {
    {"calls", "", "calls "},
    {"overrides", "", "overrides "},
    {"fields", "", "uses "},
    {"strings", "", "has the text "},
    {"urls", "", "has the address "},
    {"classes", "code", "class "},
    {"domains", "code", "host "},
    {"entries", "package", "file "},
    {"native_imports", "native code", "imports "},
    {"anomalies", "package", "anomaly "},
    {"permissions", kManifest, "permission "},
    {"features", kManifest, "feature "},
    {"component_kinds", kManifest, "component "},
    {"components", kManifest, "component guarded by "},
    {"intent_actions", kManifest, "listens for "},
    {"categories", kManifest, "category "},
    {"schemes", kManifest, "opens addresses "},
    {"metadata", kManifest, "metadata "},
    {"has_launcher_icon", kManifest, "launcher icon: "},
    {"package", kManifest, "package "},
    {"label", kManifest, "name "},
    {"entitlements", "signature", "entitlement "},
    {"plist_keys", "Info.plist", "key "},
    {"imports", "executable", "imports "},
    {"frameworks", "executable", "links "},
    {"profile_kind", "profile", "profile of kind "},
    {"payload_types", "profile", "payload "},
};

BehaviorEvidence evidence_of(const Witness& witness, std::string_view place) {
  const auto words =
      std::find_if(std::begin(kWords), std::end(kWords),
                   [&](const FactWords& known) { return known.field == witness.field; });
  const std::string value = parse::printable(witness.value);
  if (words == std::end(kWords))
    return {.where = std::string(place), .what = witness.field + " " + value};
  return {.where = parse::printable(place.empty() ? words->where : place),
          .what = std::string(words->what) + value};
}

std::optional<CodeFact> code_fact(std::string_view field) {
  const auto name = std::find(kFactNames.begin(), kFactNames.end(), field);
  if (name == kFactNames.end()) return std::nullopt;
  return static_cast<CodeFact>(name - kFactNames.begin());
}

// A class with the classes inside it, as compilers split one source into several.
std::string_view outermost_class(std::string_view place) {
  return place.substr(0, place.find_first_of("$;"));
}

class Finder {
 public:
  Finder(const json::object& file_facts, const CodeFacts& code) : code_(code), facts_(file_facts) {
    if (!code.readable) return;
    facts_["classes"] = json::array(code.classes.begin(), code.classes.end());
    index_classes();
    by_item_ = code.uses;
    std::sort(by_item_.begin(), by_item_.end(), [](const auto& a, const auto& b) {
      return std::tie(a.fact, a.item, a.place) < std::tie(b.fact, b.item, b.place);
    });
    CodeLists lists;
    for (std::size_t i = 0; i < by_item_.size(); ++i) {
      const CodeFacts::Use& use = by_item_[i];
      const std::string& text = code.items[use.item];
      auto& range = ranges_.try_emplace({use.fact, text}, i, 0).first->second;
      if (++range.second == 1) lists[static_cast<std::size_t>(use.fact)].emplace_back(text);
    }
    set_code_facts(facts_, std::move(lists));
  }

  std::optional<ShownBehavior> find(const Behavior& behavior) const {
    // What the whole app lacks, none of its methods has: the scope only narrows.
    if (behavior.condition.evaluate(facts_) != Truth::kTrue) return std::nullopt;
    ShownBehavior out{
        .id = behavior.id, .title = behavior.title, .techniques = behavior.techniques};
    const std::vector<Witness> witnesses = behavior.condition.witnesses(facts_);
    if (behavior.scope == BehaviorScope::kApp) {
      for (const Witness& witness : witnesses) add_everywhere(witness, out);
    } else {
      add_groups(behavior, witnesses, out);
    }
    if (out.evidence.empty()) return std::nullopt;
    return out;
  }

 private:
  using Group = std::vector<CodeFacts::Use>;
  using CodeLists = std::array<json::array, kFactNames.size()>;

  void index_classes() {
    std::map<std::string_view, std::uint32_t> known;
    class_of_.reserve(code_.places.size());
    for (const std::string& place : code_.places)
      class_of_.push_back(
          known.emplace(outermost_class(place), static_cast<std::uint32_t>(known.size()))
              .first->second);
  }

  static void set_code_facts(json::object& facts, CodeLists lists) {
    for (std::size_t i = 0; i < kFactNames.size(); ++i) facts[kFactNames[i]] = std::move(lists[i]);
  }

  static void add(BehaviorEvidence evidence, ShownBehavior& out) {
    if (out.evidence.size() == kMaxBehaviorEvidence) return;
    if (std::find(out.evidence.begin(), out.evidence.end(), evidence) == out.evidence.end())
      out.evidence.push_back(std::move(evidence));
  }

  // The uses of one member, class or text, by place.
  std::span<const CodeFacts::Use> uses_of(CodeFact fact, std::string_view text) const {
    const auto range = ranges_.find({fact, text});
    if (range == ranges_.end()) return {};
    return std::span(by_item_).subspan(range->second.first, range->second.second);
  }

  void add_everywhere(const Witness& witness, ShownBehavior& out) const {
    const auto fact = code_fact(witness.field);
    if (!fact) return add(evidence_of(witness, ""), out);
    std::size_t shown = 0;
    for (const CodeFacts::Use& use : uses_of(*fact, witness.value)) {
      if (shown++ == kMaxPlacesOfOneFact) break;
      add(evidence_of(witness, code_.places[use.place]), out);
    }
  }

  // The methods or classes that have something the condition asks about.
  std::map<std::uint32_t, Group> groups_of(BehaviorScope scope,
                                           const std::vector<Witness>& witnesses) const {
    std::map<std::uint32_t, Group> out;
    for (const Witness& witness : witnesses) {
      const auto fact = code_fact(witness.field);
      if (!fact) continue;
      for (const CodeFacts::Use& use : uses_of(*fact, witness.value))
        out[scope == BehaviorScope::kClass ? class_of_[use.place] : use.place].push_back(use);
    }
    return out;
  }

  void add_groups(const Behavior& behavior, const std::vector<Witness>& witnesses,
                  ShownBehavior& out) const {
    std::size_t shown = 0;
    json::object facts = facts_;
    for (const auto& [id, group] : groups_of(behavior.scope, witnesses)) {
      CodeLists lists;
      for (const CodeFacts::Use& use : group)
        lists[static_cast<std::size_t>(use.fact)].emplace_back(code_.items[use.item]);
      set_code_facts(facts, std::move(lists));
      if (behavior.condition.evaluate(facts) != Truth::kTrue) continue;
      for (const Witness& witness : behavior.condition.witnesses(facts)) {
        const auto fact = code_fact(witness.field);
        if (!fact) add(evidence_of(witness, ""), out);
        for (const CodeFacts::Use& use : group) {
          if (fact == use.fact && code_.items[use.item] == witness.value)
            add(evidence_of(witness, code_.places[use.place]), out);
        }
      }
      if (++shown == kMaxGroupsShown) return;
    }
  }

  const CodeFacts& code_;
  json::object facts_;                   // of the whole app
  std::vector<CodeFacts::Use> by_item_;  // by fact, item, place
  // Where in by_item_ the uses of an item begin, and how many there are.
  std::map<std::pair<CodeFact, std::string_view>, std::pair<std::size_t, std::size_t>> ranges_;
  std::vector<std::uint32_t> class_of_;  // of each place, its outermost class
};

}  // namespace

std::vector<ShownBehavior> find_behaviors(const json::object& file_facts, const CodeFacts& code,
                                          const intel::BehaviorSet& behaviors, Platform platform) {
  const Finder finder(file_facts, code);
  std::vector<ShownBehavior> out;
  for (const Behavior& behavior : behaviors.all()) {
    if (std::find(behavior.platforms.begin(), behavior.platforms.end(), platform) ==
        behavior.platforms.end())
      continue;
    if (auto shown = finder.find(behavior)) out.push_back(*std::move(shown));
  }
  return out;
}

}  // namespace bartizan::detect
