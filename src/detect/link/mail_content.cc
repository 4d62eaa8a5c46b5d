// Where a mail leads, what it holds and what it says.
#include <algorithm>
#include <array>
#include <utility>

#include "detect/link/mail_judge.h"
#include "detect/link/mail_signs.h"
#include "intel/domain_set.h"

namespace bartizan::detect {
namespace {

bool ends_with_name(std::string_view host, std::string_view name) {
  return host == name || (host.ends_with(name) && host[host.size() - name.size() - 1] == '.');
}

// Storage, forms and pages of large services, whose names say nothing about who wrote what is
// there.
bool is_open_hosting(const parse::Url& url) {
  static constexpr auto kHosts = std::to_array<std::string_view>({"storage.googleapis.com",
                                                                  "firebasestorage.googleapis.com",
                                                                  "storage.cloud.google.com",
                                                                  "sites.google.com",
                                                                  "forms.gle",
                                                                  "script.google.com",
                                                                  "forms.office.com",
                                                                  "amazonaws.com",
                                                                  "blob.core.windows.net",
                                                                  "web.core.windows.net",
                                                                  "digitaloceanspaces.com",
                                                                  "backblazeb2.com",
                                                                  "r2.dev",
                                                                  "ipfs.io",
                                                                  "dweb.link",
                                                                  "cloudflare-ipfs.com",
                                                                  "telegra.ph",
                                                                  "linktr.ee",
                                                                  "formstack.com",
                                                                  "jotform.com",
                                                                  "typeform.com",
                                                                  "padlet.com"});
  if (std::any_of(kHosts.begin(), kHosts.end(),
                  [&](std::string_view host) { return ends_with_name(url.host, host); }))
    return true;
  return (url.host == "docs.google.com" && url.path.starts_with("/forms")) ||
         url.path.find("/ipfs/") != std::string::npos;
}

// Known sites that send whoever asks on to any address.
bool is_redirector(const parse::Url& url) {
  const auto is = [&](std::string_view host, std::string_view path) {
    return ends_with_name(url.host, host) && url.path.starts_with(path);
  };
  const bool google =
      url.host.starts_with("www.google.") && (url.path == "/url" || url.path.starts_with("/amp/"));
  return google || is("bing.com", "/ck/") || is("youtube.com", "/redirect") ||
         is("l.facebook.com", "/l.php") || is("lm.facebook.com", "/l.php") ||
         is("googleadservices.com", "/pagead/aclk") || is("doubleclick.net", "/") ||
         is("linkedin.com", "/redir/") || is("linkedin.com", "/slink") ||
         is("baidu.com", "/link") || is("translate.goog", "/") || is("slack-redir.net", "/link");
}

// The host that a link's text shows as its target: the text is an address and little else.
std::string shown_host(const std::string& text, const intel::Content& content) {
  std::string_view shown = text;
  while (!shown.empty() && (shown.front() == ' ' || shown.front() == '<' || shown.front() == '('))
    shown.remove_prefix(1);
  if (shown.find(' ') != std::string_view::npos || shown.find('@') != std::string_view::npos)
    return {};
  const auto address = read_link(shown, content.public_suffixes());
  if (!address.ok() || address->url.host_kind != parse::HostKind::kDomain) return {};
  // "example.com" is an address, "Read.More" or "e.g." is none: the suffix has to be a real one.
  const std::string& host = address->url.host;
  const std::size_t dot = host.rfind('.');
  if (dot == std::string::npos || !content.public_suffixes().is_public_suffix(host.substr(dot + 1)))
    return {};
  const bool file_name = shown.find('/') == std::string_view::npos &&
                         (host.ends_with(".zip") || host.ends_with(".md") ||
                          host.ends_with(".py") || host.ends_with(".sh") || host.ends_with(".mov"));
  return file_name ? std::string() : host;
}

// A sender's own name before a link of the service that counts its clicks is what newsletters do.
void compare_shown(const MailCase& mail, const MailLink& link, const LinkAddress& address,
                   MailScore& score) {
  const std::string shown = shown_host(link.text, mail.content);
  if (shown.empty()) return;
  const std::string shown_domain = registrable(shown, mail.content);
  if (shown_domain.empty() || same_party(shown_domain, address.owned_name, mail.content)) return;
  const bool own_name =
      mail.proof == SenderProof::kVerified &&
      (same_party(shown_domain, mail.sender_domain, mail.content) || mail.facts.unsubscribe);
  if (!own_name && !mail.content.url_shorteners().contains(shown_domain))
    score.add("link.other_than_shown", shown + " > " + address.url.host);
}

void judge_address(const MailCase& mail, const JudgedMailLink& judged, const LinkAddress& address,
                   MailScore& score) {
  if (judged.verdict == LinkVerdict::kBlock)
    score.add("link.bad", judged.host + ": " + judged.summary);
  if (judged.verdict == LinkVerdict::kWarn)
    score.add(judged.suspected ? "link.suspected" : "link.suspicious",
              judged.host + ": " + judged.summary);
  const bool number = address.url.host_kind == parse::HostKind::kIpv4 ||
                      address.url.host_kind == parse::HostKind::kIpv6;
  if (number) score.add("link.number", judged.host);
  const bool own = same_party(address.owned_name, mail.sender_domain, mail.content);
  if (address.on_platform && !own && mail.owner == nullptr) score.add("link.platform", judged.host);
  const bool popular = mail.content.popular_domains().contains(address.owned_name);
  if (!own && !popular && !mail.known_sender && !mail.facts.list) {
    if (looks_random(address.owned_label)) score.add("link.random", judged.host);
    if (is_cheap_suffix(address.owned_name)) score.add("link.cheap_domain", judged.host);
  }
  if (!own && !mail.known_sender && is_open_hosting(address.url))
    score.add("link.open_hosting", judged.host);
  if (!own && !mail.known_sender && is_redirector(address.url))
    score.add("link.redirector", judged.host);
  if (mail.content.url_shorteners().contains(address.owned_name))
    score.add("link.shortener", judged.host);
  if (judged.link.kind == MailLinkKind::kQrCode) score.add("link.qr_code", judged.host);
  if (judged.link.kind == MailLinkKind::kPdf) score.add("link.in_pdf", judged.host);
  if (judged.link.kind == MailLinkKind::kRefresh) score.add("link.refresh", judged.host);
  if (judged.link.kind == MailLinkKind::kAnchor) compare_shown(mail, judged.link, address, score);
}

const Finding* strongest(const std::vector<Finding>& findings) {
  const auto found =
      std::max_element(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
        return std::pair(a.severity, a.confidence) < std::pair(b.severity, b.confidence);
      });
  return found == findings.end() ? nullptr : &*found;
}

bool is_among(const std::vector<AttachmentKind>& kinds, AttachmentKind kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

bool holds_bad(const MailAttachment& attachment) {
  for (const AttachmentKind kind :
       {AttachmentKind::kHtml, AttachmentKind::kSvg, AttachmentKind::kDiskImage,
        AttachmentKind::kShortcut, AttachmentKind::kExecutable, AttachmentKind::kScript,
        AttachmentKind::kAndroidApp, AttachmentKind::kConfigurationProfile}) {
    if (is_among(attachment.contains, kind)) return true;
  }
  return false;
}

std::string_view sign_of(AttachmentKind kind) {
  switch (kind) {
    case AttachmentKind::kHtml:
      return "attachment.html";
    case AttachmentKind::kSvg:
      return "attachment.svg";
    case AttachmentKind::kDiskImage:
      return "attachment.disk_image";
    case AttachmentKind::kShortcut:
      return "attachment.shortcut";
    case AttachmentKind::kExecutable:
    case AttachmentKind::kScript:
      return "attachment.program";
    case AttachmentKind::kAndroidApp:
    case AttachmentKind::kAppleApp:
      return "attachment.app";
    case AttachmentKind::kConfigurationProfile:
      return "attachment.profile";
    case AttachmentKind::kOfficeMacro:
      return "attachment.macro";
    case AttachmentKind::kOneNote:
      return "attachment.note";
    case AttachmentKind::kOther:
    case AttachmentKind::kText:
    case AttachmentKind::kPdf:
    case AttachmentKind::kImage:
    case AttachmentKind::kOffice:
    case AttachmentKind::kArchive:
    case AttachmentKind::kMail:
    case AttachmentKind::kCalendar:
      break;
  }
  return {};
}

// An SVG shown within the mail is a logo; mail programs run no script in it.
bool is_harmless_inline(const MailAttachment& attachment) {
  return attachment.is_inline && attachment.kind == AttachmentKind::kSvg && !attachment.has_script;
}

void judge_cues(const MailCase& mail, MailScore& score) {
  // The strongest count first, up to what the wording may give.
  std::vector<FoundCue> cues = mail.text.cues;
  std::stable_sort(cues.begin(), cues.end(), [](const FoundCue& a, const FoundCue& b) {
    return a.cue->weight > b.cue->weight;
  });
  const std::string text = mail_text(mail.facts);
  int left = kMaxTextPoints;
  for (const FoundCue& found : cues) {
    const int points = std::min(found.cue->weight, left);
    left -= std::max(points, 0);
    score.add({.id = "cue." + found.cue->id,
               .points = points,
               .says = "The text " + found.cue->says + ".",
               .value = text.substr(found.begin, found.end - found.begin)});
  }
}

// None of the links is the sender's own.
void judge_strange_links(const MailCase& mail, const std::vector<JudgedMailLink>& judged, bool used,
                         MailScore& score) {
  constexpr std::size_t kHardlyAnyWords = 30;
  score.add("link.foreign_only", judged.front().host);
  if (mail.known_sender || mail.facts.reply) return;
  if (!used) score.add("link.unknown_only", judged.front().host);
  if (mail.text.words.size() < kHardlyAnyWords) score.add("link.bare", judged.front().host);
}

}  // namespace

void judge_links(const MailCase& mail, MailScore& score, std::vector<JudgedMailLink>& judged) {
  bool own = false;
  bool used = false;  // some link leads to a much used site
  bool any = false;
  bool encrypted = false;
  for (const MailLink& link : mail.facts.links) {
    if (judged.size() == kMaxJudgedLinks) break;
    const CheckedLink checked = check_link(link.url, mail.content, mail.now);
    JudgedMailLink out{.link = link, .verdict = checked.verdict};
    out.suspected = only_suspected(checked);
    if (checked.address) {
      out.host = checked.address->url.host;
      if (const Finding* finding = strongest(checked.findings)) out.summary = finding->summary;
      judge_address(mail, out, *checked.address, score);
      any = true;
      const std::string domain = registrable(out.host, mail.content);
      own |= same_party(domain, mail.sender_domain, mail.content);
      used |= mail.content.popular_domains().contains(domain);
      encrypted |= checked.address->url.scheme != "http";
    }
    judged.push_back(std::move(out));
  }
  if (!any) return;
  if (!own && mail.proof != SenderProof::kUnknown && !mail.facts.list)
    judge_strange_links(mail, judged, used, score);
  if (!encrypted) score.add("link.unencrypted", judged.front().host);
}

void judge_body(const MailCase& mail, MailScore& score) {
  const MailFacts& facts = mail.facts;
  for (const MailForm& form : facts.forms)
    score.add(form.password ? "form.password" : "form.any", form.action);
  for (const parse::Anomaly& anomaly : facts.anomalies) {
    if (anomaly.id == "mail.script_link") score.add("link.script", anomaly.where);
  }
  if (facts.has_script) score.add("page.script");
  constexpr std::size_t kFewWords = 12;
  const bool leads_away = std::any_of(facts.links.begin(), facts.links.end(),
                                      [](const MailLink& link) { return link.image; });
  if (facts.has_html && leads_away && mail.text.words.size() < kFewWords)
    score.add("page.image_only", facts.subject);
  // A preview line for lists of mails is hidden too, and short.
  constexpr std::size_t kMuchHidden = 1500;
  if (facts.hidden_text.size() > kMuchHidden && facts.hidden_text.size() > 2 * facts.text.size())
    score.add("page.hidden_text", facts.hidden_text.substr(0, 80));
  constexpr std::size_t kDisguisedWords = 2;
  if (mail.text.mixed_script_words >= kDisguisedWords || mail.text.invisible_in_words >= 4)
    score.add("text.disguised");
  judge_cues(mail, score);
  // Somebody of whom nothing is known, with an aim: follow this, answer that.
  constexpr int kPressing = 14;
  const bool stranger = mail.proof != SenderProof::kUnknown && !mail.known_sender && !facts.list &&
                        !facts.reply && !mail.sender.domain.empty();
  const bool wants = score.has("link.foreign_only") || score.has("sender.reply_elsewhere") ||
                     score.has("sender.reply_to_free_mail") || mail.free_mail;
  if (!stranger || mail.text.weight < kPressing) return;
  if (wants) {
    score.add("text.stranger_presses", mail.sender.domain);
  } else if (!facts.links.empty()) {
    score.add("text.stranger_asks", mail.sender.domain);
  }
}

void judge_attachments(const MailCase& mail, MailScore& score) {
  for (const MailAttachment& attachment : mail.facts.attachments) {
    const std::string_view sign = sign_of(attachment.kind);
    if (!sign.empty() && !is_harmless_inline(attachment)) {
      score.add(sign, attachment.name);
      if (attachment.has_script) score.add("attachment.html_script", attachment.name);
    }
    if (attachment.kind == AttachmentKind::kArchive && holds_bad(attachment))
      score.add("attachment.archive_of_bad", attachment.name);
    if (attachment.encrypted) score.add("attachment.encrypted", attachment.name);
    if (attachment.double_extension) score.add("attachment.double_extension", attachment.name);
    if (attachment.deceptive_name) score.add("attachment.deceptive_name", attachment.name);
    if (attachment.type_differs) score.add("attachment.type_differs", attachment.name);
  }
}

}  // namespace bartizan::detect
