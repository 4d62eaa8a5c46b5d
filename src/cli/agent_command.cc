#include "cli/agent_command.h"

#include <pthread.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <functional>
#include <iostream>
#include <map>
#include <thread>
#include <vector>

#include "agent/sim/fleet.h"
#include "base/file.h"
#include "cli/content_location.h"

namespace bartizan::cli {
namespace {

constexpr std::string_view kHelp =
    R"(usage: bartizan agent --server URL [--token TOKEN] --scenario FILE [options]
       bartizan agent --fleet FILE --enrolments FILE [options]
       bartizan agent --fleet FILE --list

Plays a simulated phone that enrols, reports what the scenario lets it see and does what the server
asks. With the same --data it goes on as the same phone and needs neither --server nor --token.

  --server URL       the enrolment address as the console shows it (https://HOST:PORT/enrol#...), or
                     https://HOST:PORT of the server's enrolment listener
  --server -         reads that address from standard input, or
  --server-file FILE from a file: an address with its token on the command line can be read by
                     every user of the machine (ps)
  --token TOKEN      one-time enrolment token, when the address has none
  --ca FILE          the server's CA (ca.pem of its data folder), or
  --ca-sha256 HEX    its SHA-256, when the address has none; a server on this machine needs neither
  --scenario FILE    what happens to the phone (docs/agent.md)
  --fleet FILE       YAML that lists the scenarios of several phones
  --enrolments FILE  JSON object: phone -> enrolment address; a phone without one is passed over
                     unless it is enrolled already (also: --tokens)
  --list             prints the phones of the fleet, one JSON object a line, and ends
  --data DIR         where the phone, or each phone of the fleet, keeps what it must not forget;
                     default: agent-data (also: --state)
  --files DIR        where files that a scenario names lie, if not beside it; default: build
  --content DIR      threats, rules and indicators; default: those that came with the program
  --speed N          plays N times as fast as written, 0.01 to 1000; default 1
  --once             plays every step once, sends everything and ends, whatever repeats
  --follow           goes on until stopped, whether or not something repeats
  --json             one JSON object a line for each event (docs/cli.md)

Exit status: 0 played or stopped, 2 an error.

Examples:
  bartizan agent --server 'https://127.0.0.1:8445/enrol#token=T&ca=0f...' --scenario demo/scenarios/linus-phishing-link.scenario
  bartizan agent --server https://127.0.0.1:8445 --token T --scenario my.scenario --data /tmp/phone --json
  bartizan agent --fleet demo/fleet.yaml --enrolments addresses.json --data data/fleet
)";

constexpr int kError = 2;
constexpr std::size_t kMaxAddressBytes = 4096;

struct Options {
  std::string server;
  std::string server_file;
  std::string token;
  std::string ca_file;
  std::string ca_sha256;
  std::string scenario;
  std::string fleet;
  std::string enrolments;
  std::string data = "agent-data";
  std::string files = "build";
  std::string content;
  double speed = 1;
  bool list = false;
  bool once = false;
  bool follow = false;
  bool json = false;
  bool help = false;
};

Error usage(std::string message) {
  return {ErrorCode::kInvalid, message + " (bartizan agent --help)"};
}

Result<Options> parse_options(std::span<const std::string> args) {
  Options out;
  std::string speed = "1";
  const std::map<std::string, std::string*, std::less<>> values = {
      {"--server", &out.server},       {"--server-file", &out.server_file},
      {"--token", &out.token},         {"--ca", &out.ca_file},
      {"--ca-sha256", &out.ca_sha256}, {"--scenario", &out.scenario},
      {"--fleet", &out.fleet},         {"--enrolments", &out.enrolments},
      {"--tokens", &out.enrolments},   {"--data", &out.data},
      {"--state", &out.data},          {"--files", &out.files},
      {"--content", &out.content},     {"--speed", &speed}};
  const std::map<std::string, bool*, std::less<>> flags = {
      {"--list", &out.list}, {"--once", &out.once}, {"--follow", &out.follow},
      {"--json", &out.json}, {"--help", &out.help}, {"-h", &out.help}};
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (const auto flag = flags.find(args[i]); flag != flags.end()) {
      *flag->second = true;
    } else if (const auto value = values.find(args[i]); value == values.end()) {
      return usage("unknown option " + args[i]);
    } else if (++i == args.size()) {
      return usage(value->first + " needs a value");
    } else {
      *value->second = args[i];
    }
  }
  const auto [end, error] = std::from_chars(speed.data(), speed.data() + speed.size(), out.speed);
  if (error != std::errc() || end != speed.data() + speed.size() || !(out.speed >= 0.01) ||
      out.speed > 1000) {
    return usage("--speed must be a number from 0.01 to 1000");
  }
  if (!out.help && out.scenario.empty() == out.fleet.empty()) {
    return usage("one of --scenario and --fleet is needed");
  }
  if (!out.server.empty() && !out.server_file.empty()) {
    return usage("--server and --server-file exclude each other");
  }
  return out;
}

// --server, read from where it says. Spaces and line ends around it do not count.
Result<std::string> server_of(const Options& options) {
  std::string text = options.server;
  std::string source = options.server_file;
  if (!source.empty()) {
    BARTIZAN_ASSIGN(text, read_file(source, kMaxAddressBytes));
  } else if (options.server == "-") {
    source = "standard input";
    text.resize(kMaxAddressBytes);
    std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::cin.gcount()));
  } else {
    return text;
  }
  constexpr std::string_view kBlank = " \t\r\n";
  text.erase(0, std::min(text.find_first_not_of(kBlank), text.size()));
  text.erase(text.find_last_not_of(kBlank) + 1);
  if (text.empty()) return Error{ErrorCode::kInvalid, source + ": no enrolment address"};
  return text;
}

