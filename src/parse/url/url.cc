#include "parse/url/url.h"

#include <algorithm>
#include <utility>

#include "parse/domain/utf8.h"
#include "parse/url/defanged.h"

namespace bartizan::parse {
namespace {

// A name that ends in a dot is the same name; "a.." resolves to nothing and stays as it is.
bool has_trailing_dot(HostKind kind, std::string_view host) {
  return kind == HostKind::kDomain && host.size() > 1 && host.ends_with('.') &&
         !host.ends_with("..");
}

Url url_of(UrlRecord&& record) {
  Url url;
  if (record.host && !(record.host->text.empty() && record.scheme == "file")) {
    url.host_kind = record.host->kind;
    url.host = std::move(record.host->text);
    if (has_trailing_dot(url.host_kind, url.host)) {
      url.host.pop_back();
      record.note(UrlAnomaly::kTrailingDot);
    }
  }
  url.scheme = std::move(record.scheme);
  url.username = std::move(record.username);
  url.has_password = !record.password.empty();
  url.port = record.port;
  url.path = std::move(record.path);
  if (record.query) url.query = *std::move(record.query);
  if (record.fragment) url.fragment = *std::move(record.fragment);
  url.anomalies = std::move(record.anomalies);
  return url;
}

// Embeddings, overrides and isolates (UAX #9): what follows is shown in another order.
bool turns_direction(char32_t c) {
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

// Shown as nothing, and no part of how some script writes its words, as joiners are.
bool is_invisible(char32_t c) {
  return c == 0xad || c == 0x34f || c == 0x61c || c == 0x115f || c == 0x1160 || c == 0x180e ||
         c == 0x200b || c == 0x200e || c == 0x200f || (c >= 0x2060 && c <= 0x2064) || c == 0x3164 ||
         c == 0xfeff || c == 0xffa0 || (c >= 0xe0000 && c <= 0xe007f);
}

// The end of scheme, user and host in the text as written.
std::size_t end_of_authority(std::string_view text) {
  const std::size_t scheme = text.find("://");
  return std::min(text.find_first_of("/\\?#", scheme == std::string_view::npos ? 0 : scheme + 3),
                  text.size());
}

void note_hidden_characters(std::string_view text, UrlRecord& url) {
  const auto beyond_ascii = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
  const auto first = std::find_if(text.begin(), text.end(), beyond_ascii);
  if (first == text.end()) return;
  const std::size_t path = end_of_authority(text);
  for (auto at = static_cast<std::size_t>(first - text.begin()); at < text.size();) {
    const Utf8Step step = decode_utf8_step(text, at);
    if (turns_direction(step.code_point)) url.note(UrlAnomaly::kDirectionControl);
    if (is_invisible(step.code_point)) {
      url.note(UrlAnomaly::kInvisibleCharacters);
      if (at < path) url.note(UrlAnomaly::kInvisibleInHost);
    }
    at += step.size;
  }
}

Result<UrlRecord> parse_noting(std::string_view text) {
  BARTIZAN_ASSIGN(UrlRecord url, parse_url_record(text));
  note_hidden_characters(text, url);
  return url;
}

// Whether what stands before ":" is a scheme; in "example.com:8080/x" it is a host, for no scheme
// in use has a dot in its name.
bool has_scheme(std::string_view text) {
  const std::size_t length = scheme_length(text);
  const std::string_view name = text.substr(0, length);
  return length > 0 && ((name.find('.') == std::string_view::npos && name != "localhost") ||
                        text.substr(length).starts_with("://"));
}

Result<UrlRecord> parse_without_scheme(std::string_view text) {
  const std::size_t slash = std::min(text.find_first_of("/\\?#"), text.size());
  if (slash > 0 && text.substr(slash - 1).starts_with("://"))
    return Error{ErrorCode::kInvalid, "the address has a scheme no browser knows"};
  BARTIZAN_ASSIGN(UrlRecord url, parse_noting("https://" + std::string(text)));
  const std::string& host = url.host->text;
  const std::size_t dot = host.find('.');
  const bool is_name = url.host->kind != HostKind::kDomain || host == "localhost" ||
                       (dot > 0 && dot < host.size() - 1);
  if (!is_name) return Error{ErrorCode::kInvalid, "a word without a dot is no address"};
  url.note(UrlAnomaly::kMissingScheme);
  return url;
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

Result<UrlRecord> parse_link_record(std::string_view text) {
  std::string storage;
  const std::string_view cleaned = without_ignored(text, storage);
  if (cleaned.empty()) return Error{ErrorCode::kInvalid, "the address is empty"};
  if (has_scheme(cleaned)) return parse_noting(text);
  BARTIZAN_ASSIGN(UrlRecord url, parse_without_scheme(cleaned));
  if (has_control_characters(text)) url.note(UrlAnomaly::kRemovedCharacters);
  return url;
}

}  // namespace

std::string_view to_string(UrlAnomaly value) {
  switch (value) {
    case UrlAnomaly::kUserInfo:
      return "user_info";
    case UrlAnomaly::kBackslash:
      return "backslash";
    case UrlAnomaly::kRemovedCharacters:
      return "removed_characters";
    case UrlAnomaly::kPercentEncodedHost:
      return "percent_encoded_host";
    case UrlAnomaly::kMappedHost:
      return "mapped_host";
    case UrlAnomaly::kObscureIpv4:
      return "obscure_ipv4";
    case UrlAnomaly::kTrailingDot:
      return "trailing_dot";
    case UrlAnomaly::kMissingScheme:
      return "missing_scheme";
    case UrlAnomaly::kDefanged:
      return "defanged";
    case UrlAnomaly::kDirectionControl:
      return "direction_control";
    case UrlAnomaly::kInvisibleCharacters:
      return "invisible_characters";
    case UrlAnomaly::kInvisibleInHost:
      return "invisible_in_host";
  }
  return "";
}

bool Url::has(UrlAnomaly anomaly) const {
  return std::find(anomalies.begin(), anomalies.end(), anomaly) != anomalies.end();
}

Result<Url> parse_url(std::string_view text) {
  BARTIZAN_ASSIGN(UrlRecord record, parse_noting(text));
  return url_of(std::move(record));
}

Result<Url> parse_link(std::string_view text) {
  if (text.size() > kMaxUrlBytes) return Error{ErrorCode::kLimit, "the address is too long"};
  std::string storage;
  const std::optional<std::string> meant = refang(without_ignored(text, storage));
  if (meant) {
    Result<UrlRecord> record = parse_link_record(*meant);
    if (record.ok()) {
      record->note(UrlAnomaly::kDefanged);
      return url_of(std::move(record).value());
    }
  }  // what only looked defanged is what it says: "(" may stand in a host
  BARTIZAN_ASSIGN(UrlRecord record, parse_link_record(text));
  return url_of(std::move(record));
}

}  // namespace bartizan::parse
