#include "cli/check_command.h"

#include <iostream>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "cli/check_mail_command.h"
#include "cli/check_message_command.h"
#include "cli/content_location.h"
#include "cli/line_reader.h"
#include "detect/link/check.h"
#include "parse/anomaly.h"
#include "parse/url/url.h"

namespace bartizan::cli {
namespace {

constexpr std::string_view kHelp =
    "bartizan check link [--json] [--batch] [--content DIR] URL...|-\n"
    "bartizan check mail --help and bartizan check message --help tell how those are judged.\n"
    "\n"
    "Judges addresses offline: known bad ones, imitated brands, tricks of writing. Nothing is "
    "looked\n"
    "up, expanded or fetched. \"-\" reads one address a line from standard input, as does "
    "--batch.\n"
    "\n"
    "  --json         one JSON object a line for each address\n"
    "  --batch        judge every line of standard input, in bounded memory, as they come\n"
    "  --content DIR  the content pack (default: BARTIZAN_CONTENT, or content beside the program)\n"
    "\n"
    "Examples:\n"
    "  bartizan check link https://xn--pypal-4ve.com/login\n"
    "  bartizan check link --batch --json < links.txt\n"
    "\n"
    "Exit status: 0 nothing found, 1 a threat found, 2 nothing could be judged.\n";

struct Options {
  bool json = false;
  bool help = false;
  bool standard_input = false;
  std::string content;
  std::vector<std::string> links;
};

Result<Options> parse_options(std::span<const std::string> args) {
  Options options;
  if (!args.empty() && (args[0] == "--help" || args[0] == "-h")) {
    options.help = true;
    return options;
  }
  if (args.empty() || args[0] != "link")
    return Error{ErrorCode::kInvalid, "what to check is missing: bartizan check link URL..."};
  bool only_links = false;
  for (std::size_t i = 1; i < args.size(); ++i) {
    const std::string& word = args[i];
    if (only_links || !word.starts_with('-')) {
      options.links.push_back(word);
    } else if (word == "--") {
      only_links = true;
    } else if (word == "-" || word == "--batch") {
      options.standard_input = true;
    } else if (word == "--json") {
      options.json = true;
    } else if (word == "--help" || word == "-h") {
      options.help = true;
    } else if (word == "--content" && i + 1 < args.size()) {
      options.content = args[++i];
    } else {
      return Error{ErrorCode::kInvalid, "unknown option " + word};
    }
  }
  if (!options.help && options.links.empty() && !options.standard_input)
    return Error{ErrorCode::kInvalid, "no address is given"};
  return options;
}

constexpr std::size_t kMaxShownBytes = 8192;

void print_text(const detect::CheckedLink& checked, std::ostream& out) {
  out << detect::to_string(checked.verdict) << '\t'
      << parse::printable(checked.text, kMaxShownBytes) << '\n';
  if (!checked.address) out << "\t" << checked.error << '\n';
  for (const Finding& finding : checked.findings) {
    out << '\t' << finding.threat << " (" << to_string(finding.severity) << ", confidence "
        << finding.confidence << "): " << parse::printable(finding.summary, kMaxShownBytes) << '\n';
  }
}

}  // namespace

int run_check(std::span<const std::string> args, std::ostream& out, std::ostream& err) {
  std::ios::sync_with_stdio(false);  // a list is read by blocks, not by single characters
  return run_check(args, std::cin, out, err);
}

int run_check(std::span<const std::string> args, std::istream& in, std::ostream& out,
              std::ostream& err) {
  if (!args.empty() && args[0] == "mail") return run_check_mail(args.subspan(1), out, err);
  if (!args.empty() && args[0] == "message")
    return run_check_message(args.subspan(1), in, out, err);
  const Result<Options> options = parse_options(args);
  if (!options.ok()) {
    err << "bartizan check: " << options.error().message << '\n';
    return 2;
  }
  if (options->help) {
    out << kHelp;
    return 0;
  }
  const auto folder = find_content(options->content);
  const auto content = folder.ok() ? intel::Content::load(*folder) : folder.error();
  if (!content.ok()) {
    err << "bartizan check: " << content.error().message << '\n';
    return 2;
  }
  bool found = false;
  bool judged = false;
  bool given = false;
  const auto check_one = [&](const std::string& text) {
    const detect::CheckedLink checked = detect::check_link(text, **content, SystemClock().now());
    given = true;
    judged |= checked.address.has_value();
    found |= !checked.findings.empty();
    if (options->json) {
      out << json::serialize(detect::to_json(checked)) << '\n';
    } else {
      print_text(checked, out);
    }
  };
  for (const std::string& link : options->links) check_one(link);
  if (options->standard_input) {
    LineReader lines(in, parse::kMaxUrlBytes + 1);  // one byte more than any address may have
    for (std::string line; out.good() && lines.next(line);) {
      if (line.find_first_not_of(" \t") != std::string::npos) check_one(line);
      if (lines.would_wait()) out.flush();
    }
  }
  if (!given) err << "bartizan check: no address on standard input\n";
  return found ? 1 : judged ? 0 : 2;
}

}  // namespace bartizan::cli
