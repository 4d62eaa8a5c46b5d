#include "yara/compile.h"

#include <re2/re2.h>
#include <yara.h>

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>
#include <utility>

#include "parse/anomaly.h"
#include "yara/memory.h"

namespace bartizan::yara {
namespace {

using intel::YaraEnd;

// What a module of libyara may be: one that reads the scanned bytes alone, so that a verdict needs
// no clock, file or report of another program. Of the parsers only those for what phones run.
constexpr std::array<std::string_view, 5> kModules{"dex", "elf", "hash", "macho", "math"};

constexpr std::size_t kMaxOverfullStrings = 16;  // strings with too many matches, then it is over

std::string text_of(const char* text) {
  return parse::printable(text == nullptr ? "" : text, kMaxTextBytes);
}

// libyara keeps its state in the process: it is set up once, by whoever compiles first, and stays.
// Copies of what matched are not wanted: offsets are enough.
bool is_set_up() {
  static const bool done =
      yr_initialize() == ERROR_SUCCESS &&
      yr_set_configuration_uint32(YR_CONFIG_MAX_MATCH_DATA, 0) == ERROR_SUCCESS;
  return done;
}

struct Free {
  void operator()(YR_COMPILER* compiler) const { yr_compiler_destroy(compiler); }
  void operator()(YR_RULES* rules) const { yr_rules_destroy(rules); }
  void operator()(YR_SCANNER* scanner) const { yr_scanner_destroy(scanner); }
};
using Compiler = std::unique_ptr<YR_COMPILER, Free>;
using Rules = std::unique_ptr<YR_RULES, Free>;
using Scanner = std::unique_ptr<YR_SCANNER, Free>;

intel::YaraMeta meta_of(const YR_META& meta) {
  intel::YaraMeta out{.name = text_of(meta.identifier), .value = meta.integer};
  if (meta.type == META_TYPE_STRING) out.value = text_of(meta.string);
  if (meta.type == META_TYPE_BOOLEAN) out.value = meta.integer != 0;
  return out;
}

std::vector<intel::YaraString> strings_of(YR_SCAN_CONTEXT* context, const YR_RULE* rule) {
  std::vector<intel::YaraString> out;
  const YR_STRING* string = nullptr;
  const YR_MATCH* match = nullptr;
  yr_rule_strings_foreach(rule, string) {
    std::size_t of_string = 0;
    yr_string_matches_foreach(context, string, match) {
      if (out.size() == kMaxStrings) return out;
      if (++of_string > kMaxOffsets) break;
      out.push_back({.name = text_of(string->identifier),
                     .offset = static_cast<std::uint64_t>(match->base + match->offset)});
    }
  }
  return out;
}

intel::YaraMatch match_of(YR_SCAN_CONTEXT* context, const YR_RULE* rule) {
  intel::YaraMatch out{.rule = text_of(rule->identifier), .file = text_of(rule->ns->name)};
  const char* tag = nullptr;
  yr_rule_tags_foreach(rule, tag) {
    if (out.tags.size() < kMaxTags) out.tags.push_back(text_of(tag));
  }
  const YR_META* meta = nullptr;
  yr_rule_metas_foreach(rule, meta) {
    if (out.meta.size() < kMaxMeta) out.meta.push_back(meta_of(*meta));
  }
  out.strings = strings_of(context, rule);
  return out;
}

// What one scan tells, while it runs. No exception may pass through libyara.
struct Listener {
  intel::YaraResult result;
  std::size_t overfull_strings = 0;
  std::string refused_module;
};

int hear_match(Listener& listener, YR_SCAN_CONTEXT* context, const YR_RULE* rule) {
  try {
    listener.result.matches.push_back(match_of(context, rule));
    return CALLBACK_CONTINUE;
  } catch (const std::exception&) {
    return CALLBACK_ERROR;
  }
}

int listen(YR_SCAN_CONTEXT* context, int message, void* data, void* user) {
  Listener& listener = *static_cast<Listener*>(user);
  switch (message) {
    case CALLBACK_MSG_RULE_MATCHING:
      return hear_match(listener, context, static_cast<const YR_RULE*>(data));
    case CALLBACK_MSG_TOO_MANY_MATCHES:
      listener.result.end = YaraEnd::kTooManyMatches;
      return ++listener.overfull_strings < kMaxOverfullStrings ? CALLBACK_CONTINUE : CALLBACK_ABORT;
    case CALLBACK_MSG_IMPORT_MODULE: {
      const char* name = static_cast<const YR_MODULE_IMPORT*>(data)->module_name;
      if (std::find(kModules.begin(), kModules.end(), name) != kModules.end())
        return CALLBACK_CONTINUE;
      listener.refused_module = name;
      return CALLBACK_ERROR;
    }
    default:
      return CALLBACK_CONTINUE;
  }
}

// Without the handlers of SIGSEGV and SIGBUS, which are for files that shrink while mapped: the
// sandbox allows no handlers, and a crash has to be seen as one. Strings whose number does not
// matter are looked for once.
constexpr int kFlags =
    SCAN_FLAGS_NO_TRYCATCH | SCAN_FLAGS_FAST_MODE | SCAN_FLAGS_REPORT_RULES_MATCHING;

void set_end(intel::YaraResult& result, int error) {
  switch (error) {
    case ERROR_SUCCESS:
      return;
    case ERROR_SCAN_TIMEOUT:
      result.end = YaraEnd::kOutOfTime;
      return;
    case ERROR_INSUFFICIENT_MEMORY:
      result.end = YaraEnd::kOutOfMemory;
      return;
    case ERROR_TOO_MANY_MATCHES:
      result.end = YaraEnd::kTooManyMatches;
      return;
    default:
      result.end = YaraEnd::kFailed;
      result.detail = "libyara's error " + std::to_string(error);
  }
}

class AppScan : public intel::YaraScan {
 public:
  AppScan(std::shared_ptr<YR_RULES> rules, const intel::YaraLimits& limits)
      : rules_(std::move(rules)), left_(limits.time), memory_bytes_(limits.memory_bytes) {}

