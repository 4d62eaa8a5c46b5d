// Who a mail says that it is from, and who vouches for it.
#include <algorithm>
#include <array>
#include <cctype>

#include "detect/link/lure_words.h"
#include "detect/link/mail_judge.h"
#include "intel/domain_set.h"

namespace bartizan::detect {
namespace {

// Offices whose names are borrowed, in the languages of the cues. Words of a display name.
bool is_office(std::string_view word) {
  static constexpr auto kOffices = std::to_array<std::string_view>(
      {"account",       "accounts",      "admin",        "administrator", "alert",
       "alerts",        "bank",          "billing",      "claims",        "customer",
       "delivery",      "dept",          "department",   "fraud",         "helpdesk",
       "invoice",       "mailbox",       "notification", "notice",        "official",
       "payment",       "payments",      "postmaster",   "rewards",       "security",
       "service",       "services",      "support",      "team",          "webmail",
       "kundenservice", "sicherheit",    "konto",        "assistance",    "compte",
       "seguridad",     "cuenta",        "soporte",      "atendimento",   "suporte",
       "servizio",      "klantenservice"});
  return std::find(kOffices.begin(), kOffices.end(), word) != kOffices.end();
}

void judge_proof(const MailCase& mail, MailScore& score) {
  const MailAuthentication& checks = mail.facts.authentication;
  const std::string& domain = mail.sender.domain;
  if (mail.proof == SenderProof::kNone) score.add("sender.unauthenticated", domain);
  if (mail.proof == SenderProof::kNotAligned)
    score.add("sender.not_aligned", checks.spf_domain.empty() ? domain : checks.spf_domain);
  if (checks.dmarc == AuthenticationResult::kFail && checks.dmarc_enforced)
    score.add("sender.dmarc_fail", domain);
  if (checks.spf == AuthenticationResult::kFail || checks.spf == AuthenticationResult::kSoftFail)
    score.add("sender.spf_fail", checks.spf_domain);
  if (checks.composite_fail) score.add("sender.composite_fail", domain);
  const bool proven = mail.proof == SenderProof::kVerified;
  if (proven && mail.owner != nullptr && !mail.free_mail)
    score.add("sender.verified_brand", mail.owner->name);
  else if (proven && !mail.free_mail && mail.content.popular_domains().contains(mail.sender_domain))
    score.add("sender.verified_popular", mail.sender_domain);
  // Anybody can write a List-Id; it excuses what lists do to signatures and nothing else.
  if (mail.facts.list && !proven && mail.proof != SenderProof::kUnknown)
    score.add("sender.list", checks.spf_domain);
  if (mail.facts.reply && proven) score.add("sender.conversation");
}

std::vector<intel::TextWord> words_of(const std::string& text, const MailCase& mail) {
  return intel::split_words(text, mail.content.confusables()).words;
}

// An address in the display name, whose domain is another one.
std::string shown_address(const MailCase& mail) {
  const std::string& name = mail.sender.name;
  const std::size_t at = name.find('@');
  if (at == std::string::npos) return {};
  std::size_t end = at + 1;
  while (end < name.size() && (std::isalnum(static_cast<unsigned char>(name[end])) != 0 ||
                               name[end] == '.' || name[end] == '-'))
    ++end;
  std::string domain = name.substr(at + 1, end - at - 1);
  for (char& c : domain) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const std::string shown = registrable(domain, mail.content);
  return shown.empty() || same_party(shown, mail.sender_domain, mail.content) ? "" : domain;
}

// "paypal.de" in the place of "paypal.com": proven, and under a country's suffix, it is the brand's
// own far more often than a stranger's, whom the brand would have it taken from.
bool is_own_name(const MailCase& mail, const intel::Brand& brand) {
  const std::size_t dot = mail.sender_domain.find('.');
  if (mail.proof != SenderProof::kVerified || dot == std::string::npos) return false;
  const std::string_view suffix = std::string_view(mail.sender_domain).substr(dot + 1);
  const bool of_a_country = suffix.size() - (suffix.rfind('.') + 1) == 2;
  return of_a_country && !is_cheap_suffix(suffix) &&
         std::any_of(brand.words.begin(), brand.words.end(), [&](const intel::BrandWord& word) {
           return word.text == std::string_view(mail.sender_domain).substr(0, dot);
         });
}

// Who imitates a brand does not lead people to it.
bool leads_only_to(const intel::Brand& brand, const MailCase& mail) {
  bool any = false;
  for (const MailLink& link : mail.facts.links) {
    const auto address = read_link(link.url, mail.content.public_suffixes());
    if (!address.ok()) continue;
    any = true;
    if (mail.content.brands().owner_of(registrable(address->url.host, mail.content)) != &brand)
      return false;
  }
  return any && mail.proof == SenderProof::kVerified;
}

// An organisation's name stands in its domain and a person's in front of it, as a rule.
void judge_relation(const MailCase& mail, const std::vector<intel::TextWord>& words,
                    MailScore& score) {
  if (mail.known_sender || mail.owner != nullptr || mail.facts.list || mail.sender.domain.empty())
    return;
  std::string address;
  for (const char c : mail.sender.address)
    address += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  constexpr std::size_t kTelling = 3;  // letters; "of" stands in many addresses
  bool any = false;
  for (const intel::TextWord& word : words) {
    const bool ascii = std::all_of(word.text.begin(), word.text.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (!ascii || word.text.size() < kTelling) continue;
    any = true;
    if (address.find(word.text) != std::string::npos) return;
  }
  if (any) score.add("sender.name_unrelated", mail.sender.name);
}

void judge_name(const MailCase& mail, MailScore& score) {
  const std::vector<intel::TextWord> words = words_of(mail.sender.name, mail);
  const std::string shown = shown_address(mail);
  if (!shown.empty()) score.add("sender.address_in_name", shown);
  judge_relation(mail, words, score);
  const intel::Brand* brand = brand_named_in(words, mail.content, false);
  if (brand != nullptr && brand != mail.owner && !mail.known_sender && !is_own_name(mail, *brand) &&
      !leads_only_to(*brand, mail)) {
    // "Visa" and "Chase" are names of people and things too.
    if (!brand->common_word || words.size() <= 3) score.add("sender.brand_in_name", brand->name);
  }
  const auto office = std::find_if(
      words.begin(), words.end(), [](const intel::TextWord& word) { return is_office(word.text); });
  if (office == words.end() || mail.owner != nullptr) return;
  if (mail.free_mail) {
    score.add("sender.free_mail_office", mail.sender.name);
  } else if (mail.proof != SenderProof::kVerified && mail.proof != SenderProof::kUnknown) {
    score.add("sender.role_in_name", mail.sender.name);
  }
}

void judge_domain(const MailCase& mail, MailScore& score) {
  const std::string& domain = mail.sender.domain;
  if (domain.empty()) {
    if (!mail.facts.from.empty() || !mail.facts.authentication.present)
      score.add("sender.missing", mail.sender.address);
    return;
  }
  if (mail.owner != nullptr || mail.free_mail) return;
  const CheckedLink checked = check_link("https://" + domain + "/", mail.content, mail.now);
  if (!checked.findings.empty() && !only_suspected(checked)) score.add("sender.look_alike", domain);
  if (checked.address && checked.address->on_platform) score.add("sender.platform", domain);
  std::string_view label = std::string_view(mail.sender_domain);
  label = label.substr(0, label.find('.'));
  std::string_view rest = label;
  while (!rest.empty()) {
    const std::string_view token = rest.substr(0, rest.find('-'));
    if (is_strong_lure(token)) score.add("sender.lure_in_domain", domain);
    rest.remove_prefix(std::min(token.size() + 1, rest.size()));
  }
  if (ends_with_lure(label) || begins_with_lure(label)) score.add("sender.lure_in_domain", domain);
  const bool popular = mail.content.popular_domains().contains(mail.sender_domain);
  const std::string local = mail.sender.address.substr(0, mail.sender.address.find('@'));
  std::string_view first = std::string_view(domain).substr(0, domain.find('.'));
  if (!popular && is_cheap_suffix(mail.sender_domain)) score.add("sender.cheap_domain", domain);
  if (!popular && (looks_random(label) || looks_random(local) || looks_random(first)))
    score.add("sender.random", mail.sender.address);
}

void judge_answers(const MailCase& mail, MailScore& score) {
  if (mail.facts.reply_to.empty() || mail.facts.list) return;
  const MailAddress& reply = mail.facts.reply_to.front();
  const std::string domain = registrable(reply.domain, mail.content);
  if (domain.empty() || same_party(domain, mail.sender_domain, mail.content)) return;
  if (is_free_mail(domain) && !mail.free_mail) {
    score.add("sender.reply_to_free_mail", reply.address);
  } else {
    score.add("sender.reply_elsewhere", reply.address);
  }
}

void judge_disguise(const MailCase& mail, MailScore& score) {
  const intel::TextWords name = intel::split_words(mail.sender.name, mail.content.confusables());
  const intel::TextWords subject =
      intel::split_words(mail.facts.subject, mail.content.confusables());
  const auto mixed = [](const intel::TextWords& words) {
    return words.invisible > 0 || std::any_of(words.words.begin(), words.words.end(),
                                              [](const auto& word) { return word.mixed_scripts; });
  };
  if (mixed(name) || mixed(subject))
    score.add("sender.disguised", mixed(name) ? mail.sender.name : mail.facts.subject);
}

bool has_anomaly(const MailFacts& facts, std::string_view id) {
  return std::any_of(facts.anomalies.begin(), facts.anomalies.end(),
                     [&](const parse::Anomaly& anomaly) { return anomaly.id == id; });
}

// An organisation named in the subject, or by its distinct name in the first words.
void judge_claim(const MailCase& mail, MailScore& score) {
  if (mail.owner != nullptr || mail.facts.list || mail.facts.reply) return;
  if (mail.known_sender) return;
  const intel::Brand* brand =
      brand_named_in(words_of(mail.facts.subject, mail), mail.content, true);
  constexpr std::size_t kFirstWords = 40;
  std::vector<intel::TextWord> first(
      mail.text.words.begin(), mail.text.words.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                             kFirstWords, mail.text.words.size())));
  if (brand == nullptr && mail.proof != SenderProof::kUnknown)
    brand = brand_named_in(first, mail.content, true);
  if (brand != nullptr && !score.has("sender.brand_in_name") && !is_own_name(mail, *brand) &&
      !leads_only_to(*brand, mail))
    score.add("text.brand_claimed", brand->name);
}

}  // namespace

void judge_sender(const MailCase& mail, MailScore& score) {
  judge_proof(mail, score);
  judge_name(mail, score);
  judge_domain(mail, score);
  judge_answers(mail, score);
  judge_disguise(mail, score);
  judge_claim(mail, score);
  if (has_anomaly(mail.facts, "mail.two_from")) score.add("sender.several");
  const std::string& subject = mail.facts.subject;
  const bool says_reply = subject.starts_with("Re:") || subject.starts_with("RE:") ||
                          subject.starts_with("Aw:") || subject.starts_with("AW:");
  if (says_reply && !mail.facts.reply && mail.proof != SenderProof::kUnknown)
    score.add("sender.false_reply", subject);
}

}  // namespace bartizan::detect