Result<agent::EnrolmentAddress> address_of(const std::string& server, const Options& options) {
  agent::EnrolmentAddress address;
  if (server.empty()) return address;
  BARTIZAN_ASSIGN(address, agent::parse_enrolment_address(server));
  if (!options.token.empty()) address.token = options.token;
  if (!options.ca_sha256.empty()) address.ca_sha256 = options.ca_sha256;
  if (!options.ca_file.empty()) {
    BARTIZAN_ASSIGN(const std::string pem, read_file(options.ca_file, 64 << 10));
    BARTIZAN_ASSIGN(address.ca_sha256, agent::certificate_digest(pem));
  }
  return address;
}

void list_phones(const std::vector<agent::FleetPhone>& phones, const Options& options,
                 std::ostream& out) {
  for (const agent::FleetPhone& phone : phones) {
    const agent::Scenario& scenario = phone.scenario;
    const bool enrolled = agent::load_identity(std::filesystem::path(options.data) / phone.id).ok();
    out << json::serialize(json::object{{"phone", phone.id},
                                        {"name", scenario.name},
                                        {"person", scenario.person},
                                        {"group", scenario.group},
                                        {"ownership", to_string(scenario.ownership)},
                                        {"tier", to_string(scenario.tier)},
                                        {"platform", to_string(scenario.phone.platform)},
                                        {"enrolled", enrolled}})
        << "\n";
  }
}

// What the phones tell, one whole line at a time from any of their threads.
class Printer {
 public:
  Printer(std::ostream& out, bool json) : out_(out), json_(json) {}

  void tell(const std::string& phone, std::string_view event, const json::object& detail) {
    const std::lock_guard lock(mutex_);
    if (json_) {
      json::object line{{"phone", phone}, {"event", event}};
      for (const auto& member : detail) line.insert_or_assign(member.key(), member.value());
      out_ << json::serialize(line) << std::endl;
      return;
    }
    out_ << phone << ": " << event;
    for (const auto& member : detail) {
      out_ << "  " << member.key() << "=" << json::serialize(member.value());
    }
    out_ << std::endl;
  }

 private:
  std::ostream& out_;
  const bool json_;
  std::mutex mutex_;
};

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

struct Job {
  agent::FleetPhone phone;
  agent::PhoneRun run;
};

