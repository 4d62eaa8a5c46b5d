#include "detect/app/configuration_profile.h"

#include <algorithm>
#include <set>

#include "base/crypto.h"
#include "detect/app/apple_signature.h"
#include "detect/app/configuration_payloads.h"
#include "parse/cms/parser.h"
#include "parse/plist/parser.h"

namespace bartizan::detect {
namespace {

using parse::PlistType;
using parse::PlistValue;

class Reader {
 public:
  Result<ConfigurationProfile> run(Bytes file) {
    out_.size = file.size();
    out_.sha256 = sha256_hex(file);
    parse::SignedMessage message;
    Bytes content = file;
    if (parse::looks_like_cms(file)) {
      BARTIZAN_ASSIGN(message, read_apple_signature(file));
      content = message.content;
    }
    BARTIZAN_ASSIGN(const parse::Plist plist, parse::parse_plist(content));
    if (!is_profile(plist.root))
      return Error{ErrorCode::kInvalid, "a property list without PayloadType Configuration"};
    take(plist.anomalies, plist.truncated);
    if (content.data() != file.data()) take_signature(message);
    read_root(plist.root);
    return std::move(out_);
  }

 private:
  void take(const std::vector<parse::Anomaly>& anomalies, bool truncated) {
    for (const parse::Anomaly& anomaly : anomalies)
      parse::note_anomaly(out_.anomalies, anomaly.id, anomaly.where, anomaly.detail);
    out_.truncated |= truncated;
  }

  static bool is_profile(const PlistValue& root) {
    const std::string_view type = root.find_text("PayloadType");
    return type == "Configuration" || type == "Profile Service";
  }

  void take_signature(const parse::SignedMessage& message) {
    take(message.anomalies, message.truncated);
    for (const parse::CmsSigner& signer : message.signers)
      out_.signers.push_back(signer.certificate);
    out_.signature =
        message.verified ? parse::SignatureVerdict::kVerified : parse::SignatureVerdict::kRejected;
    out_.signer_anchored = message.verified && is_apple_anchored(message);
    if (!message.verified)
      parse::note_anomaly(out_.anomalies, "profile.signature_broken", "message",
                          "changed after it was signed, or signed by nobody");
  }

  void read_root(const PlistValue& root) {
    out_.identifier = root.find_text("PayloadIdentifier");
    out_.uuid = root.find_text("PayloadUUID");
    out_.display_name = root.find_text("PayloadDisplayName");
    out_.organization = root.find_text("PayloadOrganization");
    out_.description = root.find_text("PayloadDescription");
    out_.removal_disallowed =
        root.find_true("PayloadRemovalDisallowed") || root.find_true("HasRemovalPasscode");
    const PlistValue* content = root.find("PayloadContent");
    if (root.find("EncryptedPayloadContent") != nullptr) {
      out_.encrypted = true;
      out_.truncated = true;
      parse::note_anomaly(out_.anomalies, "profile.encrypted", "PayloadContent",
                          "encrypted for one phone");
    }
    if (content == nullptr) return;
    if (content->type == PlistType::kDictionary) {  // of a Profile Service
      out_.enrolment_server = content->find_text("URL");
      return;
    }
    read_payloads(content->items);
  }

  void read_payloads(const std::vector<PlistValue>& payloads) {
    std::set<std::string> types;
    for (std::size_t i = 0; i < payloads.size(); ++i) {
      if (i == kMaxPayloads) {
        parse::note_anomaly(out_.anomalies, "profile.limit", "PayloadContent", "too many payloads");
        out_.truncated = true;
        break;
      }
      types.emplace(payloads[i].find_text("PayloadType"));
      read_payload(payloads[i], out_);
    }
    out_.payload_types = {types.begin(), types.end()};
  }

  ConfigurationProfile out_;
};

json::array texts(const std::vector<std::string>& values) {
  constexpr std::size_t kMaxItemBytes = 250;
  json::array out;
  for (const std::string& value : values) {
    if (out.size() == kMaxProfileItems) break;
    out.emplace_back(parse::printable(value, kMaxItemBytes));
  }
  return out;
}

}  // namespace

bool looks_like_configuration_profile(Bytes file) {
  constexpr std::size_t kStart = 1024;
  if (parse::looks_like_cms(file)) return true;
  const std::string_view start = as_text(file).substr(0, kStart);
  return start.starts_with("bplist0") || start.find("<plist") != std::string_view::npos;
}

Result<ConfigurationProfile> read_configuration_profile(Bytes file) {
  Result<ConfigurationProfile> out = Reader().run(file);
  if (!out.ok() && out.error().code == ErrorCode::kInvalid)
    return Error{ErrorCode::kInvalid, "not a configuration profile: " + out.error().message};
  return out;
}

json::object profile_observation_body(const ConfigurationProfile& profile) {
  // Limits as in content/observations/profile.installed.yaml, less the "..." of what is cut.
  constexpr std::size_t kMaxText = 250;
  json::object body;
  body["identifier"] = parse::printable(profile.identifier, kMaxText);
  body["sha256"] = profile.sha256;
  const auto add_text = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) body[name] = parse::printable(text, kMaxText);
  };
  add_text("display_name", profile.display_name);
  add_text("organization", profile.organization);
  add_text("enrolment_server", profile.enrolment_server);
  body["payload_types"] = texts(profile.payload_types);
  std::vector<std::string> digests;
  for (const parse::Certificate& certificate : profile.certificates)
    digests.push_back(certificate.sha256);
  // Of a profile that could not be read whole, what was not seen is not known to be absent.
  const auto add_list = [&](std::string_view name, const std::vector<std::string>& values) {
    if (!values.empty() || !profile.truncated) body[name] = texts(values);
  };
  add_list("root_certificates", digests);
  add_list("proxies", profile.proxies);
  add_list("vpn_servers", profile.vpn_servers);
  add_list("dns_servers", profile.dns_servers);
  add_text("mdm_server", profile.mdm_server);
  add_list("wifi_networks", profile.wifi_networks);
  add_list("web_clips", profile.web_clips);
  add_list("restrictions", profile.restrictions);
  body["removal_disallowed"] = profile.removal_disallowed;
  body["signature"] = to_string(profile.signature);
  if (!profile.signers.empty()) {
    add_text("signer", profile.signers[0].subject);
    body["signer_sha256"] = profile.signers[0].sha256;
  }
  body["anomalies"] = texts(parse::anomaly_ids(profile.anomalies));
  body["scan_truncated"] = profile.truncated;
  return body;
}

}  // namespace bartizan::detect
