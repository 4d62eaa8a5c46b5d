#include "connect/connectors.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <thread>

#include "base/file.h"
#include "base/json.h"
#include "connect/json_lines.h"
#include "connect/notify/webhook.h"
#include "connect/siem/syslog_connector.h"

namespace bartizan::connect {
namespace {

constexpr std::size_t kMaxFile = 1 << 20;
constexpr std::size_t kMaxSecretFile = 4096;
constexpr std::size_t kMinSecret = 16;
constexpr int kSyslogTlsPort = 6514;  // RFC 5425 section 4.1

// The file being read: where it is, and on which line each member stands.
struct Source {
  std::filesystem::path path;
  std::map<std::string, int> lines;

  // `member` is a path; of one that is not there, the line of what should hold it.
  Error error(std::string member, std::string_view message) const {
    while (!lines.contains(member)) {
      const std::size_t dot = member.rfind('.');
      member = dot == std::string::npos ? "" : member.substr(0, dot);
    }
    return {ErrorCode::kInvalid,
            path.string() + ":" + std::to_string(lines.at(member)) + ": " + std::string(message)};
  }
};

// One connector's object, read member by member; finish() refuses what nobody asked for.
class Members {
 public:
  Members(const Source& source, std::string path, const json::object& object)
      : source_(source), path_(std::move(path)), object_(object) {}

  Error error(std::string_view member, std::string_view message) const {
    return source_.error(path_ + "." + std::string(member),
                         std::string(member) + " " + std::string(message));
  }

  Result<std::string> text(std::string_view member) {
    BARTIZAN_ASSIGN(const auto found, optional_text(member));
    if (!found) return error(member, "is missing");
    return *found;
  }

  Result<std::optional<std::string>> optional_text(std::string_view member) {
    asked_.emplace(member);
    const json::value* value = object_.if_contains(member);
    if (value == nullptr) return std::optional<std::string>();
    if (!value->is_string() || value->get_string().empty())
      return error(member, "must be a text that is not empty");
    return std::optional<std::string>(std::string(value->get_string()));
  }

  Result<int> integer(std::string_view member, int fallback, int low, int high) {
    asked_.emplace(member);
    const json::value* value = object_.if_contains(member);
    if (value == nullptr) return fallback;
    if (!value->is_int64() || value->get_int64() < low || value->get_int64() > high) {
      return error(
          member, "must be an integer from " + std::to_string(low) + " to " + std::to_string(high));
    }
    return static_cast<int>(value->get_int64());
  }

  // The content of the file a member names; empty when the member is absent.
  Result<std::string> file(std::string_view member, std::size_t limit) {
    BARTIZAN_ASSIGN(const auto name, optional_text(member));
    if (!name) return std::string();
    const Result<std::string> content = read_file(source_.path.parent_path() / *name, limit);
    if (!content)
      return error(member, "names a file that cannot be used: " + content.error().message);
    return *content;
  }

  Status finish() const {
    for (const auto& member : object_) {
      if (!asked_.contains(member.key())) return error(member.key(), "is not a known member");
    }
    return {};
  }

