#include "detect/link/check.h"

#include <algorithm>

#include "base/id.h"
#include "detect/detector.h"
#include "detect/link/judge.h"
#include "detect/link/likeness.h"
#include "detect/link/link_model.h"
#include "parse/domain/utf8.h"

namespace bartizan::detect {
namespace {

// A finding this sure and this severe blocks; any other warns.
constexpr int kBlockConfidence = 70;

std::string valid_text(std::string_view text) {
  return parse::encode_utf8(parse::decode_utf8_lossy(text));
}

// "the host is empty" as "The host is empty."
std::string as_sentence(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text + ".";
}

json::value number_or_null(std::optional<double> number) {
  return number ? json::value(*number) : json::value(nullptr);
}

}  // namespace

CheckedLink check_link(const std::string& text, const intel::Content& content, Timestamp now) {
  CheckedLink checked;
  checked.text = text;
  Result<LinkAddress> address = read_link(text, content.public_suffixes());
  if (!address.ok()) {
    checked.error = address.error().message;
    return checked;
  }
  checked.address = std::move(address).value();
  if (!content.link_model().empty()) {
    const std::optional<Likeness> likeness = find_likeness(*checked.address, content);
    checked.score = shown_score(
        score_link(content.link_model(),
                   link_inputs(*checked.address, likeness ? likeness->confidence : 0, content)));
    checked.threshold = shown_score(content.link_model().threshold(kWarnFalseAlarms));
  }
  Observation observation;
  observation.id = uuid_of("check link " + text);
  observation.kind = "link.opened";
  observation.observed_at = now;
  observation.body = {{"url", text}};
  checked.findings = detect(observation, {.content = content, .evaluated_at = now}).findings;
  const bool block =
      std::any_of(checked.findings.begin(), checked.findings.end(), [](const Finding& finding) {
        return finding.severity >= Severity::kHigh && finding.confidence >= kBlockConfidence;
      });
  checked.verdict = block                      ? LinkVerdict::kBlock
                    : checked.findings.empty() ? LinkVerdict::kAllow
                                               : LinkVerdict::kWarn;
  return checked;
}

bool only_suspected(const CheckedLink& checked) {
  return checked.findings.size() == 1 && checked.findings[0].threat == kSuspectedPhishing;
}

json::object to_json(const CheckedLink& checked) {
  json::array findings;
  json::array reasons;
  for (const Finding& finding : checked.findings) {
    findings.push_back(bartizan::to_json(finding));
    reasons.push_back(json::string(finding.summary));
  }
  if (!checked.address) reasons.push_back(json::string(as_sentence(checked.error)));
  json::object object{
      {"url", valid_text(checked.text)},        {"verdict", to_string(checked.verdict)},
      {"score", number_or_null(checked.score)}, {"threshold", number_or_null(checked.threshold)},
      {"reasons", std::move(reasons)},          {"findings", std::move(findings)}};
  if (!checked.address) {
    object["error"] = checked.error;
    return object;
  }
  json::array anomalies;
  for (const parse::UrlAnomaly anomaly : checked.address->url.anomalies)
    anomalies.push_back(json::string(to_string(anomaly)));
  object["host"] = valid_text(checked.address->url.host);
  object["registrable_domain"] = checked.address->owned_name;
  object["anomalies"] = std::move(anomalies);
  return object;
}

std::string_view to_string(LinkVerdict verdict) {
  switch (verdict) {
    case LinkVerdict::kAllow:
      return "allow";
    case LinkVerdict::kWarn:
      return "warn";
    case LinkVerdict::kBlock:
      return "block";
    case LinkVerdict::kError:
      return "error";
  }
  return "";
}

}  // namespace bartizan::detect
