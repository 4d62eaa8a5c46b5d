// Scenarios: what happens to a simulated phone, as a text file. See docs/agent.md.
//
//   # A corporate Pixel whose owner opens a phishing link
//   device platform=android model="Pixel 8" os=15 person="Ada Lovelace" group=corporate
//   at 0s observe device.state {"screen_lock": true, "patch_level": "today-30d"}
//   at 2s observe app.scan file=demo-apps/notes.apk installer=com.android.vending
//   every 1h observe agent.health {}
//   on action notify_user do done "Read."
//   on action ask_remove_app after 10s observe app.removed {"package": "$subject"}
//
// A line that begins with white space continues the one before it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/action_port.h"
#include "agent/core/device_api.h"
#include "base/json.h"
#include "base/time.h"

namespace bartizan::agent {

inline constexpr std::size_t kMaxScenarioBytes = 256 << 10;
inline constexpr std::size_t kMaxScenarioLines = 2000;
inline constexpr Duration kMaxScenarioTime = std::chrono::hours(24 * 365);

// Something the phone sees: an observation, or an app's file to be scanned into one.
struct Sight {
  std::string kind;
  json::object body;
  std::string file;       // of app.scan: as written
  std::string installer;  // of app.scan; empty: unknown
  int line = 0;
};

struct Step {
  Duration at{0};                 // since the start; of a repeated one: of its first time
  std::optional<Duration> every;  // and again after this
  Sight sight;
};

// What the phone, or the person holding it, does about an action.
struct Reaction {
  ActionKind action;
  std::optional<ActionOutcome> outcome;  // "do"
  Duration after{0};
  std::optional<Sight> sight;  // "observe"
};

struct Scenario {
  PhoneModel phone;
  std::string name;    // "Ada's Pixel"; for the enrolment token
  std::string person;  // the same
  std::string group;
  Ownership ownership = Ownership::kCorporate;
  PrivacyTier tier = PrivacyTier::kCorporate;
  std::vector<Step> steps;
  std::vector<Reaction> reactions;
};

// Bodies are checked against the observation schema. Errors read "file:line: message".
Result<Scenario> parse_scenario(std::string_view text, const std::string& file);

// The body with "today", "today-30d" (a date) and "$subject" put in.
json::object fill_in(json::object body, Timestamp now, std::string_view subject);

}  // namespace bartizan::agent
