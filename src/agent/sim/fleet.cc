#include "agent/sim/fleet.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "agent/core/backoff.h"
#include "agent/core/folder_lock.h"
#include "base/file.h"
#include "detect/app/observation_body.h"
#include "detect/app/scan.h"
#include "rules/yaml.h"

namespace bartizan::agent {

Result<FleetPhone> load_phone(const std::filesystem::path& scenario_file) {
  BARTIZAN_ASSIGN(const std::string text, read_file(scenario_file, kMaxScenarioBytes));
  BARTIZAN_ASSIGN(Scenario scenario, parse_scenario(text, scenario_file.string()));
  return FleetPhone{scenario_file.stem().string(), scenario_file, std::move(scenario)};
}

Result<std::vector<FleetPhone>> load_fleet(const std::filesystem::path& file) {
  BARTIZAN_ASSIGN(const std::string text, read_file(file, rules::kMaxYamlBytes));
  BARTIZAN_ASSIGN(const rules::YamlNode root, rules::parse_yaml(text, file.string()));
  rules::YamlMap map(root, file.string());
  BARTIZAN_ASSIGN(const std::vector<std::string> scenarios, map.texts("phones"));
  BARTIZAN_TRY(map.finish());
  if (scenarios.size() > kMaxFleet) return map.error("more than 200 phones");
  std::vector<FleetPhone> out;
  for (const std::string& scenario : scenarios) {
    BARTIZAN_ASSIGN(FleetPhone phone, load_phone(file.parent_path() / scenario));
    const bool twice = std::any_of(out.begin(), out.end(),
                                   [&](const FleetPhone& other) { return other.id == phone.id; });
    if (twice) return map.error("two phones are called " + phone.id);
    out.push_back(std::move(phone));
  }
  return out;
}

Result<std::map<std::string, std::string>> load_enrolments(const std::filesystem::path& file) {
  BARTIZAN_ASSIGN(const std::string text, read_file(file, 1 << 20));
  BARTIZAN_ASSIGN(const json::object object, parse_json_object(text));
  std::map<std::string, std::string> out;
  for (const auto& member : object) {
    if (!member.value().is_string()) {
      return Error{ErrorCode::kInvalid, file.string() + ": each phone needs an enrolment address"};
    }
    out.emplace(member.key(), member.value().get_string());
  }
  return out;
}

namespace {

std::filesystem::path file_beside(const std::filesystem::path& scenario_file,
                                  const std::filesystem::path& files, const std::string& name) {
  std::error_code ignored;
  std::filesystem::path path = scenario_file.parent_path() / name;
  return std::filesystem::exists(path, ignored) ? path : files / name;
}

}  // namespace

Status check_files(const FleetPhone& phone, const std::filesystem::path& files) {
  std::vector<Sight> sights;
  for (const Step& step : phone.scenario.steps) sights.push_back(step.sight);
  for (const Reaction& reaction : phone.scenario.reactions) {
    if (reaction.sight) sights.push_back(*reaction.sight);
  }
  for (const Sight& sight : sights) {
    std::error_code ignored;
    if (sight.file.empty() || std::filesystem::is_regular_file(
                                  file_beside(phone.scenario_file, files, sight.file), ignored)) {
      continue;
    }
    return Error{ErrorCode::kNotFound, phone.scenario_file.string() + ":" +
                                           std::to_string(sight.line) + ": no file " + sight.file +
                                           " beside the scenario or in " + files.string()};
  }
  return {};
}

AppScan scan_beside(const std::filesystem::path& scenario_file, const std::filesystem::path& files,
                    std::shared_ptr<const intel::Content> content) {
  return [=](const std::string& name, const std::string& installer) -> Result<json::object> {
    const std::filesystem::path path = file_beside(scenario_file, files, name);
    BARTIZAN_ASSIGN(const MappedFile file, MappedFile::open(path));
    const auto report = detect::scan_app(file.bytes(), *content);
    if (!report.ok()) return report.error().within(path.string());
    return detect::app_observation_body(*report, installer);
  };
}

namespace {

constexpr Duration kFirstRetry = std::chrono::milliseconds(500);
constexpr Duration kLongestRetry = std::chrono::seconds(2);

// A server that is just starting refuses connections for a moment.
Result<Identity> enrol_patiently(const PhoneModel& model, const PhoneRun& run, Random& random,
                                 std::stop_token stop) {
  const auto give_up = std::chrono::steady_clock::now() + run.patience;
  Backoff backoff(kFirstRetry, kLongestRetry, random);
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::string failure;
  for (;;) {
    Result<Identity> identity = enrol(run.address, model, random);
    if (identity.ok()) return identity;
    const Error& error = identity.error();
    // The answer to an earlier try may have been lost after the server took the token.
    if (error.code == ErrorCode::kConflict && !failure.empty()) {
      return error.within("after a try that failed (" + failure + ")");
    }
    if (error.code != ErrorCode::kUnavailable || std::chrono::steady_clock::now() >= give_up ||
        stop.stop_requested()) {
      return identity;
    }
    failure = error.message;
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, backoff.next(), [] { return false; });
  }
}

Status enrol_if_needed(const FleetPhone& phone, const PhoneRun& run, const Teller& tell,
                       Random& random, std::stop_token stop) {
  const auto known = load_identity(run.folder);
  if (known.ok()) return {};
  if (known.error().code != ErrorCode::kNotFound) return known.error();
  if (run.address.token.empty()) {
    return Error{ErrorCode::kInvalid, "not enrolled yet, and no enrolment address is given"};
  }
  BARTIZAN_ASSIGN(const Identity identity,
                  enrol_patiently(phone.scenario.phone, run, random, stop));
  BARTIZAN_TRY(save_identity(run.folder, identity));
  tell("enrolled", {{"device", identity.device.id}, {"tier", to_string(identity.device.tier)}});
  return {};
}

}  // namespace

Status run_phone(const FleetPhone& phone, const PhoneRun& run, SimulatorParts parts, Random& random,
                 std::shared_ptr<const intel::Content> content, std::stop_token stop) {
  const Teller tell = parts.tell;
  const Clock& clock = parts.clock;
  BARTIZAN_ASSIGN(const FolderLock lock, FolderLock::take(run.folder));
  BARTIZAN_TRY(enrol_if_needed(phone, run, tell, random, stop));
  if (phone.scenario.steps.empty()) return {};
  Simulator simulator(phone.scenario, std::move(parts));
  BARTIZAN_ASSIGN(const std::unique_ptr<Agent> agent,
                  Agent::open(run.folder, {.clock = clock,
                                           .random = random,
                                           .content = std::move(content),
                                           .actions = simulator,
                                           .tell = tell}));
  const bool repeats = std::any_of(phone.scenario.steps.begin(), phone.scenario.steps.end(),
                                   [](const Step& step) { return step.every.has_value(); });
  const bool follow = !run.once && (run.follow || repeats);
  // One that ends by itself asks once more at its end, and should not wait long for "nothing".
  const auto poll = follow ? run.poll : std::min(run.poll, std::chrono::seconds(1));
  std::jthread running([&](std::stop_token ended) { agent->run(ended, poll); });
  // The agent's thread ends with this scope, after the simulator it calls has stopped playing.
  const Status played = simulator.play(*agent, stop, follow, run.settle);
  return played.ok() ? played : played.error().within(phone.scenario_file.string());
}

}  // namespace bartizan::agent
