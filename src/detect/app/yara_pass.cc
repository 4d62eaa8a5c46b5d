#include "detect/app/yara_pass.h"

#include <algorithm>

#include "parse/zip/parser.h"

namespace bartizan::detect {
namespace {

bool is_word(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
}

}  // namespace

Severity severity_of(const std::vector<intel::YaraMeta>& meta) {
  for (const intel::YaraMeta& item : meta) {
    const auto* text = std::get_if<std::string>(&item.value);
    if (item.name != "severity" || text == nullptr) continue;
    if (is_word(*text, "low")) return Severity::kLow;
    if (is_word(*text, "high")) return Severity::kHigh;
  }
  return Severity::kMedium;
}

YaraPass::YaraPass(const intel::Content& content, const intel::YaraLimits& limits,
                   AppReport& report)
    : report_(report) {
  if (content.yara_rules() == nullptr) return;
  scan_ = content.yara_rules()->begin(limits);
  report_.yara.emplace();
}

void YaraPass::look_at(std::string_view path, Bytes bytes) {
  if (!wants_more()) return;
  intel::YaraResult result = scan_->scan(bytes);
  for (intel::YaraMatch& match : result.matches) add(std::move(match), path);
  take_end(result, path);
}

void YaraPass::look_at_rest(const parse::ZipArchive& archive, const std::string& prefix,
                            const std::vector<const parse::ZipEntry*>& entries) {
  for (const parse::ZipEntry* entry : entries) {
    if (!wants_more()) return;
    const std::string path = prefix + entry->name;
    if (rest_left_ == 0) return note("yara.limit", path, "too many bytes in all");
    // What is odd about the entry is not said: a report would depend on there being rules.
    const parse::ZipContent content =
        parse::read_zip_entry(archive, *entry, std::min(rest_left_, kMaxYaraEntryBytes));
    rest_left_ -= std::min(rest_left_, std::max<std::size_t>(content.bytes.size(), 1));
    if (content.truncated) {
      note("yara.limit", path, "not read whole");
    } else {
      look_at(path, content.bytes);
    }
  }
}

void YaraPass::finish() {
  if (!report_.yara) return;
  const bool unread =
      std::any_of(report_.anomalies.begin(), report_.anomalies.end(),
                  [](const parse::Anomaly& anomaly) { return anomaly.id == "nested.limit"; });
  if (report_.truncated || unread) report_.yara->complete = false;
}

void YaraPass::note(std::string_view id, std::string_view path, std::string_view detail) {
  parse::note_anomaly(report_.anomalies, id, path, detail);
  report_.yara->complete = false;
}

void YaraPass::take_end(const intel::YaraResult& result, std::string_view path) {
  switch (result.end) {
    case intel::YaraEnd::kWhole:
      return;
    case intel::YaraEnd::kOutOfTime:
      scan_.reset();
      return note("yara.out_of_time", path, "the rules took too long; this and the rest is unseen");
    case intel::YaraEnd::kOutOfMemory:
      return note("yara.out_of_memory", path, "the rules took too much memory");
    case intel::YaraEnd::kTooManyMatches:
      return note("yara.too_many_matches", path, "a string of a rule matches too often");
    case intel::YaraEnd::kFailed:
      return note("yara.failed", path, result.detail);
  }
}

void YaraPass::add(intel::YaraMatch match, std::string_view path) {
  std::vector<YaraRuleMatch>& matches = report_.yara->matches;
  auto found = std::find_if(matches.begin(), matches.end(), [&](const YaraRuleMatch& known) {
    return known.rule == match.rule && known.file == match.file;
  });
  if (found == matches.end()) {
    if (matches.size() == kMaxYaraRules)
      return note("yara.limit", path, "more rules match than are kept");
    matches.push_back({.rule = std::move(match.rule),
                       .file = std::move(match.file),
                       .tags = std::move(match.tags),
                       .meta = std::move(match.meta)});
    found = std::prev(matches.end());
    found->severity = severity_of(found->meta);
  }
  ++found->entries;
  if (found->places.size() < kMaxYaraPlaces)
    found->places.push_back({.entry = std::string(path), .strings = std::move(match.strings)});
}

}  // namespace bartizan::detect
