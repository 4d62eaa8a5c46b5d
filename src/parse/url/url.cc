#include "parse/url/url.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace bartizan::parse {
namespace {

struct KnownScheme {
  std::string_view name;
  std::uint16_t port;  // 0: none
};
// The standard's special schemes.
constexpr std::array<KnownScheme, 6> kKnownSchemes{
    {{"http", 80}, {"https", 443}, {"ws", 80}, {"wss", 443}, {"ftp", 21}, {"file", 0}}};

const KnownScheme* known_scheme(std::string_view name) {
  for (const KnownScheme& scheme : kKnownSchemes) {
    if (scheme.name == name) return &scheme;
  }
  return nullptr;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_slash(char c) { return c == '/' || c == '\\'; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// Length of the scheme at the start, without ":"; 0 when there is none.
std::size_t scheme_length(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ':') return i;
    if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return 0;
  }
  return 0;
}

void note(Url& url, UrlAnomaly anomaly, bool seen) {
  if (!seen || url.has(anomaly)) return;
  url.anomalies.insert(std::upper_bound(url.anomalies.begin(), url.anomalies.end(), anomaly),
                       anomaly);
}

// Without what a browser drops: control characters and spaces around, tabs and line ends within.
std::string without_ignored(std::string_view text) {
  const auto around = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!text.empty() && around(text.front())) text.remove_prefix(1);
  while (!text.empty() && around(text.back())) text.remove_suffix(1);
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c != '\t' && c != '\n' && c != '\r') out += c;
  }
  return out;
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

Status read_port(std::string_view text, const KnownScheme* known, Url& url) {
  if (text.empty()) return {};
  unsigned port = 0;
  const char* const end = text.data() + text.size();
  const bool digits = std::all_of(text.begin(), text.end(), is_digit);
  const auto parsed = std::from_chars(text.data(), end, port);
  if (!digits || parsed.ec != std::errc() || port > 65535)
    return Error{ErrorCode::kInvalid, "the port is not a number from 0 to 65535"};
  if (known == nullptr || known->port != port) url.port = static_cast<std::uint16_t>(port);
  return {};
}

void read_user_info(std::string_view text, Url& url) {
  const std::size_t colon = text.find(':');
  url.username = text.substr(0, colon);
  url.has_password = colon != std::string_view::npos && colon + 1 < text.size();
  note(url, UrlAnomaly::kUserInfo, true);
}

Status read_known_host(std::string_view text, Url& url) {
  Result<Host> host = parse_host(text);
  if (!host.ok()) return host.error();
  url.host_kind = host->kind;
  note(url, UrlAnomaly::kPercentEncodedHost, host->percent_encoded);
  note(url, UrlAnomaly::kMappedHost, host->mapped);
  note(url, UrlAnomaly::kObscureIpv4, host->obscure_ipv4);
  note(url, UrlAnomaly::kTrailingDot, host->trailing_dot);
  url.host = std::move(host->text);
  return {};
}

Status read_opaque_host(std::string_view text, Url& url) {
  if (text.starts_with('[')) {
    BARTIZAN_ASSIGN(Host host, parse_host(text));
    url.host_kind = host.kind;
    url.host = std::move(host.text);
    return {};
  }
  const auto forbidden = [](char c) {
    return c == '\0' || std::string_view("\t\n\r #/:<>?@[\\]^|").find(c) != std::string_view::npos;
  };
  if (std::any_of(text.begin(), text.end(), forbidden))
    return Error{ErrorCode::kInvalid, "the host has a character no host may have"};
  url.host_kind = text.empty() ? HostKind::kNone : HostKind::kOpaque;
  url.host = text;
  return {};
}

// Everything between the slashes and the path: user, host and port.
Status read_authority(std::string_view text, const KnownScheme* known, Url& url) {
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos) {
    read_user_info(text.substr(0, at), url);
    text.remove_prefix(at + 1);
  }
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const bool in_open_bracket = text.starts_with('[') && bracket == std::string_view::npos;
  const std::string_view host = in_open_bracket ? text : text.substr(0, colon);
  const bool has_port = !in_open_bracket && colon != std::string_view::npos;
  const bool is_file = known != nullptr && known->name == "file";
  if (is_file && has_port) return Error{ErrorCode::kInvalid, "a file address has no port"};
  if (host.empty() && (known != nullptr || at != std::string_view::npos || has_port) && !is_file)
    return Error{ErrorCode::kInvalid, "the address has no host"};
  if (known == nullptr) {
    BARTIZAN_TRY(read_opaque_host(host, url));
  } else if (!host.empty()) {
    BARTIZAN_TRY(read_known_host(host, url));
    if (is_file && url.host == "localhost") url.host.clear();
  }
  return has_port ? read_port(text.substr(colon + 1), known, url) : Status{};
}

