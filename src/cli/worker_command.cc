#include "cli/worker_command.h"

#include <unistd.h>

#include <cerrno>
#include <new>
#include <optional>
#include <string_view>

#include "base/crypto.h"
#include "base/file.h"
#include "detect/app/judged_app.h"
#include "detect/app/report_json.h"
#include "detect/app/scan.h"
#include "sandbox/enter.h"
#include "server/app_scans.h"
#include "yara/compile.h"

namespace bartizan::cli {
namespace {

constexpr std::string_view kHelp =
    R"(usage: bartizan worker scan-app --content DIR [--installer PACKAGE] < FILE

Judges one app package from standard input, after giving up files, sockets and everything else but
memory. The server starts it for each upload; people want bartizan scan app.

Exit status: 0 judged, 2 wrong usage, 3 the process could not be locked in, 4 not an app package,
5 out of memory.

Examples:
  bartizan worker scan-app --content content < suspicious.apk
)";

struct Options {
  std::string content;
  std::optional<std::string> installer;
};

std::optional<Options> parse_options(std::span<const std::string> args) {
  if (args.empty() || args[0] != "scan-app") return std::nullopt;
  Options out;
  for (std::size_t i = 1; i + 1 < args.size(); i += 2) {
    if (args[i] == "--content") {
      out.content = args[i + 1];
    } else if (args[i] == "--installer") {
      out.installer = args[i + 1];
    } else {
      return std::nullopt;
    }
  }
  if (args.size() % 2 == 0 || out.content.empty()) return std::nullopt;
  return out;
}

// Streams would open locales and flush at exit; this is one system call that the sandbox has.
void say(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

int judge(Bytes file, const Options& options, const intel::Content& content) {
  Result<detect::AppReport> report = detect::scan_app(file, content, {.tlsh = true});
  if (!report.ok()) {
    say(json::serialize(json::object{{"error", report.error().message}}));
    return server::kWorkerNotAnApp;
  }
  const detect::JudgedApp app =
      detect::judge_app(std::move(report).value(), options.installer,
                        {.content = content, .evaluated_at = SystemClock().now()});
  say(json::serialize(detect::report_json(app)));
  return 0;
}

}  // namespace

int run_worker(std::span<const std::string> args, std::ostream& out, std::ostream& err) {
  if (!args.empty() && (args[0] == "--help" || args[0] == "-h" || args[0] == "help")) {
    out << kHelp;
    return 0;
  }
  const std::optional<Options> options = parse_options(args);
  if (!options) {
    err << "bartizan worker: see bartizan worker --help\n";
    return 2;
  }
  const auto content = intel::Content::load(options->content, {.compile_yara = yara::compile});
  const auto file = MappedFile::of(STDIN_FILENO, "standard input");
  if (!content.ok() || !file.ok()) {
    err << "bartizan worker: " << (content.ok() ? file.error() : content.error()).message << "\n";
    return server::kWorkerNotReady;
  }
  (void)sha256_hex({});  // the library reads its configuration at its first use
  sandbox::Limits limits;
  limits.memory_bytes += file->bytes().size();
  const Status entered = sandbox::enter(limits);
  if (!entered.ok() && entered.error().code != ErrorCode::kUnsupported) {
    err << "bartizan worker: " << entered.error().message << "\n";
    return server::kWorkerNotReady;
  }
  try {
    return judge(file->bytes(), *options, **content);
  } catch (const std::bad_alloc&) {
    return server::kWorkerOutOfMemory;
  }
}

}  // namespace bartizan::cli
