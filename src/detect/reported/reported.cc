#include "detect/reported/reported.h"

#include <algorithm>

namespace bartizan::detect {
namespace {

std::string text_of(const json::object& body, std::string_view field) {
  return std::string(get_string(body, field).value_or(""));
}

// The phone itself and its agent are one subject each, whatever digest the phone made of them.
bool is_single(std::string_view subject_kind) {
  return subject_kind == "device" || subject_kind == "agent";
}

Subject subject_of(const json::object& body) {
  Subject out{.kind = text_of(body, "subject_kind")};
  if (is_single(out.kind)) return out;
  out.key = text_of(body, "subject_ref");
  out.label = text_of(body, "subject_label");
  if (out.label.empty()) out.label = text_of(body, "subject_key");
  return out;
}

// "fact=value: sentence", as the agent writes its evidence.
Evidence parse_evidence(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) return {.fact = "reported", .value = text};
  const std::size_t colon = text.find(": ", equals);
  if (colon == std::string::npos)
    return {.fact = text.substr(0, equals), .value = text.substr(equals + 1)};
  return {.fact = text.substr(0, equals),
          .value = text.substr(equals + 1, colon - equals - 1),
          .why = text.substr(colon + 2)};
}

}  // namespace

void run_reported(const Observation& observation, const Context& context,
                  std::vector<Finding>& findings) {
  const json::object& body = observation.body;
  const std::string reported = text_of(body, "threat");
  const Threat* threat = context.content.find_threat(reported);
  const std::string id = threat != nullptr ? reported : "agent.unknown_threat";
  const Subject subject =
      threat != nullptr ? subject_of(body) : Subject{.kind = "agent", .key = reported};

  Finding out = draft_finding(observation, context, id, subject, text_of(body, "rule"),
                              text_of(body, "rule_version"));
  if (const auto severity = parse_enum<Severity>(text_of(body, "severity")))
    out.severity = *severity;
  const std::int64_t confidence = get_int(body, "confidence").value_or(0);
  out.confidence = static_cast<int>(std::clamp<std::int64_t>(confidence, 0, 100));
  out.judged_with.content_digest = text_of(body, "content_digest");
  out.judged_with.engine_version = text_of(body, "engine_version");
  out.evidence.push_back(
      {.fact = "judged_by",
       .value = "phone",
       .why = "The phone reached this verdict itself; what it saw stayed there."});
  if (threat == nullptr)
    out.evidence.push_back(
        {.fact = "threat",
         .value = reported,
         .why = "The phone's content knows this threat, this server's does not."});
  for (const std::string& line : get_strings(body, "evidence"))
    out.evidence.push_back(parse_evidence(line));
  out.summary = "The phone reported: " + (threat != nullptr ? threat->title : reported);
  out.would_change = "The phone reports that the threat is gone.";
  findings.push_back(std::move(out));
}

std::optional<Clearance> reported_clearance(const Observation& observation) {
  if (observation.kind != "threat.cleared") return std::nullopt;
  std::string reason = text_of(observation.body, "reason");
  if (reason.empty()) reason = "The phone reports that the threat is gone";
  return Clearance{.observation_id = observation.id,
                   .threat = text_of(observation.body, "threat"),
                   .subject = subject_of(observation.body),
                   .reason = std::move(reason)};
}

}  // namespace bartizan::detect
