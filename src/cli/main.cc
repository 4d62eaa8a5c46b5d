// The program: a table of commands, one line each.
#include <array>
#include <exception>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/admin_command.h"
#include "cli/agent_command.h"
#include "cli/backup_command.h"
#include "cli/check_command.h"
#include "cli/explain_command.h"
#include "cli/model_command.h"
#include "cli/scan_command.h"
#include "cli/serve_command.h"
#include "cli/worker_command.h"
#include "detect/detector.h"

namespace bartizan::cli {
namespace {

struct Command {
  std::string_view name;
  std::string_view help;
  int (*run)(std::span<const std::string> args, std::ostream& out, std::ostream& err);
};

constexpr std::array kCommands = std::to_array<Command>({
    {"scan", "judge Android packages", run_scan},
    {"check", "judge links and mails", run_check},
    {"explain", "say what a threat is, how it is detected and what ends it", run_explain},
    {"model", "measure the classifier of apps on labelled data", run_model},
    {"serve", "run the server", run_serve},
    {"agent", "play simulated phones against a server", run_agent},
    {"admin", "accounts and enrolment, from the server's machine", run_admin},
    {"backup", "copy an installation into one file", run_backup},
    {"restore", "make an installation out of a backup", run_restore},
    {"worker", "judge one hostile file, locked in; started by the server", run_worker},
});

constexpr int kError = 2;

void print_help(std::ostream& out) {
  out << "usage: bartizan COMMAND [ARGUMENTS]\n\n"
         "Finds threats to an organisation's phones, decides by policy what to do, and does "
         "it.\n\n";
  for (const Command& command : kCommands) {
    out << "  " << command.name << std::string(10 - command.name.size(), ' ') << command.help
        << "\n";
  }
  out << "\nbartizan COMMAND --help tells more, with examples.\n\n"
         "Examples:\n"
         "  bartizan scan app suspicious.apk\n"
         "  bartizan check link https://example.com/\n"
         "  bartizan explain device.rooted\n"
         "  bartizan serve --data /var/lib/bartizan --listen 127.0.0.1:8443\n\n"
         "Exit status: 0 nothing found, 1 a threat found, 2 an error.\n";
}

int run(const std::vector<std::string>& args) {
  if (args.empty()) {
    print_help(std::cerr);
    return kError;
  }
  if (args[0] == "--help" || args[0] == "-h" || args[0] == "help") {
    print_help(std::cout);
    return 0;
  }
  if (args[0] == "--version") {
    std::cout << "bartizan " << detect::kEngineVersion << "\n";
    return 0;
  }
  for (const Command& command : kCommands) {
    if (command.name == args[0])
      return command.run(std::span(args).subspan(1), std::cout, std::cerr);
  }
  std::cerr << "bartizan: unknown command '" << args[0] << "'; see bartizan --help\n";
  return kError;
}

}  // namespace
}  // namespace bartizan::cli

int main(int argc, char** argv) {
  try {
    const int status = bartizan::cli::run({argv + 1, argv + argc});
    // On a full disk half an answer must not pass for the whole.
    if (std::cout.flush()) return status;
    std::cerr << "bartizan: standard output cannot be written\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "bartizan: " << error.what() << "\n";
    return 2;
  }
}
