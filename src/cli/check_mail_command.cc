#include "cli/check_mail_command.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/time.h"
#include "cli/content_location.h"
#include "detect/link/mail.h"
#include "detect/link/mail_signs.h"
#include "mail/mbox.h"
#include "mail/reader.h"
#include "parse/anomaly.h"
#include "sandbox/job.h"

namespace bartizan::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHelp =
    R"(usage: bartizan check mail [--json] [--auth-server NAME] [--content DIR] FILE...
       bartizan check mail --batch DIR [--json] [--auth-server NAME] [--content DIR]

Judges mails (.eml, or an mbox of several): who vouches for the sender and whom its name imitates, where
the links lead, what is attached, what the text presses for. Nothing is looked up, expanded or fetched.
Each file is opened in a process of its own without files, sockets and other processes.

  --batch DIR         every file in DIR and below, in the order of their names
  --json              one JSON object a line for each mail (docs/cli.md)
  --auth-server NAME  believe Authentication-Results by this server alone; without it those on top
  --content DIR       the content pack (default: BARTIZAN_CONTENT, or content beside the program)

Examples:
  bartizan check mail suspicious.eml
  bartizan check mail --batch quarantine --json | jq 'select(.verdict != "allow") | .path'

Exit status: 0 nothing found, 1 a mail warns or blocks, 2 an error.
)";

struct Options {
  bool json = false;
  bool help = false;
  std::string batch;
  std::string content;
  mail::ReadOptions read;
  std::vector<std::string> files;
};

Result<Options> parse_options(std::span<const std::string> args) {
  Options out;
  bool only_files = false;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string& word = args[i];
    const bool valued = word == "--batch" || word == "--content" || word == "--auth-server";
    if (only_files || !word.starts_with('-')) {
      out.files.push_back(word);
    } else if (word == "--") {
      only_files = true;
    } else if (word == "--json") {
      out.json = true;
    } else if (word == "--help" || word == "-h") {
      out.help = true;
    } else if (valued && i + 1 < args.size()) {
      std::string& value = word == "--batch"     ? out.batch
                           : word == "--content" ? out.content
                                                 : out.read.authentication_server;
      value = args[++i];
    } else {
      return Error{ErrorCode::kInvalid,
                   valued ? word + " needs a value" : "unknown option " + word};
    }
  }
  if (!out.help && out.files.empty() && out.batch.empty())
    return Error{ErrorCode::kInvalid, "no file is given"};
  return out;
}

Status add_folder(const std::string& folder, std::vector<std::string>& files) {
  std::error_code error;
  std::vector<std::string> found;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->is_regular_file(error)) found.push_back(entry->path().string());
  }
  if (error) return Error{ErrorCode::kNotFound, folder + ": " + error.message()};
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
  return {};
}

json::object judge_one(Bytes bytes, const Options& options, const intel::Content& content) {
  const Result<detect::MailFacts> facts = mail::read_mail(bytes, options.read);
  if (!facts.ok()) return {{"verdict", "error"}, {"error", facts.error().message}};
  return detect::to_json(detect::judge_mail(*facts, content, SystemClock().now()), *facts);
}

// One line for each mail of the file; this is what runs locked in.
std::string judge_file(Bytes bytes, const Options& options, const intel::Content& content) {
  std::string out;
  if (!mail::looks_like_mbox(bytes))
    return json::serialize(judge_one(bytes, options, content)) + "\n";
  const mail::MboxMails mbox = mail::split_mbox(bytes);
  for (std::size_t i = 0; i < mbox.mails.size(); ++i) {
    json::object object = judge_one(mbox.mails[i], options, content);
    object["message"] = i + 1;
    if (mbox.truncated) object["truncated"] = true;
    out += json::serialize(object) + "\n";
  }
  return out;
}

json::object failure(const std::string& reason) {
  return {{"verdict", "error"}, {"error", parse::printable(reason, 1024)}};
}

// The mails of one file, judged by a process that may die of them.
std::vector<json::object> check_file(const std::string& path, const Options& options,
                                     const intel::Content& content) {
  const Result<MappedFile> file = MappedFile::open(path);
  if (!file.ok()) return {failure(file.error().message)};
  sandbox::ForkedJob job{.work = [&] { return judge_file(file->bytes(), options, content); }};
  job.limits.memory_bytes += 2 * file->bytes().size();
  const Result<sandbox::JobResult> done = sandbox::run_forked(job);
  if (!done.ok()) return {failure(done.error().message)};
  if (done->end != sandbox::JobEnd::kAnswered)
    return {failure("reading it ended its process: " + std::string(to_string(done->end)))};
  std::vector<json::object> out;
  std::string_view lines = done->output;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    Result<json::object> object = parse_json_object(lines.substr(0, end));
    out.push_back(object.ok() ? std::move(object).value() : failure("no answer"));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  if (out.empty()) out.push_back(failure("no mail in it"));
  return out;
}

void print_text(const std::string& path, const json::object& object, std::ostream& out) {
  const auto text = [](const json::object& from, std::string_view key) {
    return std::string(get_string(from, key).value_or(""));
  };
  out << text(object, "verdict") << '\t' << path;
  if (const auto number = get_int(object, "message")) out << " (message " << *number << ")";
  if (const auto score = get_int(object, "score"))
    out << "\tscore " << *score << " of " << detect::kMailWarnScore;
  out << '\n';
  if (const auto error = get_string(object, "error")) out << '\t' << *error << '\n';
  const json::array* reasons = get_array(object, "reasons");
  if (reasons == nullptr || text(object, "verdict") == "allow") return;
  for (const json::value& value : *reasons) {
    const json::object& reason = value.as_object();
    const std::int64_t points = get_int(reason, "points").value_or(0);
    const std::string seen = text(reason, "value");
    out << '\t' << (points > 0 ? "+" : "") << points << '\t' << text(reason, "text")
        << (seen.empty() ? "" : " [" + seen + "]") << '\n';
  }
}

int check_files(const Options& options, const intel::Content& content, std::ostream& out) {
  bool failed = false;
  bool found = false;
  for (const std::string& path : options.files) {
    const std::string shown = parse::printable(path, 4096);
    for (const json::object& judged : check_file(path, options, content)) {
      const std::string_view verdict = get_string(judged, "verdict").value_or("error");
      failed |= verdict == "error";
      found |= verdict == "warn" || verdict == "block";
      if (!options.json) {
        print_text(shown, judged, out);
        continue;
      }
      json::object object{{"path", shown}};
      for (const json::key_value_pair& member : judged) object.insert(member);
      out << json::serialize(object) << '\n';
    }
  }
  return failed ? 2 : found ? 1 : 0;
}

}  // namespace

int run_check_mail(std::span<const std::string> args, std::ostream& out, std::ostream& err) {
  Result<Options> options = parse_options(args);
  if (options.ok() && options->help) {
    out << kHelp;
    return 0;
  }
  const Status listed = options.ok() && !options->batch.empty()
                            ? add_folder(options->batch, options->files)
                            : Status();
  if (!options.ok() || !listed.ok()) {
    err << "bartizan check mail: " << (options.ok() ? listed.error() : options.error()).message
        << "; see bartizan check mail --help\n";
    return 2;
  }
  const auto folder = find_content(options->content);
  const auto content = folder.ok() ? intel::Content::load(*folder) : folder.error();
  if (!content.ok()) {
    err << "bartizan check mail: " << content.error().message << '\n';
    return 2;
  }
  mail::prepare_to_read();
  return check_files(*options, **content, out);
}

}  // namespace bartizan::cli
