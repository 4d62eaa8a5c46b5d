#include "agent/core/privacy.h"

#include <algorithm>
#include <array>

#include "base/crypto.h"
#include "model/observation_schema.h"

namespace bartizan::agent {
namespace {

constexpr std::size_t kMaxEvidence = 32;
constexpr std::size_t kMaxEvidenceBytes = 1000;

// Facts of a finding that the byod tier may tell, by the kind of its subject. A list of what is
// allowed, so that a detector's new fact is silent until somebody has thought about it. Never here:
// the whole address of a link, a message's words, a network's name or address, the app that
// installed another (a messenger or a store of the person's choice, and no threat itself).
constexpr std::array<std::string_view, 18> kAppFacts = {
    "package",     "signers",           "signers_sha1", "sha256",
    "permissions", "components",        "signature",    "intent_actions",
    "anomalies",   "scan_truncated",    "target_sdk",   "debuggable",
    "system_app",  "has_launcher_icon", "indicator",    "source",
    "domains",     "imitates"};
constexpr std::array<std::string_view, 12> kLinkFacts = {
    "host",     "registrable_domain", "brand", "target",      "indicator", "source",
    "shown_as", "looks_like",         "trick", "link_threat", "distance",  "channel"};
constexpr std::array<std::string_view, 5> kNetworkFacts = {"security", "outcome", "captive_portal",
                                                           "expected_key", "seen_key"};

std::span<const std::string_view> facts_for(std::string_view subject_kind) {
  if (subject_kind == "app") return kAppFacts;
  if (subject_kind == "link" || subject_kind == "domain") return kLinkFacts;
  if (subject_kind == "network") return kNetworkFacts;
  return {};
}

// Below this a finding is unusual rather than dangerous (an app from no store): told, but not
// named.
constexpr Severity kNamedFrom = Severity::kMedium;

// A host name or an app's identifier; anything with a path, a query or white space is not.
bool is_plain_name(std::string_view text) {
  return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || static_cast<unsigned char>(c) >= 0x80;
  });
}

// At a character's border; a list of permissions can be long.
std::string cut(std::string text) {
  if (text.size() <= kMaxEvidenceBytes) return text;
  std::size_t size = kMaxEvidenceBytes;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  text.resize(size);
  return text + "...";
}

json::array evidence_lines(const Finding& finding) {
  const auto allowed = facts_for(finding.subject.kind);
  json::array out;
  for (const Evidence& evidence : finding.evidence) {
    if (out.size() == kMaxEvidence) break;
    if (std::find(allowed.begin(), allowed.end(), evidence.fact) == allowed.end()) continue;
    // The sentence may repeat what another fact says, so that it stays behind with it.
    out.emplace_back(cut(evidence.fact + "=" + evidence.value));
  }
  return out;
}

}  // namespace

std::string SubjectReferences::of(std::string_view kind, std::string_view key) const {
  if (key.empty()) return "";
  const std::string message = std::string(kind) + '\n' + std::string(key);
  return base64url(hmac_sha256(as_bytes(key_), as_bytes(message)));
}

Subject SubjectReferences::hide(const Subject& subject) const {
  return {.kind = subject.kind, .key = of(subject.kind, subject.key)};
}

bool tier_carries(PrivacyTier tier, std::string_view kind) {
  return find_kind(tier, kind) != nullptr;
}

Result<Observation> wire_observation(const Observation& seen, PrivacyTier tier,
                                     const SubjectReferences& references) {
  Observation out = seen;
  if (out.kind == "network.probe") {
    std::string_view network = get_string(out.body, "bssid").value_or("");
    if (network.empty()) network = get_string(out.body, "ssid").value_or("");
    const std::string reference = references.of("network", network);
    if (!reference.empty()) out.body.insert_or_assign("network_ref", reference);
  }
  // Drops every field the tier's schema does not have.
  BARTIZAN_ASSIGN(CheckedObservation checked, check_observation(std::move(out), tier));
  return std::move(checked.observation);
}

json::object found_report(const Finding& finding, PrivacyTier tier,
                          const SubjectReferences& references) {
  std::string reference = references.of(finding.subject.kind, finding.subject.key);
  json::object body{{"threat", finding.threat},
                    {"severity", to_string(finding.severity)},
                    {"confidence", finding.confidence},
                    {"subject_kind", finding.subject.kind},
                    {"subject_ref", std::move(reference)},
                    {"rule", finding.rule},
                    {"rule_version", finding.rule_version},
                    {"content_digest", finding.judged_with.content_digest},
                    {"engine_version", finding.judged_with.engine_version}};
  if (tier == PrivacyTier::kMinimal || finding.severity < kNamedFrom) return body;
  const std::string& kind = finding.subject.kind;
  if ((kind == "app" || kind == "link" || kind == "domain") && is_plain_name(finding.subject.key)) {
    body.emplace("subject_key", finding.subject.key);
  }
  if (kind == "app") body.emplace("subject_label", finding.subject.label);
  body.emplace("evidence", evidence_lines(finding));
  return body;
}

json::object cleared_report(const Problem& problem) {
  return {{"threat", problem.threat},
          {"subject_kind", problem.subject.kind},
          {"subject_ref", problem.subject.key},
          {"reason", problem.resolved_by.substr(0, 128)}};
}

}  // namespace bartizan::agent
