#include "detect/link/mail.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdlib>
#include <utility>

#include "detect/link/mail_judge.h"
#include "detect/link/mail_signs.h"
#include "intel/domain_set.h"

namespace bartizan::detect {
namespace {

constexpr std::size_t kMaxValue = 300;

SenderProof proof_of(const MailFacts& facts, const std::string& sender_domain,
                     const intel::Content& content) {
  const MailAuthentication& checks = facts.authentication;
  if (!checks.present) return SenderProof::kUnknown;
  const bool spf = checks.spf == AuthenticationResult::kPass;
  const bool dkim = checks.dkim == AuthenticationResult::kPass;
  const auto aligned = [&](const std::string& domain) {
    return !sender_domain.empty() && registrable(domain, content) == sender_domain;
  };
  if (checks.dmarc == AuthenticationResult::kPass &&
      (checks.dmarc_domain.empty() || aligned(checks.dmarc_domain)))
    return SenderProof::kVerified;
  // DMARC that fails outweighs what one of its parts seems to say.
  if (checks.dmarc != AuthenticationResult::kFail) {
    if (spf && aligned(checks.spf_domain)) return SenderProof::kVerified;
    if (dkim && std::any_of(checks.dkim_domains.begin(), checks.dkim_domains.end(), aligned))
      return SenderProof::kVerified;
  }
  return spf || dkim ? SenderProof::kNotAligned : SenderProof::kNone;
}

MailCase open_case(const MailFacts& facts, const intel::Content& content, Timestamp now) {
  MailCase out{.facts = facts, .content = content, .now = now};
  if (!facts.from.empty()) out.sender = facts.from.front();
  out.sender_domain = registrable(out.sender.domain, content);
  out.proof = proof_of(facts, out.sender_domain, content);
  out.free_mail = is_free_mail(out.sender_domain);
  // An address at gmail.com is not Google's.
  if (!out.free_mail) out.owner = content.brands().owner_of(out.sender_domain);
  out.known_sender =
      out.proof == SenderProof::kVerified && !out.free_mail &&
      (out.owner != nullptr || content.popular_domains().contains(out.sender_domain));
  out.text = read_text(mail_text(facts), "mail", content);
  return out;
}

const MailSign& sign_of(std::string_view id) {
  const auto sign = std::find_if(kMailSigns.begin(), kMailSigns.end(),
                                 [&](const MailSign& known) { return known.id == id; });
  assert(sign != kMailSigns.end());
  return *sign;
}

}  // namespace

void MailScore::add(std::string_view id, std::string value) {
  const MailSign& sign = sign_of(id);
  add({.id = std::string(sign.id),
       .points = sign.points,
       .says = std::string(sign.says),
       .value = std::move(value)});
}

void MailScore::add(MailReason reason) {
  if (has(reason.id)) return;
  reason.value = parse::printable(reason.value, kMaxValue);
  reasons_.push_back(std::move(reason));
}

bool MailScore::has(std::string_view id) const {
  return std::any_of(reasons_.begin(), reasons_.end(),
                     [&](const MailReason& reason) { return reason.id == id; });
}

std::string registrable(std::string_view host, const intel::Content& content) {
  // A platform's own address (substack.com) is a suffix to its tenants and a name to itself.
  const parse::PublicSuffixList& suffixes = content.public_suffixes();
  const std::string_view tenant = suffixes.registrable_domain_platform(host);
  return std::string(tenant.empty() ? suffixes.registrable_domain_icann(host) : tenant);
}

bool is_free_mail(std::string_view domain) {
  static constexpr auto kServices = std::to_array<std::string_view>(
      {"gmail.com",      "googlemail.com", "outlook.com", "hotmail.com",    "hotmail.fr",
       "hotmail.co.uk",  "live.com",       "msn.com",     "outlook.fr",     "outlook.de",
       "yahoo.com",      "yahoo.co.jp",    "yahoo.co.uk", "yahoo.fr",       "yahoo.de",
       "ymail.com",      "rocketmail.com", "aol.com",     "icloud.com",     "me.com",
       "mac.com",        "gmx.de",         "gmx.net",     "gmx.at",         "gmx.com",
       "web.de",         "mail.com",       "proton.me",   "protonmail.com", "tutanota.com",
       "yandex.ru",      "yandex.com",     "mail.ru",     "bk.ru",          "inbox.ru",
       "list.ru",        "rambler.ru",     "qq.com",      "163.com",        "126.com",
       "sina.com",       "naver.com",      "daum.net",    "hanmail.net",    "orange.fr",
       "laposte.net",    "free.fr",        "libero.it",   "virgilio.it",    "terra.com.br",
       "uol.com.br",     "bol.com.br",     "ig.com.br",   "t-online.de",    "wp.pl",
       "o2.pl",          "onet.pl",        "interia.pl",  "seznam.cz",      "zoho.com",
       "rediffmail.com", "comcast.net",    "att.net",     "verizon.net",    "cox.net",
       "btinternet.com"});
  return std::find(kServices.begin(), kServices.end(), domain) != kServices.end();
}

bool same_party(const std::string& a, const std::string& b, const intel::Content& content) {
  if (a.empty() || b.empty()) return false;
  if (a == b) return true;
  const intel::Brand* owner = content.brands().owner_of(a);
  return owner != nullptr && owner == content.brands().owner_of(b);
}

const intel::Brand* brand_named_in(const std::vector<intel::TextWord>& words,
                                   const intel::Content& content, bool only_distinct) {
  // A name of several words is written with or without spaces: "American Express".
  std::string joined = " ";
  for (const intel::TextWord& word : words) joined += word.text + " ";
  for (const intel::Brand& brand : content.brands().brands()) {
    if (only_distinct && brand.common_word) continue;
    for (const intel::BrandWord& spelling : brand.words) {
      if (spelling.text.size() >= 4 && joined.find(" " + spelling.text + " ") != std::string::npos)
        return &brand;
    }
    std::string name = " ";
    for (const intel::TextWord& word : intel::split_words(brand.name, content.confusables()).words)
      name += word.text + " ";
    if (name.size() >= 6 && joined.find(name) != std::string::npos) return &brand;
  }
  return nullptr;
}

bool looks_random(std::string_view label) {
  std::size_t digits = 0;
  std::size_t run = 0;
  std::size_t longest = 0;
  std::size_t changes = 0;  // between letters and digits
  bool before = false;
  for (const char c : label) {
    const bool digit = c >= '0' && c <= '9';
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool vowel = std::string_view("aeiouyAEIOUY").find(c) != std::string_view::npos;
    run = letter && !vowel ? run + 1 : 0;
    longest = std::max(longest, run);
    digits += digit ? 1 : 0;
    changes += (digit || letter) && digit != before ? 1 : 0;
    if (digit || letter) before = digit;
  }
  return longest >= 6 || changes >= 4 || (label.size() >= 10 && digits * 3 >= label.size());
}

// By the yearly reports on abused domains (Interisle, Spamhaus): the suffixes at their top for
// years.
bool is_cheap_suffix(std::string_view domain) {
  static constexpr auto kSuffixes = std::to_array<std::string_view>(
      {"top",     "xyz",  "icu",   "click", "site",    "online", "store", "live",  "club",
       "buzz",    "cyou", "cfd",   "sbs",   "rest",    "quest",  "bond",  "autos", "hair",
       "skin",    "pics", "boats", "lol",   "monster", "shop",   "work",  "fun",   "space",
       "website", "host", "link",  "tk",    "ml",      "ga",     "cf",    "gq",    "pw",
       "su",      "vip",  "bid",   "loan",  "win",     "life",   "best"});
  const std::string_view suffix = domain.substr(std::min(domain.rfind('.') + 1, domain.size()));
  return std::find(kSuffixes.begin(), kSuffixes.end(), suffix) != kSuffixes.end();
}

std::string mail_text(const MailFacts& facts) { return facts.subject + "\n" + facts.text; }

JudgedMail judge_mail(const MailFacts& facts, const intel::Content& content, Timestamp now) {
  const MailCase mail = open_case(facts, content, now);
  MailScore score;
  JudgedMail out;
  judge_sender(mail, score);
  judge_links(mail, score, out.links);
  judge_body(mail, score);
  judge_attachments(mail, score);
  out.reasons = score.take();
  out.cues = mail.text.cues;
  for (const MailReason& reason : out.reasons) out.score += reason.points;
  std::stable_sort(out.reasons.begin(), out.reasons.end(), [](const auto& a, const auto& b) {
    return std::abs(a.points) > std::abs(b.points);
  });
  out.verdict = out.score >= kMailBlockScore  ? LinkVerdict::kBlock
                : out.score >= kMailWarnScore ? LinkVerdict::kWarn
                                              : LinkVerdict::kAllow;
  if (out.verdict != LinkVerdict::kAllow) out.techniques = {"T1660"};  // Phishing
  return out;
}

}  // namespace bartizan::detect
