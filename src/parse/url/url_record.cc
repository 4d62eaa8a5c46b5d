#include "parse/url/url_record.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "parse/url/percent.h"

namespace bartizan::parse {
namespace {

struct SpecialScheme {
  std::string_view name;
  std::uint16_t port;  // 0: none
};
constexpr std::array<SpecialScheme, 6> kSpecialSchemes{
    {{"https", 443}, {"http", 80}, {"ws", 80}, {"wss", 443}, {"ftp", 21}, {"file", 0}}};

const SpecialScheme* special_scheme(std::string_view name) {
  for (const SpecialScheme& scheme : kSpecialSchemes) {
    if (scheme.name == name) return &scheme;
  }
  return nullptr;
}

const Error kNoHost{ErrorCode::kInvalid, "the address has no host"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_drive_letter(std::string_view text) {
  return text.size() == 2 && is_letter(text[0]) && (text[1] == ':' || text[1] == '|');
}

bool starts_with_drive_letter(std::string_view text) {
  return is_drive_letter(text.substr(0, 2)) &&
         (text.size() == 2 || std::string_view("/\\?#").find(text[2]) != std::string_view::npos);
}

// "/c:" as the whole path, or as its first segment.
bool begins_with_drive(std::string_view path) {
  return path.size() >= 3 && is_letter(path[1]) && path[2] == ':' &&
         (path.size() == 3 || path[3] == '/');
}

// How many of the dots "." and ".." the segment is, however they are escaped; 0 for any other.
int dots_of(std::string_view segment) {
  int dots = 0;
  while (!segment.empty() && dots < 3) {
    const bool escaped = segment.size() >= 3 && segment[0] == '%' && segment[1] == '2' &&
                         (segment[2] == 'e' || segment[2] == 'E');
    if (!escaped && segment[0] != '.') return 0;
    segment.remove_prefix(escaped ? 3 : 1);
    ++dots;
  }
  return dots <= 2 ? dots : 0;
}

// The standard's state machine, whose states are the functions; `rest_` is what is not read yet.
class UrlReader {
 public:
  UrlReader(std::string_view text, const UrlRecord* base) : rest_(text), base_(base) {}

  Result<UrlRecord> read() {
    const std::size_t scheme = scheme_length(rest_);
    BARTIZAN_TRY(scheme > 0 ? read_after_scheme(scheme) : read_without_scheme());
    return std::move(url_);
  }

 private:
  bool is_slash(char c) {
    if (c == '\\' && special_ != nullptr) url_.note(UrlAnomaly::kBackslash);
    return c == '/' || (c == '\\' && special_ != nullptr);
  }
  bool at_slash(std::size_t at = 0) { return at < rest_.size() && is_slash(rest_[at]); }
  bool is_file() const { return url_.scheme == "file"; }

  void set_scheme(std::string_view text) {
    url_.scheme = text;
    for (char& c : url_.scheme) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    special_ = special_scheme(url_.scheme);
  }

  Status read_after_scheme(std::size_t length) {
    set_scheme(rest_.substr(0, length));
    rest_.remove_prefix(length + 1);
    const bool of_base = base_ != nullptr && base_->scheme == url_.scheme;
    if (is_file()) {
      if (!of_base) base_ = nullptr;
      return read_file();
    }
    if (special_ != nullptr) {
      if (of_base && !rest_.starts_with("//")) return read_relative();
      return read_special_authority();
    }
    if (rest_.starts_with("//")) {
      rest_.remove_prefix(2);
      return read_authority();
    }
    if (rest_.starts_with('/')) return read_path_start();
    return read_opaque_path();
  }

  Status read_without_scheme() {
    if (base_ == nullptr) return Error{ErrorCode::kInvalid, "the address has no scheme"};
    if (base_->opaque_path) {
      if (!rest_.starts_with('#'))
        return Error{ErrorCode::kInvalid, "the base has a path that nothing is relative to"};
      url_ = *base_;
      return read_end();
    }
    set_scheme(base_->scheme);
    return is_file() ? read_file() : read_relative();
  }

  Status read_special_authority() {
    std::size_t slashes = 0;
    while (at_slash(slashes)) ++slashes;
    rest_.remove_prefix(slashes);
    return read_authority();
  }

  void take_authority_of_base() {
    url_.username = base_->username;
    url_.password = base_->password;
    url_.host = base_->host;
    url_.port = base_->port;
  }

  Status read_relative() {
    if (at_slash()) {
      if (at_slash(1)) {
        if (special_ != nullptr) return read_special_authority();
        rest_.remove_prefix(2);
        return read_authority();
      }
      take_authority_of_base();
      rest_.remove_prefix(1);
      return read_path();
    }
    take_authority_of_base();
    url_.path = base_->path;
    url_.query = base_->query;
    return read_relative_path();
  }

  // A query or fragment leaves the path as it is; anything else takes the place of its last
  // segment.
  Status read_relative_path() {
    if (rest_.empty() || rest_.starts_with('#') || rest_.starts_with('?')) return read_end();
    url_.query.reset();
    shorten_path();
    return read_path();
  }

  Status read_file() {
    url_.host.emplace();
    if (at_slash()) {
      rest_.remove_prefix(1);
      if (at_slash()) {
        rest_.remove_prefix(1);
        return read_file_host();
      }
      if (base_ != nullptr) {
        url_.host = base_->host;
        if (!starts_with_drive_letter(rest_) && begins_with_drive(base_->path))
          url_.path = base_->path.substr(0, 3);
      }
      return read_path();
    }
    if (base_ == nullptr) return read_path();
    url_.host = base_->host;
    url_.path = base_->path;
    url_.query = base_->query;
    if (!starts_with_drive_letter(rest_)) return read_relative_path();
    url_.query.reset();
    url_.path.clear();
    return read_path();
  }

  Status read_file_host() {
    const std::size_t end = std::min(rest_.find_first_of("/\\?#"), rest_.size());
    const std::string_view text = rest_.substr(0, end);
    if (is_drive_letter(text)) return read_path();
    rest_.remove_prefix(end);
    if (!text.empty()) {
      BARTIZAN_TRY(read_host(text));
      if (url_.host->text == "localhost") url_.host = Host{};
    }
    return read_path_start();
  }

  Status read_authority() {
    const std::size_t end =
        std::min(rest_.find_first_of(special_ != nullptr ? "/\\?#" : "/?#"), rest_.size());
    std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    const std::size_t at = text.rfind('@');
    if (at != std::string_view::npos) {
      read_user_info(text.substr(0, at));
      text.remove_prefix(at + 1);
      if (text.empty()) return kNoHost;
    }
    const std::size_t colon = port_colon(text);
    const std::string_view host = text.substr(0, colon);
    if (host.empty() && (special_ != nullptr || colon != std::string_view::npos)) return kNoHost;
    BARTIZAN_TRY(read_host(host));
    if (colon != std::string_view::npos) BARTIZAN_TRY(read_port(text.substr(colon + 1)));
    return read_path_start();
  }

  // The first colon outside brackets.
  static std::size_t port_colon(std::string_view text) {
    bool in_brackets = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '[') in_brackets = true;
      if (text[i] == ']') in_brackets = false;
      if (text[i] == ':' && !in_brackets) return i;
    }
    return std::string_view::npos;
  }