// Every phone on a thread of its own, until all have ended or a signal comes. The first error, if
// any.
Status run_jobs(const std::vector<Job>& jobs, const Options& options,
                const std::shared_ptr<const intel::Content>& content, Printer& printer) {
  const SystemClock clock;
  SystemRandom random;
  const sigset_t signals = stop_signals();
  std::stop_source stopping;
  std::atomic<std::size_t> running = jobs.size();
  std::mutex mutex;
  Status first;
  std::vector<std::jthread> threads;
  for (const Job& job : jobs) {
    threads.emplace_back([&, stop = stopping.get_token()] {
      const agent::Teller tell = [&](std::string_view event, const json::object& detail) {
        printer.tell(job.phone.id, event, detail);
      };
      const Status status = agent::run_phone(
          job.phone, job.run,
          {.clock = clock,
           .scan_app = agent::scan_beside(job.phone.scenario_file, options.files, content),
           .tell = tell,
           .speed = options.speed},
          random, content, stop);
      if (!status.ok()) {
        const std::lock_guard lock(mutex);
        if (first.ok()) {
          first = jobs.size() == 1 ? status.error() : status.error().within(job.phone.id);
        }
        printer.tell(job.phone.id, "failed", {{"reason", status.error().message}});
      } else {
        printer.tell(job.phone.id, "finished", {});
      }
      --running;
    });
  }
  const timespec look{0, 100'000'000};
  while (running != 0) {
    if (sigtimedwait(&signals, nullptr, &look) > 0) break;
  }
  stopping.request_stop();
  threads.clear();
  return first;
}

Result<std::vector<Job>> make_jobs(const Options& options, std::ostream& err) {
  std::vector<Job> jobs;
  if (!options.scenario.empty()) {
    BARTIZAN_ASSIGN(agent::FleetPhone phone, agent::load_phone(options.scenario));
    BARTIZAN_TRY(agent::check_files(phone, options.files));
    BARTIZAN_ASSIGN(const std::string server, server_of(options));
    BARTIZAN_ASSIGN(const agent::EnrolmentAddress address, address_of(server, options));
    jobs.push_back({std::move(phone),
                    {.folder = options.data,
                     .address = address,
                     .once = options.once,
                     .follow = options.follow}});
    return jobs;
  }
  BARTIZAN_ASSIGN(std::vector<agent::FleetPhone> phones, agent::load_fleet(options.fleet));
  std::map<std::string, std::string> enrolments;
  if (!options.enrolments.empty()) {
    BARTIZAN_ASSIGN(enrolments, agent::load_enrolments(options.enrolments));
  }
  for (agent::FleetPhone& phone : phones) {
    const std::filesystem::path folder = std::filesystem::path(options.data) / phone.id;
    BARTIZAN_ASSIGN(const agent::EnrolmentAddress address,
                    address_of(enrolments[phone.id], options));
    if (address.token.empty() && !agent::load_identity(folder).ok()) {
      err << "bartizan agent: " << phone.id << " is not enrolled and has no enrolment address\n";
      continue;
    }
    BARTIZAN_TRY(agent::check_files(phone, options.files));
    jobs.push_back(
        {std::move(phone),
         {.folder = folder, .address = address, .once = options.once, .follow = options.follow}});
  }
  return jobs;
}

Status run(const Options& options, std::ostream& out, std::ostream& err) {
  if (options.list) {
    if (options.fleet.empty()) return usage("--list is for a --fleet");
    BARTIZAN_ASSIGN(const auto phones, agent::load_fleet(options.fleet));
    list_phones(phones, options, out);
    return {};
  }
  BARTIZAN_ASSIGN(const std::vector<Job> jobs, make_jobs(options, err));
  BARTIZAN_ASSIGN(const std::filesystem::path location, find_content(options.content));
  BARTIZAN_ASSIGN(const auto content, intel::Content::load(location));
  // Before any thread is made, so that the signals wait for this one.
  const sigset_t signals = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Printer printer(out, options.json);
  return run_jobs(jobs, options, content, printer);
}

}  // namespace

int run_agent(std::span<const std::string> args, std::ostream& out, std::ostream& err) {
  const auto options = parse_options(args);
  Status status = options.ok() ? Status() : options.error();
  if (options.ok() && options->help) {
    out << kHelp;
    return 0;
  }
  if (status.ok()) status = run(*options, out, err);
  if (status.ok()) return 0;
  err << "bartizan agent: " << status.error().message << "\n";
  return kError;
}

}  // namespace bartizan::cli
