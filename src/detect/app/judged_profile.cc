#include "detect/app/judged_profile.h"

#include <sstream>

#include "base/id.h"
#include "detect/app/report_parts.h"

namespace bartizan::detect {
namespace {

void write_list(std::ostream& out, std::string_view name, const std::vector<std::string>& values) {
  if (values.empty()) return;
  out << "  " << name;
  for (const std::string& value : values) out << " " << parse::printable(value);
  out << "\n";
}

std::vector<std::string> digests_of(const std::vector<parse::Certificate>& certificates) {
  std::vector<std::string> out;
  for (const parse::Certificate& certificate : certificates) out.push_back(certificate.sha256);
  return out;
}

}  // namespace

AppVerdict JudgedProfile::verdict() const { return verdict_of(findings); }

JudgedProfile judge_profile(ConfigurationProfile profile, const Context& context) {
  JudgedProfile out{.profile = std::move(profile), .observation_body = {}, .findings = {}};
  out.observation_body = profile_observation_body(out.profile);
  const Observation observation{.id = uuid_of(out.profile.sha256),
                                .kind = "profile.installed",
                                .observed_at = context.evaluated_at,
                                .body = out.observation_body};
  Context own = context;
  own.platform = Platform::kIos;
  out.findings = detect(observation, own).findings;
  return out;
}

json::object profile_json(const JudgedProfile& judged) {
  const ConfigurationProfile& profile = judged.profile;
  json::object out{{"kind", "profile"}, {"size", profile.size}};
  for (const json::key_value_pair& fact : judged.observation_body) {
    if (fact.key() != "anomalies" && fact.key() != "scan_truncated" && fact.key() != "signature")
      out.insert(fact);
  }
  out["description"] = parse::printable(profile.description);
  out["encrypted"] = profile.encrypted;
  out["certificates"] = certificates_json(profile.certificates);
  out["signature"] = json::object{{"verdict", to_string(profile.signature)},
                                  {"apple_anchored", profile.signer_anchored},
                                  {"signers", certificates_json(profile.signers)}};
  out["anomalies"] = anomalies_json(profile.anomalies);
  out["truncated"] = profile.truncated;
  out["techniques"] = techniques_json(judged.findings);
  out["findings"] = findings_json(judged.findings);
  out["verdict"] = to_string(judged.verdict());
  return out;
}

std::string profile_text(const JudgedProfile& judged) {
  const ConfigurationProfile& profile = judged.profile;
  std::ostringstream out;
  out << to_string(judged.verdict()) << "\n  configuration profile "
      << parse::printable(profile.identifier);
  if (!profile.display_name.empty()) out << " \"" << parse::printable(profile.display_name) << "\"";
  if (!profile.organization.empty()) out << " by " << parse::printable(profile.organization);
  out << "\n  sha256 " << profile.sha256 << ", " << profile.size << " bytes\n";
  out << "  signature " << to_string(profile.signature) << "\n";
  for (const parse::Certificate& signer : profile.signers)
    out << "  signer " << signer.sha256 << " " << signer.subject
        << (profile.signer_anchored ? "\n" : ", trust unknown\n");
  if (profile.removal_disallowed) out << "  cannot be removed by the person\n";
  write_list(out, "payloads", profile.payload_types);
  write_list(out, "certificates", digests_of(profile.certificates));
  write_list(out, "proxies", profile.proxies);
  write_list(out, "VPN servers", profile.vpn_servers);
  write_list(out, "name servers", profile.dns_servers);
  write_list(out, "Wi-Fi networks", profile.wifi_networks);
  write_list(out, "web clips", profile.web_clips);
  write_list(out, "restrictions", profile.restrictions);
  if (!profile.mdm_server.empty())
    out << "  management " << parse::printable(profile.mdm_server) << "\n";
  if (!profile.enrolment_server.empty())
    out << "  enrolment " << parse::printable(profile.enrolment_server) << "\n";
  write_findings(out, judged.findings);
  write_anomalies(out, profile.anomalies);
  return std::move(out).str();
}

}  // namespace bartizan::detect
