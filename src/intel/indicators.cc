#include "intel/indicators.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>
#include <utility>

#include "base/file.h"

namespace bartizan::intel {
namespace {

constexpr std::array<std::pair<IndicatorKind, std::string_view>, 8> kKinds{{
    {IndicatorKind::kPackage, "package"},
    {IndicatorKind::kSignerSha256, "signer_sha256"},
    {IndicatorKind::kSignerSha1, "signer_sha1"},
    {IndicatorKind::kFileSha256, "file_sha256"},
    {IndicatorKind::kUrl, "url"},
    {IndicatorKind::kHost, "host"},
    {IndicatorKind::kDomain, "domain"},
    {IndicatorKind::kTlsh, "tlsh"},
}};
constexpr std::array<std::pair<IndicatorType, std::string_view>, 5> kTypes{{
    {IndicatorType::kStalkerware, "stalkerware"},
    {IndicatorType::kWatchware, "watchware"},
    {IndicatorType::kSpyware, "spyware"},
    {IndicatorType::kMalware, "malware"},
    {IndicatorType::kPhishing, "phishing"},
}};

template <typename Table, typename Value>
std::string_view spelling(const Table& table, Value value) {
  for (const auto& [candidate, text] : table) {
    if (candidate == value) return text;
  }
  return "";
}

template <typename Table>
auto meaning(const Table& table, std::string_view text)
    -> std::optional<decltype(table.front().first)> {
  for (const auto& [value, candidate] : table) {
    if (candidate == text) return value;
  }
  return std::nullopt;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_hex(std::string_view text, std::size_t size) {
  return text.size() == size &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Why `value` cannot be of `kind`, or nothing.
std::string_view objection(IndicatorKind kind, std::string_view value) {
  switch (kind) {
    case IndicatorKind::kSignerSha256:
    case IndicatorKind::kFileSha256:
      return is_hex(value, 64) ? "" : "64 lower-case hex digits are wanted";
    case IndicatorKind::kSignerSha1:
      return is_hex(value, 40) ? "" : "40 lower-case hex digits are wanted";
    case IndicatorKind::kUrl:
      return value.find('/') != std::string_view::npos && value.front() != '/'
                 ? ""
                 : "a host and a path are wanted";
    case IndicatorKind::kHost:
    case IndicatorKind::kDomain:
      if (value.find_first_of("/ :@") != std::string_view::npos || lower(value) != value)
        return "a lower-case host name is wanted";
      return value.find('.') != std::string_view::npos ? "" : "a name with a dot is wanted";
    case IndicatorKind::kTlsh:
      return parse_tlsh(value) ? "" : "T1 and 70 hex digits are wanted";
    case IndicatorKind::kPackage:
      return value.find_first_of(" /") == std::string_view::npos ? "" : "a package name is wanted";
  }
  return "";
}

// What the "# key: value" lines of a file say about all its rows.
struct FileHeader {
  std::string source;
  int confidence = 90;
  int distance = 30;
  std::array<std::string, 3> kind_type_name = {};  // of rows that are a value alone
};

Status read_header_line(std::string_view line, FileHeader& header) {
  const std::size_t colon = line.find(": ");
  if (colon == std::string_view::npos) return {};
  const std::string_view key = line.substr(2, colon - 2);
  const std::string_view value = line.substr(colon + 2);
  if (key == "source") header.source = value;
  if (key == "kind") header.kind_type_name[0] = value;
  if (key == "type") header.kind_type_name[1] = value;
  if (key == "name") header.kind_type_name[2] = value;
  if (key == "confidence" || key == "distance") {
    int& number = key == "confidence" ? header.confidence : header.distance;
    const auto end = value.data() + value.size();
    const auto parsed = std::from_chars(value.data(), end, number);
    if (parsed.ptr != end || number < 0 || number > 100)
      return Error{ErrorCode::kInvalid, std::string(key) + " must be a number from 0 to 100"};
  }
  return {};
}

struct Row {
  std::string_view kind;
  std::string_view value;
  std::string_view type;
  std::string_view name;
};

Result<Row> split_row(std::string_view line, const FileHeader& header) {
  if (line.find('\t') == std::string_view::npos) {
    const auto& [kind, type, name] = header.kind_type_name;
    return Row{kind, line, type, name};
  }
  std::array<std::string_view, 4> fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t tab = line.find('\t');
    const bool last = i + 1 == fields.size();
    if (last != (tab == std::string_view::npos))
      return Error{ErrorCode::kInvalid, "a value, or four fields separated by tabs, is wanted"};
    fields[i] = line.substr(0, tab);
    if (!last) line.remove_prefix(tab + 1);
  }
  return Row{fields[0], fields[1], fields[2], fields[3]};
}

Result<Indicator> read_row(std::string_view line, const FileHeader& header) {
  BARTIZAN_ASSIGN(const Row row, split_row(line, header));
  if (row.value.empty() || row.name.empty() || row.value.size() > kMaxIndicatorText ||
      row.name.size() > kMaxIndicatorText)
    return Error{ErrorCode::kInvalid, "the value or the name is empty or too long"};
  const auto kind = meaning(kKinds, row.kind);
  if (!kind)
    return Error{ErrorCode::kInvalid, "unknown indicator kind '" + std::string(row.kind) + "'"};
  const auto type = meaning(kTypes, row.type);
  if (!type)
    return Error{ErrorCode::kInvalid, "unknown indicator type '" + std::string(row.type) + "'"};
  if (const std::string_view reason = objection(*kind, row.value); !reason.empty())
    return Error{ErrorCode::kInvalid, std::string(reason)};
  return Indicator{.kind = *kind,
                   .value = std::string(row.value),
                   .type = *type,
                   .name = std::string(row.name),
                   .source = header.source,
                   .confidence = header.confidence,
                   .distance = header.distance};
}

}  // namespace

std::string_view to_string(IndicatorKind value) { return spelling(kKinds, value); }
std::string_view to_string(IndicatorType value) { return spelling(kTypes, value); }

Result<std::vector<Indicator>> parse_indicators(std::string_view text, const std::string& file) {
  std::vector<Indicator> indicators;
  FileHeader header;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::string place = file + ":" + std::to_string(number);
    if (line.empty()) continue;
    if (line.starts_with("# ") || line == "#") {
      if (Status status = read_header_line(line, header); !status.ok())
        return status.error().within(place);
      continue;
    }
    if (header.source.empty())
      return Error{ErrorCode::kInvalid, place + ": \"# source: ...\" must come first"};
    Result<Indicator> indicator = read_row(line, header);
    if (!indicator.ok()) return indicator.error().within(place);
    indicators.push_back(std::move(indicator).value());
  }
  return indicators;
}

IndicatorSet::IndicatorSet(std::vector<Indicator> indicators) : indicators_(std::move(indicators)) {
  std::stable_sort(indicators_.begin(), indicators_.end(), [](const auto& a, const auto& b) {
    return std::tie(a.kind, a.value, b.confidence) < std::tie(b.kind, b.value, a.confidence);
  });
  const auto last = std::unique(
      indicators_.begin(), indicators_.end(),
      [](const auto& a, const auto& b) { return a.kind == b.kind && a.value == b.value; });
  indicators_.erase(last, indicators_.end());
  indicators_.shrink_to_fit();
  const auto first = std::find_if(indicators_.begin(), indicators_.end(),
                                  [](const auto& one) { return one.kind == IndicatorKind::kTlsh; });
  first_tlsh_ = static_cast<std::size_t>(first - indicators_.begin());
  for (auto one = first; one != indicators_.end(); ++one)
    tlsh_.push_back(parse_tlsh(one->value).value_or(TlshDigest{}));
}

const Indicator* IndicatorSet::find(IndicatorKind kind, std::string_view value) const {
  const auto place = std::lower_bound(
      indicators_.begin(), indicators_.end(), std::pair{kind, value},
      [](const Indicator& indicator, const auto& wanted) {
        return std::pair<IndicatorKind, std::string_view>{indicator.kind, indicator.value} < wanted;
      });
  const bool found =
      place != indicators_.end() && place->kind == kind && std::string_view(place->value) == value;
  return found ? &*place : nullptr;
}

std::optional<IndicatorSet::Near> IndicatorSet::find_near(std::string_view tlsh) const {
  const std::optional<TlshDigest> wanted = parse_tlsh(tlsh);
  std::optional<Near> best;
  if (!wanted) return best;
  for (std::size_t i = 0; i < tlsh_.size(); ++i) {
    const Indicator& indicator = indicators_[first_tlsh_ + i];
    const int distance = tlsh_distance(*wanted, tlsh_[i]);
    if (distance <= indicator.distance && (!best || distance < best->distance))
      best = Near{.indicator = &indicator, .distance = distance};
  }
  return best;
}

const Indicator* IndicatorSet::find_package(std::string_view package) const {
  return find(IndicatorKind::kPackage, package);
}

const Indicator* IndicatorSet::find_signer(std::string_view sha256, std::string_view sha1) const {
  const Indicator* found = find(IndicatorKind::kSignerSha256, lower(sha256));
  return found != nullptr ? found : find(IndicatorKind::kSignerSha1, lower(sha1));
}

const Indicator* IndicatorSet::find_file(std::string_view sha256) const {
  return find(IndicatorKind::kFileSha256, lower(sha256));
}

const Indicator* IndicatorSet::find_url(std::string_view host, std::string_view path) const {
  std::string key(host);
  key += path.starts_with('/') ? "" : "/";
  key += path;
  if (const Indicator* found = find(IndicatorKind::kUrl, key)) return found;
  if (key.back() == '/') {
    key.pop_back();
    if (key.find('/') == std::string::npos) return nullptr;
  } else {
    key += '/';
  }
  return find(IndicatorKind::kUrl, key);
}

const Indicator* IndicatorSet::find_host(std::string_view host) const {
  return find(IndicatorKind::kHost, host);
}

const Indicator* IndicatorSet::find_domain(std::string_view host) const {
  while (host.find('.') != std::string_view::npos) {
    if (const Indicator* found = find(IndicatorKind::kDomain, host)) return found;
    host.remove_prefix(host.find('.') + 1);
  }
  return nullptr;
}

}  // namespace bartizan::intel