// Path, query and fragment, which are not normalised.
void read_rest(std::string_view text, bool backslash_is_slash, Url& url) {
  const std::size_t hash = text.find('#');
  if (hash != std::string_view::npos) url.fragment = text.substr(hash + 1);
  text = text.substr(0, hash);
  const std::size_t mark = text.find('?');
  if (mark != std::string_view::npos) url.query = text.substr(mark + 1);
  url.path = text.substr(0, mark);
  if (!backslash_is_slash) return;
  note(url, UrlAnomaly::kBackslash, url.path.find('\\') != std::string::npos);
  std::replace(url.path.begin(), url.path.end(), '\\', '/');
}

Result<Url> parse_cleaned(std::string_view text) {
  const std::size_t scheme = scheme_length(text);
  if (scheme == 0) return Error{ErrorCode::kInvalid, "the address has no scheme"};
  Url url;
  url.scheme = lower(text.substr(0, scheme));
  text.remove_prefix(scheme + 1);
  const KnownScheme* known = known_scheme(url.scheme);
  if (known == nullptr && !text.starts_with("//")) {
    read_rest(text, false, url);
    return url;
  }
  // Known schemes take any number of slashes either way; "file" at most two before its host.
  std::size_t slashes = 0;
  while (slashes < text.size() &&
         (known != nullptr ? is_slash(text[slashes]) : text[slashes] == '/') &&
         (slashes < 2 || (known != nullptr && url.scheme != "file")))
    ++slashes;
  note(url, UrlAnomaly::kBackslash, text.substr(0, slashes).find('\\') != std::string_view::npos);
  if (url.scheme == "file" && slashes < 2) slashes = 0;
  text.remove_prefix(slashes);
  const std::size_t end =
      std::min(text.find_first_of(known != nullptr ? "/\\?#" : "/?#"), text.size());
  const bool file_path = url.scheme == "file" && slashes == 0;
  // "file:///C|/x": a drive letter is a path, not a host.
  const bool drive =
      url.scheme == "file" && end == 2 && is_letter(text[0]) && (text[1] == ':' || text[1] == '|');
  if (!file_path && !drive) {
    BARTIZAN_TRY(read_authority(text.substr(0, end), known, url));
    text.remove_prefix(end);
  }
  read_rest(text, known != nullptr, url);
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
  }
  return "";
}

bool Url::has(UrlAnomaly anomaly) const {
  return std::find(anomalies.begin(), anomalies.end(), anomaly) != anomalies.end();
}

Result<Url> parse_url(std::string_view text) {
  if (text.size() > kMaxUrlBytes) return Error{ErrorCode::kLimit, "the address is too long"};
  BARTIZAN_ASSIGN(Url url, parse_cleaned(without_ignored(text)));
  note(url, UrlAnomaly::kRemovedCharacters, has_control_characters(text));
  return url;
}

Result<Url> parse_link(std::string_view text) {
  if (text.size() > kMaxUrlBytes) return Error{ErrorCode::kLimit, "the address is too long"};
  const std::string cleaned = without_ignored(text);
  const std::size_t scheme = scheme_length(cleaned);
  const std::string_view name = std::string_view(cleaned).substr(0, scheme);
  // "example.com:8080/x" is a host and a port: no scheme in use has a dot in its name.
  const bool host_and_port = (name.find('.') != std::string_view::npos || name == "localhost") &&
                             cleaned.compare(scheme, 3, "://") != 0;
  if (scheme > 0 && !host_and_port) return parse_url(text);
  if (cleaned.empty()) return Error{ErrorCode::kInvalid, "the address is empty"};
  BARTIZAN_ASSIGN(Url url, parse_cleaned("https://" + cleaned));
  note(url, UrlAnomaly::kRemovedCharacters, has_control_characters(text));
  note(url, UrlAnomaly::kMissingScheme, true);
  return url;
}

}  // namespace bartizan::parse