  intel::YaraResult scan(Bytes bytes) override {
    Listener listener;
    // libyara counts whole seconds.
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left_).count();
    if (seconds < 1) return {.matches = {}, .end = YaraEnd::kOutOfTime, .detail = {}};
    const auto start = std::chrono::steady_clock::now();
    set_end(listener.result, scan_within(static_cast<int>(seconds), bytes, listener));
    left_ -= std::chrono::steady_clock::now() - start;
    if (listener.result.end == YaraEnd::kOutOfTime) left_ = {};
    return std::move(listener.result);
  }

 private:
  int scan_within(int seconds, Bytes bytes, Listener& listener) const {
    MemoryBudget budget(memory_bytes_);
    const BudgetedMemory budgeted(budget);
    YR_SCANNER* made = nullptr;
    const int failed = yr_scanner_create(rules_.get(), &made);
    const Scanner scanner(made);
    if (failed != ERROR_SUCCESS) return failed;
    yr_scanner_set_flags(made, kFlags);
    yr_scanner_set_timeout(made, seconds);
    yr_scanner_set_callback(made, listen, &listener);
    return yr_scanner_scan_mem(made, bytes.data(), bytes.size());
  }

  const std::shared_ptr<YR_RULES> rules_;
  std::chrono::steady_clock::duration left_;
  const std::size_t memory_bytes_;
};

class CompiledRules : public intel::YaraRules {
 public:
  explicit CompiledRules(Rules rules) : rules_(std::move(rules)) {}
  std::unique_ptr<intel::YaraScan> begin(const intel::YaraLimits& limits) const override {
    return std::make_unique<AppScan>(rules_, limits);
  }

