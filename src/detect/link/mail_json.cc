// A judged mail as JSON: docs/cli.md has the fields.
#include <algorithm>
#include <array>

#include "detect/link/mail.h"
#include "detect/link/mail_signs.h"

namespace bartizan::detect {
namespace {

constexpr std::size_t kMaxShown = 2048;
constexpr std::size_t kMaxShownLinks = 100;

json::string shown(std::string_view text) {
  return json::string(parse::printable(text, kMaxShown));
}

std::string_view to_string(AuthenticationResult value) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"absent", "pass", "fail", "softfail", "neutral", "none", "error"});
  return kNames[static_cast<std::size_t>(value)];
}

std::string_view to_string(MailLinkKind value) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"anchor", "text", "form", "refresh", "qr_code", "pdf", "attached_page"});
  return kNames[static_cast<std::size_t>(value)];
}

std::string_view to_string(AttachmentKind value) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"other", "text", "html", "svg", "pdf", "image", "office", "office_macro", "archive",
       "disk_image", "shortcut", "executable", "script", "android_app", "apple_app",
       "configuration_profile", "onenote", "mail", "calendar"});
  return kNames[static_cast<std::size_t>(value)];
}

json::array addresses_json(const std::vector<MailAddress>& addresses) {
  json::array out;
  for (const MailAddress& address : addresses)
    out.push_back(json::object{{"name", shown(address.name)}, {"address", shown(address.address)}});
  return out;
}

json::object authentication_json(const MailAuthentication& checks) {
  json::array domains;
  for (const std::string& domain : checks.dkim_domains) domains.push_back(shown(domain));
  return {{"present", checks.present},       {"server", shown(checks.server)},
          {"spf", to_string(checks.spf)},    {"spf_domain", shown(checks.spf_domain)},
          {"dkim", to_string(checks.dkim)},  {"dkim_domains", std::move(domains)},
          {"dmarc", to_string(checks.dmarc)}};
}

json::object attachment_json(const MailAttachment& attachment) {
  json::array contains;
  for (const AttachmentKind kind : attachment.contains)
    contains.push_back(json::string(to_string(kind)));
  return {{"name", shown(attachment.name)},     {"type", shown(attachment.declared_type)},
          {"kind", to_string(attachment.kind)}, {"size", attachment.size},
          {"sha256", attachment.sha256},        {"encrypted", attachment.encrypted},
          {"contains", std::move(contains)}};
}

json::array reasons_json(const std::vector<MailReason>& reasons) {
  json::array out;
  for (const MailReason& reason : reasons)
    out.push_back(json::object{{"id", reason.id},
                               {"points", reason.points},
                               {"text", reason.says},
                               {"value", reason.value}});
  return out;
}

json::array links_json(const std::vector<JudgedMailLink>& links) {
  json::array out;
  for (const JudgedMailLink& judged : links) {
    if (out.size() == kMaxShownLinks) break;
    out.push_back(json::object{{"url", shown(judged.link.url)},
                               {"text", shown(judged.link.text)},
                               {"kind", to_string(judged.link.kind)},
                               {"verdict", to_string(judged.verdict)},
                               {"summary", shown(judged.summary)}});
  }
  return out;
}

json::array cues_json(const JudgedMail& judged, const std::string& text) {
  json::array out;
  for (const FoundCue& found : judged.cues)
    out.push_back(json::object{{"id", found.cue->id},
                               {"text", shown(text.substr(found.begin, found.end - found.begin))},
                               {"begin", found.begin},
                               {"end", found.end}});
  return out;
}

}  // namespace

json::object to_json(const JudgedMail& judged, const MailFacts& facts) {
  json::array anomalies;
  for (const parse::Anomaly& anomaly : facts.anomalies)
    anomalies.push_back(
        json::object{{"id", anomaly.id}, {"where", anomaly.where}, {"detail", anomaly.detail}});
  json::array attachments;
  for (const MailAttachment& attachment : facts.attachments)
    attachments.push_back(attachment_json(attachment));
  json::array techniques;
  for (const std::string& technique : judged.techniques)
    techniques.push_back(json::string(technique));
  return {{"verdict", to_string(judged.verdict)},
          {"score", judged.score},
          {"threshold", kMailWarnScore},
          {"block_threshold", kMailBlockScore},
          {"subject", shown(facts.subject)},
          {"from", addresses_json(facts.from)},
          {"reply_to", addresses_json(facts.reply_to)},
          {"reasons", reasons_json(judged.reasons)},
          {"cues", cues_json(judged, mail_text(facts))},
          {"links", links_json(judged.links)},
          {"attachments", std::move(attachments)},
          {"authentication", authentication_json(facts.authentication)},
          {"remote_images", facts.remote_images},
          {"qr_codes", facts.qr_codes},
          {"encrypted", facts.encrypted},
          {"techniques", std::move(techniques)},
          {"anomalies", std::move(anomalies)},
          {"truncated", facts.truncated}};
}

}  // namespace bartizan::detect
