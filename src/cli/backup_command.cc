#include "cli/backup_command.h"

#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "cli/flags.h"
#include "server/backup.h"

namespace bartizan::cli {
namespace {

constexpr std::string_view kBackupHelp =
    "bartizan backup --data DIR --out FILE.tar [--json]\n"
    "\n"
    "Copies an installation (store, CA with its key, connectors) into one tar file of mode 0600,\n"
    "also while the server runs. Whoever has the file has the installation: keep it as such.\n"
    "\n"
    "Examples:\n"
    "  bartizan backup --data /var/lib/bartizan --out /backup/bartizan-monday.tar\n"
    "\n"
    "Exit status: 0 done, 2 not done.\n";

constexpr std::string_view kRestoreHelp =
    "bartizan restore --data DIR --from FILE.tar [--json]\n"
    "\n"
    "Makes a data folder out of a backup. DIR must not exist or be empty. Phones go on with the\n"
    "certificates they have; what was sent after the backup they send again if they still hold "
    "it.\n"
    "\n"
    "Examples:\n"
    "  bartizan restore --data /var/lib/bartizan --from /backup/bartizan-monday.tar\n"
    "\n"
    "Exit status: 0 done, 2 not done.\n";

int fail(std::ostream& err, std::string_view command, const Error& error) {
  err << "bartizan " << command << ": " << error.message << "\n";
  return 2;
}

void say(std::ostream& out, bool as_json, std::string_view done, const std::string& path) {
  if (as_json) {
    out << json::serialize(json::object{{"done", done}, {"path", path}}) << "\n";
  } else {
    out << done << ": " << path << "\n";
  }
}

}  // namespace

int run_backup(std::span<const std::string> args, std::ostream& out, std::ostream& err) {
  const auto flags = Flags::parse(args, {"--data", "--out", "--to"}, {"--json"});
  if (!flags) return fail(err, "backup", flags.error());
  if (flags->help()) {
    out << kBackupHelp;
    return 0;
  }
  const auto data = flags->required("--data");
  if (!data) return fail(err, "backup", data.error());
  const auto file = flags->required(flags->value("--to").empty() ? "--out" : "--to");
  if (!file) return fail(err, "backup", file.error());
  const Status done = server::back_up(*data, *file, SystemClock().now());
  if (!done.ok()) return fail(err, "backup", done.error());
  say(out, flags->has("--json"), "backed up", *file);
  return 0;
}

int run_restore(std::span<const std::string> args, std::ostream& out, std::ostream& err) {
  const auto flags = Flags::parse(args, {"--data", "--from"}, {"--json"});
  if (!flags) return fail(err, "restore", flags.error());
  if (flags->help()) {
    out << kRestoreHelp;
    return 0;
  }
  const auto data = flags->required("--data");
  if (!data) return fail(err, "restore", data.error());
  const auto file = flags->required("--from");
  if (!file) return fail(err, "restore", file.error());
  const Status done = server::restore(*file, *data);
  if (!done.ok()) return fail(err, "restore", done.error());
  say(out, flags->has("--json"), "restored", *data);
  return 0;
}

}  // namespace bartizan::cli