 private:
  const std::shared_ptr<YR_RULES> rules_;  // never written to when compiled
};

Error error_at(const std::string& file, int line, std::string_view what) {
  return {ErrorCode::kInvalid,
          file + ":" + std::to_string(line) + ": " + parse::printable(what, kMaxTextBytes)};
}

// The first error of the file; those after it often follow from it.
struct Complaint {
  int line = 0;  // from 1; 0: none
  std::string message;
};

void complain(int level, const char*, int line, const YR_RULE*, const char* message, void* user) {
  Complaint& complaint = *static_cast<Complaint*>(user);
  if (level != YARA_ERROR_LEVEL_ERROR || complaint.line != 0) return;
  complaint.line = std::max(line, 1);
  try {
    complaint.message = text_of(message);
  } catch (const std::exception&) {
  }
}

// libyara has read on to the next word when it complains of one: the last place up to there of the
// name that the message quotes is the place that is meant.
int line_meant(std::string_view text, const Complaint& complaint) {
  if (complaint.message.starts_with("unterminated")) return std::max(complaint.line - 1, 1);
  std::vector<std::string_view> lines;
  while (static_cast<int>(lines.size()) < complaint.line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const std::size_t quote = complaint.message.find('"');
  const std::size_t end = complaint.message.rfind('"');
  if (quote == std::string::npos || end <= quote + 1) return complaint.line;
  const std::string name = complaint.message.substr(quote + 1, end - quote - 1);
  for (int line = complaint.line; line > 0; --line) {
    if (lines[static_cast<std::size_t>(line) - 1].find(name) != std::string_view::npos) return line;
  }
  return complaint.line;
}

Status add_file(YR_COMPILER* compiler, const intel::NamedText& file) {
  // libyara would take a zero byte for the end and say nothing of the rules behind it.
  if (const std::size_t zero = file.text.find('\0'); zero != std::string::npos) {
    const auto lines = std::count(file.text.begin(), file.text.begin() + zero, '\n');
    return error_at(file.name, static_cast<int>(lines) + 1, "a zero byte: this is no text");
  }
  Complaint complaint;
  yr_compiler_set_callback(compiler, complain, &complaint);
  const int errors = yr_compiler_add_string(compiler, file.text.c_str(), file.name.c_str());
  if (errors != 0 || complaint.line != 0)
    return error_at(file.name, std::max(line_meant(file.text, complaint), 1), complaint.message);
  return {};
}

// Where `module` is imported: at the beginning of a line, or else anywhere, though that may be a
// comment.
Error refused_import(const std::vector<intel::NamedText>& files, const std::string& module) {
  const std::string what = "the module " + module +
                           " is not allowed; dex, elf, hash, macho and math are, which read "
                           "nothing but the scanned bytes";
  const std::string import = "import\\s*\"" + re2::RE2::QuoteMeta(module) + "\"";
  for (const std::string start : {"(?m)^[ \\t]*", ""}) {
    const re2::RE2 pattern(start + import);
    for (const intel::NamedText& file : files) {
      re2::StringPiece found;
      if (!pattern.Match(file.text, 0, file.text.size(), re2::RE2::UNANCHORED, &found, 1)) continue;
      const auto lines = std::count(file.text.data(), found.data(), '\n');
      return error_at(file.name, static_cast<int>(lines) + 1, what);
    }
  }
  return {ErrorCode::kInvalid, "yara: " + what};
}

// libyara tells what rules import only when they run: they do once, over a single byte.
Status check_modules(YR_RULES* rules, const std::vector<intel::NamedText>& files) {
  Listener listener;
  const std::uint8_t byte = 0;
  const int error = yr_rules_scan_mem(rules, &byte, 1, kFlags, listen, &listener, 10);
  if (!listener.refused_module.empty()) return refused_import(files, listener.refused_module);
  if (error == ERROR_SUCCESS) return {};
  return Error{ErrorCode::kInvalid,
               "yara: the rules cannot be run: libyara's error " + std::to_string(error)};
}

}  // namespace

Result<std::shared_ptr<const intel::YaraRules>> compile(
    const std::vector<intel::NamedText>& files) {
  const Error unavailable{ErrorCode::kUnavailable, "yara: libyara cannot be set up"};
  if (!is_set_up()) return unavailable;
  YR_COMPILER* made = nullptr;
  if (yr_compiler_create(&made) != ERROR_SUCCESS) return unavailable;
  const Compiler compiler(made);
  yr_compiler_set_include_callback(made, nullptr, nullptr, nullptr);
  for (const intel::NamedText& file : files) BARTIZAN_TRY(add_file(made, file));
  YR_RULES* compiled = nullptr;
  if (yr_compiler_get_rules(made, &compiled) != ERROR_SUCCESS) return unavailable;
  Rules rules(compiled);
  if (rules->num_rules == 0) return std::shared_ptr<const intel::YaraRules>();
  BARTIZAN_TRY(check_modules(rules.get(), files));
  return std::shared_ptr<const intel::YaraRules>(std::make_shared<CompiledRules>(std::move(rules)));
}

}  // namespace bartizan::yara
