#include "cli/scan_command.h"

#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "cli/content_location.h"
#include "detect/app/configuration_profile.h"
#include "detect/app/judged_app.h"
#include "detect/app/judged_profile.h"
#include "detect/app/report_json.h"
#include "detect/app/report_text.h"
#include "detect/app/scan.h"
#include "yara/compile.h"

namespace bartizan::cli {
namespace {

constexpr std::string_view kHelp =
    R"(usage: bartizan scan app [--json] [--sdk LEVEL] [--installer PACKAGE] [--tlsh] [--yara DIR] [--content DIR] FILE...
       bartizan scan profile [--json] [--content DIR] FILE...

Reads app packages of Android (APK) and iOS (IPA), or configuration profiles of iOS
(.mobileconfig), and says what is wrong with them. What a file is, its content decides.

  --json               one JSON object a line for each file (docs/cli.md)
  --sdk LEVEL          judge the signature for phones of this API level alone, 28 for Android 9; without
                       it for all from the app's minimum on
  --installer PACKAGE  the package that installed the app, "" for none; without it nothing is said
                       about where the app came from
  --tlsh               the TLSH digest of the app's code, to find apps that are nearly the same; takes time
  --yara DIR           YARA rules of your own (*.yar, *.yara) to look for in the app's files, in the
                       place of those in the content's folder yara
  --content DIR        threats, rules and indicators; default: those that came with the program

Exit status: 0 nothing found, 1 a threat found, 2 an error.

Examples:
  bartizan scan app suspicious.apk
  bartizan scan app --json downloads/*.apk | jq 'select(.verdict != "clean") | .package'
  bartizan scan app --yara ./rules suspicious.apk
  bartizan scan app --installer com.android.vending store.apk
  bartizan scan profile settings.mobileconfig
)";

constexpr int kNothingFound = 0;
constexpr int kThreatFound = 1;
constexpr int kError = 2;

struct Options {
  bool json = false;
  bool help = false;
  std::optional<std::string> installer;
  detect::ScanOptions scan;
  std::optional<std::filesystem::path> yara;
  std::string content;
  std::vector<std::string> files;
};

// API levels, up to what a signature can speak of.
Result<std::uint32_t> parse_level(const std::string& text) {
  std::uint32_t level = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, level);
  if (error != std::errc() || end != last || level == 0 || level > INT32_MAX)
    return Error{ErrorCode::kInvalid, "--sdk needs an API level, such as 28"};
  return level;
}

// Options with a value.
Status set_option(Options& out, const std::string& name, const std::string& value) {
  if (name == "--installer") out.installer = value;
  if (name == "--content") out.content = value;
  if (name == "--yara") out.yara = value;
  if (name == "--sdk") {
    BARTIZAN_ASSIGN(out.scan.sdk, parse_level(value));
  }
  return {};
}

bool takes_value(std::string_view option) {
  return option == "--installer" || option == "--content" || option == "--sdk" ||
         option == "--yara";
}

Result<Options> parse_options(std::span<const std::string> args) {
  Options out;
  bool only_files = false;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string& arg = args[i];
    if (only_files || !arg.starts_with('-')) {
      out.files.push_back(arg);
    } else if (arg == "--") {
      only_files = true;
    } else if (arg == "--json") {
      out.json = true;
    } else if (arg == "--tlsh") {
      out.scan.tlsh = true;
    } else if (arg == "--help" || arg == "-h") {
      out.help = true;
    } else if (takes_value(arg)) {
      if (++i == args.size()) return Error{ErrorCode::kInvalid, arg + " needs a value"};
      BARTIZAN_TRY(set_option(out, arg, args[i]));
    } else {
      return Error{ErrorCode::kInvalid, "unknown option " + arg};
    }
  }
  if (out.files.empty() && !out.help) return Error{ErrorCode::kInvalid, "no file given"};
  return out;
}

// A file of either kind, as it is printed.
struct Scanned {
  json::object object;  // without the path
  std::string text;
  bool threat = false;
};

Result<Scanned> scan_file(const std::string& path, const Options& options,
                          const detect::Context& context) {
  BARTIZAN_ASSIGN(const MappedFile file, MappedFile::open(path));
  if (detect::looks_like_configuration_profile(file.bytes())) {
    Result<detect::ConfigurationProfile> profile = detect::read_configuration_profile(file.bytes());
    if (!profile.ok()) return profile.error().within(path);
    const detect::JudgedProfile judged = detect::judge_profile(std::move(profile).value(), context);
    return Scanned{.object = detect::profile_json(judged),
                   .text = detect::profile_text(judged),
                   .threat = !judged.findings.empty()};
  }
  Result<detect::AppReport> report = detect::scan_app(file.bytes(), context.content, options.scan);
  if (!report.ok()) return report.error().within(path);
  const detect::JudgedApp app =
      detect::judge_app(std::move(report).value(), options.installer, context);
  return Scanned{.object = detect::report_json(app),
                 .text = detect::report_text(app),
                 .threat = !app.findings.empty()};
}

json::object error_json(const std::string& path, const Error& error) {
  return {{"path", parse::printable(path, 4096)},
          {"verdict", "error"},
          {"error", parse::printable(error.message, 8192)}};
}

int scan_files(const Options& options, std::ostream& out, std::ostream& err) {
  const Result<std::filesystem::path> folder = find_content(options.content);
  if (!folder.ok()) {
    err << "bartizan scan: " << folder.error().message << "\n";
    return kError;
  }
  const auto content =
      intel::Content::load(*folder, {.compile_yara = yara::compile, .yara_folder = options.yara});
  if (!content.ok()) {
    err << "bartizan scan: " << content.error().message << "\n";
    return kError;
  }
  bool failed = false;
  bool found = false;
  for (const std::string& path : options.files) {
    const Result<Scanned> scanned =
        scan_file(path, options, {.content = **content, .evaluated_at = SystemClock().now()});
    if (!scanned.ok()) {
      failed = true;
      if (options.json) {
        out << json::serialize(error_json(path, scanned.error())) << "\n";
      } else {
        err << "bartizan scan: " << scanned.error().message << "\n";
      }
      continue;
    }
    found |= scanned->threat;
    if (options.json) {
      json::object object{{"path", parse::printable(path, 4096)}};
      for (const json::key_value_pair& member : scanned->object) object.insert(member);
      out << json::serialize(object) << "\n";
    } else {
      out << parse::printable(path, 4096) << ": " << scanned->text;
    }
  }
  if (failed) return kError;
  return found ? kThreatFound : kNothingFound;
}

}  // namespace

int run_scan(std::span<const std::string> args, std::ostream& out, std::ostream& err) {
  const bool asks_help =
      !args.empty() && (args[0] == "--help" || args[0] == "-h" || args[0] == "help");
  if (asks_help) {
    out << kHelp;
    return kNothingFound;
  }
  if (args.empty() || (args[0] != "app" && args[0] != "profile")) {
    err << "bartizan scan: what to scan? \"app\" or \"profile\"; see bartizan scan --help\n";
    return kError;
  }
  const Result<Options> options = parse_options(args.subspan(1));
  if (!options.ok()) {
    err << "bartizan scan " << args[0] << ": " << options.error().message
        << "; see bartizan scan --help\n";
    return kError;
  }
  if (options->help) {
    out << kHelp;
    return kNothingFound;
  }
  return scan_files(*options, out, err);
}

}  // namespace bartizan::cli