  void read_user_info(std::string_view text) {
    const std::size_t colon = text.find(':');
    append_percent_encoded(url_.username, text.substr(0, colon), PercentSet::kUserInfo);
    if (colon != std::string_view::npos)
      append_percent_encoded(url_.password, text.substr(colon + 1), PercentSet::kUserInfo);
    url_.note(UrlAnomaly::kUserInfo);
  }

  Status read_host(std::string_view text) {
    BARTIZAN_ASSIGN(Host host, special_ != nullptr ? parse_host(text) : parse_opaque_host(text));
    if (host.percent_encoded) url_.note(UrlAnomaly::kPercentEncodedHost);
    if (host.mapped) url_.note(UrlAnomaly::kMappedHost);
    if (host.obscure_ipv4) url_.note(UrlAnomaly::kObscureIpv4);
    url_.host = std::move(host);
    return {};
  }

  Status read_port(std::string_view text) {
    if (text.empty()) return {};
    unsigned port = 0;
    const char* const end = text.data() + text.size();
    const bool digits = std::all_of(text.begin(), text.end(), is_digit);
    const auto parsed = std::from_chars(text.data(), end, port);
    if (!digits || parsed.ec != std::errc() || port > 65535)
      return Error{ErrorCode::kInvalid, "the port is not a number from 0 to 65535"};
    if (special_ == nullptr || special_->port != port) url_.port = static_cast<std::uint16_t>(port);
    return {};
  }

  Status read_path_start() {
    if (special_ == nullptr && (rest_.empty() || rest_.starts_with('?') || rest_.starts_with('#')))
      return read_end();
    if (at_slash()) rest_.remove_prefix(1);
    return read_path();
  }

  // Segments, from the first one's first character; `url_.path` may hold some already.
  Status read_path() {
    const std::size_t end = std::min(rest_.find_first_of("?#"), rest_.size());
    std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    url_.path.reserve(url_.path.size() + text.size() + 1);
    for (;;) {
      std::size_t size = 0;
      while (size < text.size() && !is_slash(text[size])) ++size;
      const bool last = size == text.size();
      add_segment(text.substr(0, size), last);
      if (last) return read_end();
      text.remove_prefix(size + 1);
    }
  }

