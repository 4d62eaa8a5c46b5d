#include "cli/check_message_command.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "base/file.h"
#include "base/json.h"
#include "base/time.h"
#include "cli/content_location.h"
#include "cli/line_reader.h"
#include "detect/link/text_message.h"
#include "parse/anomaly.h"

namespace bartizan::cli {
namespace {

constexpr std::string_view kHelp =
    R"(usage: bartizan check message [--json] [--sender NAME] [--content DIR] FILE|-
       bartizan check message --batch [--json] [--content DIR]

Judges a text message, SMS or chat: where its links lead, whom it speaks for, what it asks for. Nothing
is looked up, expanded or fetched, and nothing is kept.

  --batch         every line of standard input is a message of its own
  --sender NAME   the name, number or short code that the phone shows
  --json          one JSON object a line for each message (docs/cli.md)
  --content DIR   the content pack (default: BARTIZAN_CONTENT, or content beside the program)

Examples:
  bartizan check message --sender DHL message.txt
  bartizan check message --batch --json < messages.txt | jq .verdict

Exit status: 0 nothing found, 1 a message warns or blocks, 2 an error.
)";

constexpr std::size_t kMaxFile = 10 << 20;

struct Options {
  bool json = false;
  bool help = false;
  bool batch = false;
  std::string sender;
  std::string content;
  std::string file;
};

Result<Options> parse_options(std::span<const std::string> args) {
  Options out;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string& word = args[i];
    if (word == "--json") {
      out.json = true;
    } else if (word == "--batch") {
      out.batch = true;
    } else if (word == "--help" || word == "-h") {
      out.help = true;
    } else if ((word == "--sender" || word == "--content") && i + 1 < args.size()) {
      (word == "--sender" ? out.sender : out.content) = args[++i];
    } else if (word.starts_with('-') && word != "-") {
      return Error{ErrorCode::kInvalid, "unknown option " + word + ", or its value is missing"};
    } else if (!out.file.empty()) {
      return Error{ErrorCode::kInvalid, "one file is one message; --batch takes many"};
    } else {
      out.file = word;
    }
  }
  if (!out.help && out.batch == !out.file.empty())
    return Error{ErrorCode::kInvalid, "either a file or --batch is wanted"};
  return out;
}

void print_text(const detect::JudgedMessage& judged, std::ostream& out) {
  out << detect::to_string(judged.verdict) << "\tscore " << judged.score << " of "
      << detect::kMessageWarnScore << '\n';
  if (judged.verdict == detect::LinkVerdict::kAllow) return;
  for (const detect::MailReason& reason : judged.reasons) {
    out << '\t' << (reason.points > 0 ? "+" : "") << reason.points << '\t' << reason.says
        << (reason.value.empty() ? "" : " [" + parse::printable(reason.value, 1024) + "]") << '\n';
  }
}

Result<std::string> read_message(const std::string& file, std::istream& in) {
  if (file != "-") return read_file(file, kMaxFile);
  std::string text;
  for (std::istreambuf_iterator<char> at(in), end; at != end; ++at) {
    if (text.size() == kMaxFile)
      return Error{ErrorCode::kLimit, "a message may have 10 MiB at most"};
    text += *at;
  }
  return text;
}

}  // namespace

int run_check_message(std::span<const std::string> args, std::istream& in, std::ostream& out,
                      std::ostream& err) {
  const Result<Options> options = parse_options(args);
  const auto fail = [&](const Error& error) {
    err << "bartizan check message: " << error.message << '\n';
    return 2;
  };
  if (!options.ok()) return fail(options.error());
  if (options->help) {
    out << kHelp;
    return 0;
  }
  const auto folder = find_content(options->content);
  const auto content = folder.ok() ? intel::Content::load(*folder) : folder.error();
  if (!content.ok()) return fail(content.error());
  bool found = false;
  const auto check = [&](const std::string& text) {
    const detect::JudgedMessage judged = detect::judge_message(
        {.text = text, .sender = options->sender}, **content, SystemClock().now());
    found |= judged.verdict != detect::LinkVerdict::kAllow;
    if (options->json) {
      out << json::serialize(detect::to_json(judged, text)) << '\n';
    } else {
      print_text(judged, out);
    }
  };
  if (!options->batch) {
    const Result<std::string> text = read_message(options->file, in);
    if (!text.ok()) return fail(text.error());
    check(*text);
  } else {
    LineReader lines(in, kMaxFile);
    for (std::string line; out.good() && lines.next(line);) {
      check(line);
      if (lines.would_wait()) out.flush();
    }
  }
  return found ? 1 : 0;
}

}  // namespace bartizan::cli
