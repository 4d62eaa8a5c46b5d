#include "agent/sim/scenario.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "model/observation_schema.h"

namespace bartizan::agent {
namespace {

constexpr std::string_view kAppScan = "app.scan";
constexpr int kMaxDaysAgo = 36500;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Reads one line word by word; says where an error is.
class Line {
 public:
  Line(std::string text, int number, std::string file)
      : text_(std::move(text)), number_(number), file_(std::move(file)) {}

  Error error(const std::string& message) const {
    return {ErrorCode::kInvalid, file_ + ":" + std::to_string(number_) + ": " + message};
  }
  int number() const { return number_; }

  bool at_end() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    return at_ == text_.size();
  }
  // The next word; quotes around a word, or around the value in key="value", may hold spaces.
  Result<std::string> word() {
    if (at_end()) return error("the line ends too early");
    std::string out;
    bool quoted = false;
    for (; at_ < text_.size() && (quoted || !is_space(text_[at_])); ++at_) {
      if (text_[at_] == '"') {
        quoted = !quoted;
      } else {
        out += text_[at_];
      }
    }
    if (quoted) return error("a quotation mark is not closed");
    return out;
  }
  Status expect(std::string_view wanted) {
    BARTIZAN_ASSIGN(const std::string found, word());
    if (found != wanted)
      return error("expected '" + std::string(wanted) + "', found '" + found + "'");
    return {};
  }
  Result<Duration> duration() {
    BARTIZAN_ASSIGN(const std::string text, word());
    const auto duration = parse_duration(text);
    if (!duration.ok() || *duration < Duration(0) || *duration > kMaxScenarioTime) {
      return error("'" + text + "' is no time like 90s, 30m, 4h or 7d");
    }
    return *duration;
  }
  // key=value pairs to the end of the line; only these keys.
  Result<std::map<std::string, std::string>> settings(std::span<const std::string_view> known) {
    std::map<std::string, std::string> out;
    while (!at_end()) {
      BARTIZAN_ASSIGN(const std::string pair, word());
      const std::size_t equals = pair.find('=');
      const std::string key = pair.substr(0, equals);
      if (equals == std::string::npos ||
          std::find(known.begin(), known.end(), key) == known.end()) {
        return error("unknown setting '" + key + "'");
      }
      if (!out.emplace(key, pair.substr(equals + 1)).second) return error(key + " is set twice");
    }
    return out;
  }
  // A JSON object up to the end of the line.
  Result<json::object> object() {
    if (at_end()) return error("an observation needs its body, {} at least");
    const auto parsed = parse_json_object(std::string_view(text_).substr(at_));
    at_ = text_.size();
    if (!parsed.ok()) return error(parsed.error().message);
    return *parsed;
  }

 private:
  std::string text_;
  int number_;
  std::string file_;
  std::size_t at_ = 0;
};

// The lines with their continuations, without comments and empty lines.
Result<std::vector<Line>> split(std::string_view text, const std::string& file) {
  std::vector<Line> out;
  std::string current;
  int begun = 0;
  int number = 0;
  const auto finish = [&] {
    if (!current.empty()) out.emplace_back(std::move(current), begun, file);
    current.clear();
  };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    const bool blank = std::all_of(line.begin(), line.end(), is_space);
    if (blank || line.front() == '#') continue;
    if (is_space(line.front())) {
      if (current.empty()) return Line("", number, file).error("nothing to continue");
      current.append(" ").append(line);
      continue;
    }
    finish();
    current = line;
    begun = number;
    if (out.size() == kMaxScenarioLines) return Line("", number, file).error("too many lines");
  }
  finish();
  return out;
}

template <typename E>
Status set_enum(const Line& line, const std::map<std::string, std::string>& settings,
                const std::string& key, E& out) {
  const auto found = settings.find(key);
  if (found == settings.end()) return {};
  const auto value = parse_enum<E>(found->second);
  if (!value) return line.error("unknown " + key + " '" + found->second + "'");
  out = *value;
  return {};
}

Status read_device(Line& line, Scenario& scenario) {
  static constexpr std::string_view kKnown[] = {"platform", "model", "os",        "person",
                                                "name",     "group", "ownership", "tier"};
  BARTIZAN_ASSIGN(auto settings, line.settings(kKnown));
  BARTIZAN_TRY(set_enum(line, settings, "platform", scenario.phone.platform));
  BARTIZAN_TRY(set_enum(line, settings, "ownership", scenario.ownership));
  scenario.tier =
      scenario.ownership == Ownership::kPersonal ? PrivacyTier::kByod : PrivacyTier::kCorporate;
  BARTIZAN_TRY(set_enum(line, settings, "tier", scenario.tier));
  scenario.phone.model = settings["model"];
  scenario.phone.os_version = settings["os"];
  scenario.person = settings["person"];
  scenario.group = settings["group"];
  scenario.name = settings["name"];
  if (scenario.name.empty()) scenario.name = scenario.person;
  if (scenario.phone.model.empty() || scenario.phone.os_version.empty()) {
    return line.error("a device needs model and os");
  }
  return {};
}