 private:
  const Source& source_;
  std::string path_;
  const json::object& object_;
  std::set<std::string, std::less<>> asked_;
};

Result<net::ClientTls> read_tls(Members& members) {
  net::ClientTls tls;
  BARTIZAN_ASSIGN(tls.ca_pem, members.file("ca_file", kMaxFile));
  BARTIZAN_ASSIGN(tls.certificate_pem, members.file("certificate_file", kMaxFile));
  BARTIZAN_ASSIGN(tls.private_key_pem, members.file("key_file", kMaxFile));
  if (tls.certificate_pem.empty() != tls.private_key_pem.empty())
    return members.error("certificate_file", "and key_file go together");
  return tls;
}

Result<ConfiguredConnector> read_syslog(Members& members, const std::string& id,
                                        const Identity& identity) {
  SyslogOptions options{
      .id = id, .host_name = identity.host_name, .product_version = identity.product_version};
  net::ClientOptions client;
  BARTIZAN_ASSIGN(client.host, members.text("host"));
  BARTIZAN_ASSIGN(const int port, members.integer("port", kSyslogTlsPort, 1, 65535));
  client.port = static_cast<std::uint16_t>(port);
  BARTIZAN_ASSIGN(options.facility, members.integer("facility", options.facility, 0, 23));
  BARTIZAN_ASSIGN(const int grace,
                  members.integer("grace_ms", static_cast<int>(options.grace.count()), 0, 10'000));
  options.grace = std::chrono::milliseconds(grace);
  BARTIZAN_ASSIGN(client.tls, read_tls(members));
  BARTIZAN_TRY(members.finish());
  ConfiguredConnector out;
  out.description = {
      .id = id, .kind = "syslog_tls", .target = client.host + ":" + std::to_string(client.port)};
  out.connector = std::make_unique<SyslogConnector>(
      std::move(options), [client] { return net::ByteStream::connect(client); },
      [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); });
  return out;
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

std::string without_line_end(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

Result<ConfiguredConnector> read_webhook(Members& members, const std::string& id,
                                         const Identity& identity, const Clock& clock) {
  WebhookOptions options{.id = id, .product_version = identity.product_version};
  BARTIZAN_ASSIGN(const std::string text, members.text("url"));
  const Result<net::ServerUrl> url = net::parse_server_url(text);
  if (!url) return members.error("url", "is not an http or https address");
  if (!url->tls && !is_loopback(url->host))
    return members.error("url", "must be https, unless the receiver is on this machine");
  if (text.find('#') != std::string::npos) return members.error("url", "has a fragment");
  options.path = url->path;
  BARTIZAN_ASSIGN(const std::string secret_file, members.text("secret_file"));
  BARTIZAN_ASSIGN(options.secret, members.file("secret_file", kMaxSecretFile));
  options.secret = without_line_end(std::move(options.secret));
  if (options.secret.size() < kMinSecret) {
    return members.error("secret_file", "holds a secret of fewer than " +
                                            std::to_string(kMinSecret) + " characters");
  }
  net::ClientOptions client{.host = url->host,
                            .port = url->port,
                            .request_timeout = std::chrono::seconds(10),
                            .max_response_bytes = 64 << 10};
  BARTIZAN_ASSIGN(net::ClientTls tls, read_tls(members));
  if (url->tls) client.tls = std::move(tls);
  BARTIZAN_TRY(members.finish());
  ConfiguredConnector out;
  out.description = {.id = id,
                     .kind = "webhook",
                     .target = std::string(url->tls ? "https://" : "http://") + url->host + ":" +
                               std::to_string(url->port)};
  out.connector = std::make_unique<WebhookConnector>(
      std::move(options), net::HttpClient::make(std::move(client)), clock);
  return out;
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

Result<ConfiguredConnector> read_connector(const Source& source, std::size_t index,
                                           const json::value& value, const Identity& identity,
                                           const Clock& clock) {
  const std::string path = "connectors." + std::to_string(index);
  if (!value.is_object()) return source.error(path, "a connector must be an object");
  Members members(source, path, value.get_object());
  BARTIZAN_ASSIGN(const std::string id, members.text("id"));
  if (!is_id(id)) return members.error("id", "must be 1 to 64 of a-z, 0-9, '-', '_' and '.'");
  BARTIZAN_ASSIGN(const std::string kind, members.text("kind"));
  if (kind == "syslog_tls") return read_syslog(members, id, identity);
  if (kind == "webhook") return read_webhook(members, id, identity, clock);
  return members.error("kind", "must be \"syslog_tls\" or \"webhook\"");
}

Result<json::object> read_source(const std::string& text, Source& source) {
  Result<json::object> root = parse_json_object(text);
  if (!root) {
    // The parser's message ends "at byte N"; a person wants the line.
    const std::string& message = root.error().message;
    std::size_t offset = 0;
    if (const std::size_t at = message.rfind("byte "); at != std::string::npos)
      std::from_chars(message.data() + at + 5, message.data() + message.size(), offset);
    return Error{ErrorCode::kInvalid, source.path.string() + ":" +
                                          std::to_string(line_of(text, offset)) + ": " + message};
  }
  auto lines = json_lines(text);
  if (!lines) return Error{ErrorCode::kInvalid, source.path.string() + ":" + lines.error().message};
  source.lines = std::move(*lines);
  return root;
}

}  // namespace

Result<std::vector<ConfiguredConnector>> load_connectors(const std::filesystem::path& path,
                                                         const Identity& identity,
                                                         const Clock& clock) {
  std::vector<ConfiguredConnector> out;
  std::error_code missing;
  if (!std::filesystem::exists(path, missing)) return out;
  BARTIZAN_ASSIGN(const std::string text, read_file(path, kMaxFile));
  Source source{.path = path};
  BARTIZAN_ASSIGN(const json::object root, read_source(text, source));
  for (const auto& member : root) {
    if (member.key() != "connectors")
      return source.error(member.key(), std::string(member.key()) + " is not a known member");
  }
  const json::array* list = get_array(root, "connectors");
  if (list == nullptr) return source.error("connectors", "connectors must be a list");
  std::set<std::string> ids;
  for (std::size_t i = 0; i < list->size(); ++i) {
    BARTIZAN_ASSIGN(ConfiguredConnector connector,
                    read_connector(source, i, (*list)[i], identity, clock));
    if (!ids.insert(connector.description.id).second) {
      return source.error("connectors." + std::to_string(i) + ".id",
                          "another connector has the id " + connector.description.id);
    }
    out.push_back(std::move(connector));
  }
  return out;
}

}  // namespace bartizan::connect
