// What an app can do: the behaviours of the content (content/behaviors/) that its facts show, each
// with the places in its file and code that show it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "intel/behavior.h"
#include "model/enums.h"

namespace bartizan::detect {

inline constexpr std::size_t kMaxBehaviorEvidence = 12;  // of one behaviour

// Where a behaviour shows: "Lorg/example/Inbox;->read" or "AndroidManifest.xml", and what stands
// there: "calls Landroid/content/ContentResolver;->query".
struct BehaviorEvidence {
  std::string where;
  std::string what;

  bool operator==(const BehaviorEvidence&) const = default;
};

struct ShownBehavior {
  std::string id;
  std::string title;
  std::vector<std::string> techniques;
  std::vector<BehaviorEvidence> evidence;  // never empty, at most kMaxBehaviorEvidence
};

// The facts of intel::app_fact_schema() that stand at a place in the code.
enum class CodeFact : std::uint8_t { kCall, kOverride, kField, kString, kUrl };

// What the code that can be reached has of that which some behaviour asks about.
struct CodeFacts {
  struct Use {
    std::uint32_t place = 0;  // of `places`
    CodeFact fact = CodeFact::kCall;
    std::uint32_t item = 0;  // of `items`

    auto operator<=>(const Use&) const = default;
  };

  bool readable = false;  // there is code and it was looked at; if not, nothing is known of it
  std::vector<std::string> places;   // "Lorg/example/Inbox;->read"
  std::vector<std::string> items;    // members and texts, each once
  std::vector<Use> uses;             // sorted, each once
  std::vector<std::string> classes;  // the app's own, by descriptor, reached or not
};

// The behaviours of `platform` that hold, in the order of their ids. `file_facts` are the facts of
// intel::app_fact_schema() that have no place in the code; one that is missing is unknown.
std::vector<ShownBehavior> find_behaviors(const json::object& file_facts, const CodeFacts& code,
                                          const intel::BehaviorSet& behaviors, Platform platform);

}  // namespace bartizan::detect
