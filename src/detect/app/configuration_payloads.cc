#include "detect/app/configuration_payloads.h"

#include <algorithm>
#include <string_view>

#include "base/crypto.h"
#include "parse/x509/parser.h"

namespace bartizan::detect {
namespace {

using parse::PlistType;
using parse::PlistValue;

void add(std::vector<std::string>& list, std::string value) {
  if (value.empty() || list.size() >= kMaxProfileItems ||
      std::find(list.begin(), list.end(), value) != list.end())
    return;
  list.push_back(std::move(value));
}

void add_texts(std::vector<std::string>& list, const PlistValue* values) {
  if (values == nullptr) return;
  for (const PlistValue& item : values->items) {
    if (item.type == PlistType::kString) add(list, item.text);
  }
}

// A certificate in DER or in PEM, as both are accepted.
Result<parse::Certificate> certificate_of(const std::vector<std::uint8_t>& data) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  const std::string_view text = as_text(data);
  const std::size_t begin = text.find(kBegin);
  if (begin == std::string_view::npos) return parse::parse_certificate(data);
  const std::size_t start = begin + kBegin.size();
  const std::size_t end = text.find(kEnd, start);
  if (end == std::string_view::npos)
    return Error{ErrorCode::kInvalid, "a PEM certificate without an end"};
  std::string digits(text.substr(start, end - start));
  std::erase_if(digits, [](char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; });
  BARTIZAN_ASSIGN(const std::vector<std::uint8_t> der, unbase64(digits));
  return parse::parse_certificate(der);
}

void read_certificate(const PlistValue& payload, ConfigurationProfile& profile) {
  const PlistValue* data = payload.find("PayloadContent");
  if (data == nullptr || profile.certificates.size() >= kMaxProfileItems) return;
  Result<parse::Certificate> certificate = certificate_of(data->data);
  if (certificate.ok()) {
    profile.certificates.push_back(std::move(certificate).value());
  } else {
    parse::note_anomaly(profile.anomalies, "profile.bad_certificate",
                        payload.find_text("PayloadIdentifier"), certificate.error().message);
  }
}

// Of a global proxy, and of Wi-Fi and cellular payloads, which have the same keys.
void read_proxy(const PlistValue& payload, ConfigurationProfile& profile) {
  add(profile.proxies, std::string(payload.find_text("ProxyPACURL")));
  std::string server(payload.find_text("ProxyServer"));
  if (server.empty()) server = payload.find_text("proxy");  // as APN settings call it
  if (server.empty()) return;
  const PlistValue* port = payload.find("ProxyServerPort");
  if (port != nullptr && port->type == PlistType::kInteger)
    server += ":" + std::to_string(port->integer);
  add(profile.proxies, std::move(server));
}

void read_vpn(const PlistValue& payload, ConfigurationProfile& profile) {
  constexpr std::string_view kKinds[] = {"IKEv2", "IPSec", "VPN", "PPP", "TransparentProxy"};
  for (const std::string_view kind : kKinds) {
    const PlistValue* settings = payload.find(kind);
    if (settings == nullptr) continue;
    add(profile.vpn_servers, std::string(settings->find_text("RemoteAddress")));
    add(profile.vpn_servers, std::string(settings->find_text("CommRemoteAddress")));
  }
  const PlistValue* proxies = payload.find("Proxies");
  if (proxies == nullptr) return;
  add(profile.proxies, std::string(proxies->find_text("ProxyAutoConfigURLString")));
  add(profile.proxies, std::string(proxies->find_text("HTTPProxy")));
  add(profile.proxies, std::string(proxies->find_text("HTTPSProxy")));
}

void read_relay(const PlistValue& payload, ConfigurationProfile& profile) {
  const PlistValue* relays = payload.find("Relays");
  if (relays == nullptr) return;
  for (const PlistValue& relay : relays->items) {
    add(profile.proxies, std::string(relay.find_text("HTTP3RelayURL")));
    add(profile.proxies, std::string(relay.find_text("HTTP2RelayURL")));
  }
}

void read_dns(const PlistValue& payload, ConfigurationProfile& profile) {
  const PlistValue* settings = payload.find("DNSSettings");
  if (settings == nullptr) return;
  add(profile.dns_servers, std::string(settings->find_text("ServerURL")));
  add(profile.dns_servers, std::string(settings->find_text("ServerName")));
  add_texts(profile.dns_servers, settings->find("ServerAddresses"));
}

void read_cellular(const PlistValue& payload, ConfigurationProfile& profile) {
  for (const std::string_view key : {"APNs", "apns"}) {
    const PlistValue* points = payload.find(key);
    if (points == nullptr) continue;
    for (const PlistValue& point : points->items) read_proxy(point, profile);
  }
  const PlistValue* content = payload.find("PayloadContent");  // of the older kind
  if (content == nullptr) return;
  for (const PlistValue& item : content->items) {
    const PlistValue* data = item.find("DefaultsData");
    const PlistValue* points = data == nullptr ? nullptr : data->find("apns");
    if (points == nullptr) continue;
    for (const PlistValue& point : points->items) read_proxy(point, profile);
  }
}

void read_restrictions(const PlistValue& payload, ConfigurationProfile& profile) {
  for (const parse::PlistEntry& entry : payload.entries) {
    if (!entry.key.starts_with("Payload")) add(profile.restrictions, entry.key);
  }
}

}  // namespace

void read_payload(const PlistValue& payload, ConfigurationProfile& profile) {
  const std::string_view type = payload.find_text("PayloadType");
  if (type == "com.apple.security.root" || type == "com.apple.security.pem" ||
      type == "com.apple.security.pkcs1")
    return read_certificate(payload, profile);
  if (type == "com.apple.proxy.http.global") return read_proxy(payload, profile);
  if (type == "com.apple.wifi.managed") {
    add(profile.wifi_networks, std::string(payload.find_text("SSID_STR")));
    return read_proxy(payload, profile);
  }
  if (type.starts_with("com.apple.vpn.managed")) return read_vpn(payload, profile);
  if (type == "com.apple.relay.managed") return read_relay(payload, profile);
  if (type == "com.apple.dnsSettings.managed") return read_dns(payload, profile);
  if (type == "com.apple.cellular" || type == "com.apple.apn.managed")
    return read_cellular(payload, profile);
  if (type == "com.apple.webClip.managed")
    return add(profile.web_clips, std::string(payload.find_text("URL")));
  if (type == "com.apple.applicationaccess") return read_restrictions(payload, profile);
  if (type == "com.apple.profileRemovalPassword") profile.removal_disallowed = true;
  if (type == "com.apple.mdm") profile.mdm_server = payload.find_text("ServerURL");
}

}  // namespace bartizan::detect
