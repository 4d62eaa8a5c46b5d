// A fleet of simulated phones: a YAML file that lists scenarios, and one phone's life from
// enrolment on.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "agent/sim/simulator.h"

namespace bartizan::agent {

inline constexpr std::size_t kMaxFleet = 200;

struct FleetPhone {
  std::string id;  // the scenario file's name without its ending; unique in a fleet
  std::filesystem::path scenario_file;
  Scenario scenario;
};

Result<FleetPhone> load_phone(const std::filesystem::path& scenario_file);
// {phones: [scenarios/ada.scenario, ...]}, paths relative to the file. Errors name file and line.
Result<std::vector<FleetPhone>> load_fleet(const std::filesystem::path& file);
// One JSON object: phone id -> enrolment address.
Result<std::map<std::string, std::string>> load_enrolments(const std::filesystem::path& file);

// Files that scenarios name lie beside the scenario, or else in `files`. kNotFound, with the
// scenario's line, for the first that is in neither: told before a phone enrols, because the token
// is good for one time.
Status check_files(const FleetPhone& phone, const std::filesystem::path& files);
AppScan scan_beside(const std::filesystem::path& scenario_file, const std::filesystem::path& files,
                    std::shared_ptr<const intel::Content> content);

struct PhoneRun {
  std::filesystem::path folder;   // the phone's own
  EnrolmentAddress address;       // used when the folder holds no identity yet
  bool once = false;              // ends when everything is played, whatever repeats
  bool follow = false;            // goes on until stopped; default: when something repeats
  std::chrono::seconds poll{20};  // of the long poll for actions
  Duration patience = std::chrono::seconds(8);  // with a server that is not up yet, at enrolment
  Duration settle = std::chrono::seconds(3);
};

// Enrols when needed, plays the scenario and does what the server asks. A scenario without steps
// enrols and stays silent. Ends without an error when stopped.
Status run_phone(const FleetPhone& phone, const PhoneRun& run, SimulatorParts parts, Random& random,
                 std::shared_ptr<const intel::Content> content, std::stop_token stop);

}  // namespace bartizan::agent