  void add_segment(std::string_view segment, bool last) {
    const int dots = dots_of(segment);
    if (dots == 2) shorten_path();
    if (dots > 0) {
      if (last) url_.path += '/';
      return;
    }
    const bool drive = is_file() && url_.path.empty() && is_drive_letter(segment);
    url_.path += '/';
    append_percent_encoded(url_.path, segment, PercentSet::kPath);
    if (drive) url_.path.back() = ':';
  }

  // Without its last segment; a drive letter stays.
  void shorten_path() {
    if (is_file() && url_.path.size() == 3 && begins_with_drive(url_.path)) return;
    const std::size_t slash = url_.path.rfind('/');
    url_.path.resize(slash == std::string::npos ? 0 : slash);
  }

  Status read_opaque_path() {
    url_.opaque_path = true;
    const std::size_t end = std::min(rest_.find_first_of("?#"), rest_.size());
    append_percent_encoded(url_.path, rest_.substr(0, end), PercentSet::kControl);
    // A space before the query or fragment would be lost when these are taken away.
    if (end < rest_.size() && url_.path.ends_with(' ')) {
      url_.path.pop_back();
      url_.path += "%20";
    }
    rest_.remove_prefix(end);
    return read_end();
  }

  Status read_end() {
    const std::size_t hash = std::min(rest_.find('#'), rest_.size());
    if (rest_.starts_with('?')) {
      append_percent_encoded(url_.query.emplace(), rest_.substr(1, hash - 1),
                             special_ != nullptr ? PercentSet::kSpecialQuery : PercentSet::kQuery);
    }
    url_.fragment.reset();
    if (hash < rest_.size()) {
      append_percent_encoded(url_.fragment.emplace(), rest_.substr(hash + 1),
                             PercentSet::kFragment);
    }
    return {};
  }

  std::string_view rest_;
  const UrlRecord* base_;
  const SpecialScheme* special_ = nullptr;
  UrlRecord url_;
};

bool is_dropped(char c) { return c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

void UrlRecord::note(UrlAnomaly anomaly) {
  const auto place = std::lower_bound(anomalies.begin(), anomalies.end(), anomaly);
  if (place == anomalies.end() || *place != anomaly) anomalies.insert(place, anomaly);
}

bool is_special_scheme(std::string_view scheme) { return special_scheme(scheme) != nullptr; }

std::size_t scheme_length(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ':') return i;
    if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return 0;
  }
  return 0;
}

std::string_view without_ignored(std::string_view text, std::string& storage) {
  const auto around = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!text.empty() && around(text.front())) text.remove_prefix(1);
  while (!text.empty() && around(text.back())) text.remove_suffix(1);
  if (std::none_of(text.begin(), text.end(), is_dropped)) return text;
  storage.reserve(text.size());
  std::remove_copy_if(text.begin(), text.end(), std::back_inserter(storage), is_dropped);
  return storage;
}

Result<UrlRecord> parse_url_record(std::string_view text, const UrlRecord* base) {
  if (text.size() > kMaxUrlBytes) return Error{ErrorCode::kLimit, "the address is too long"};
  std::string storage;
  BARTIZAN_ASSIGN(UrlRecord url, UrlReader(without_ignored(text, storage), base).read());
  if (std::any_of(text.begin(), text.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
    url.note(UrlAnomaly::kRemovedCharacters);
  return url;
}

std::string serialise_host(const UrlRecord& url) {
  if (!url.host) return {};
  std::string out = url.host->text;
  if (url.port) out += ":" + std::to_string(*url.port);
  return out;
}

std::string serialise(const UrlRecord& url) {
  std::string out = url.scheme + ":";
  if (url.host) {
    out += "//";
    if (!url.username.empty() || !url.password.empty()) {
      out += url.username;
      if (!url.password.empty()) out += ":" + url.password;
      out += '@';
    }
    out += serialise_host(url);
  } else if (!url.opaque_path && url.path.starts_with("//")) {
    out += "/.";  // or the path would be read as a host
  }
  out += url.path;
  if (url.query) out += "?" + *url.query;
  if (url.fragment) out += "#" + *url.fragment;
  return out;
}

std::string serialise_origin(const UrlRecord& url) {
  if (url.scheme == "blob") {
    const Result<UrlRecord> inner = parse_url_record(url.path);
    const bool web = inner.ok() && (inner->scheme == "http" || inner->scheme == "https");
    return web ? serialise_origin(*inner) : "null";
  }
  if (url.scheme == "file" || !is_special_scheme(url.scheme)) return "null";
  return url.scheme + "://" + serialise_host(url);
}

}  // namespace bartizan::parse