Status check_body(const Line& line, const Sight& sight) {
  Observation probe{.kind = sight.kind, .body = fill_in(sight.body, from_millis(0), "subject")};
  const KindSpec* spec = find_kind(std::nullopt, sight.kind);
  if (spec == nullptr) return line.error("no observation kind '" + sight.kind + "'");
  probe.schema_major = spec->major;
  const auto checked = check_observation(std::move(probe), std::nullopt);
  if (!checked.ok()) return line.error(checked.error().message);
  if (!checked->unknown_fields.empty()) {
    return line.error(sight.kind + " has no field '" + checked->unknown_fields.front() + "'");
  }
  return {};
}

Result<Sight> read_sight(Line& line) {
  Sight sight{.line = line.number()};
  BARTIZAN_ASSIGN(sight.kind, line.word());
  if (sight.kind == kAppScan) {
    static constexpr std::string_view kKnown[] = {"file", "installer"};
    BARTIZAN_ASSIGN(auto settings, line.settings(kKnown));
    sight.file = settings["file"];
    sight.installer = settings["installer"];
    if (sight.file.empty()) return line.error("app.scan needs file=");
    return sight;
  }
  BARTIZAN_ASSIGN(sight.body, line.object());
  BARTIZAN_TRY(check_body(line, sight));
  return sight;
}

Status read_step(Line& line, bool repeated, Scenario& scenario) {
  Step step;
  BARTIZAN_ASSIGN(step.at, line.duration());
  if (repeated) {
    if (step.at < std::chrono::seconds(1)) return line.error("'every' needs a second at least");
    step.every = step.at;
  }
  BARTIZAN_TRY(line.expect("observe"));
  BARTIZAN_ASSIGN(step.sight, read_sight(line));
  scenario.steps.push_back(std::move(step));
  return {};
}

Result<ActionOutcome> read_outcome(Line& line) {
  BARTIZAN_ASSIGN(const std::string state, line.word());
  ActionOutcome outcome;
  if (state == "failed") {
    outcome.state = ActionState::kFailed;
  } else if (state != "done") {
    return line.error("an action is done or failed, not '" + state + "'");
  }
  if (!line.at_end()) {
    BARTIZAN_ASSIGN(outcome.detail, line.word());
  }
  return outcome;
}

Status read_reaction(Line& line, Scenario& scenario) {
  BARTIZAN_TRY(line.expect("action"));
  BARTIZAN_ASSIGN(const std::string kind, line.word());
  const auto action = parse_enum<ActionKind>(kind);
  if (!action) return line.error("unknown action '" + kind + "'");
  Reaction reaction{.action = *action};
  BARTIZAN_ASSIGN(std::string verb, line.word());
  if (verb == "after") {
    BARTIZAN_ASSIGN(reaction.after, line.duration());
    BARTIZAN_ASSIGN(verb, line.word());
  }
  if (verb == "do" && reaction.after == Duration(0)) {
    BARTIZAN_ASSIGN(reaction.outcome, read_outcome(line));
  } else if (verb == "observe") {
    BARTIZAN_ASSIGN(reaction.sight, read_sight(line));
  } else {
    return line.error("expected 'do' or 'observe', found '" + verb + "'");
  }
  if (!line.at_end()) return line.error("there is something after the end");
  scenario.reactions.push_back(std::move(reaction));
  return {};
}

// "today" or "today-30d"
std::optional<std::string> relative_date(std::string_view text, Timestamp now) {
  if (!text.starts_with("today")) return std::nullopt;
  text.remove_prefix(5);
  int days = 0;
  if (!text.empty()) {
    if (text.size() < 3 || text.front() != '-' || text.back() != 'd') return std::nullopt;
    const char* first = text.data() + 1;
    const char* last = text.data() + text.size() - 1;
    const auto [end, error] = std::from_chars(first, last, days);
    if (error != std::errc() || end != last || days < 0 || days > kMaxDaysAgo) return std::nullopt;
  }
  return to_rfc3339(now - std::chrono::hours(24) * days).substr(0, 10);
}

}  // namespace

Result<Scenario> parse_scenario(std::string_view text, const std::string& file) {
  if (text.size() > kMaxScenarioBytes) {
    return Error{ErrorCode::kLimit, file + ":1: the scenario is too large"};
  }
  BARTIZAN_ASSIGN(std::vector<Line> lines, split(text, file));
  Scenario scenario;
  bool has_device = false;
  for (Line& line : lines) {
    BARTIZAN_ASSIGN(const std::string verb, line.word());
    if (verb == "device") {
      if (std::exchange(has_device, true)) return line.error("there is one device");
      BARTIZAN_TRY(read_device(line, scenario));
    } else if (verb == "at" || verb == "every") {
      BARTIZAN_TRY(read_step(line, verb == "every", scenario));
    } else if (verb == "on") {
      BARTIZAN_TRY(read_reaction(line, scenario));
    } else {
      return line.error("expected device, at, every or on, found '" + verb + "'");
    }
  }
  if (!has_device) return Error{ErrorCode::kInvalid, file + ":1: no device line"};
  std::stable_sort(scenario.steps.begin(), scenario.steps.end(),
                   [](const Step& a, const Step& b) { return a.at < b.at; });
  return scenario;
}

json::object fill_in(json::object body, Timestamp now, std::string_view subject) {
  for (auto& member : body) {
    if (!member.value().is_string()) continue;
    const std::string_view text(member.value().get_string());
    if (text == "$subject") {
      member.value() = json::string(subject);
    } else if (const auto date = relative_date(text, now)) {
      member.value() = json::string(*date);
    }
  }
  return body;
}

}  // namespace bartizan::agent
