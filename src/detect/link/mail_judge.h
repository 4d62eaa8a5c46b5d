// What the parts of the judgement on a mail share. Private to mail*.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "detect/link/mail.h"
#include "intel/brands.h"

namespace bartizan::detect {

// Collects reasons; each sign counts once, with what was seen first.
class MailScore {
 public:
  void add(std::string_view sign, std::string value = {});  // of kMailSigns
  void add(MailReason reason);
  bool has(std::string_view id) const;
  std::vector<MailReason> take() { return std::move(reasons_); }

 private:
  std::vector<MailReason> reasons_;
};

// How far the sender named in From is proven.
enum class SenderProof { kUnknown, kVerified, kNotAligned, kNone };

struct MailCase {
  const MailFacts& facts;
  const intel::Content& content;
  Timestamp now;
  MailAddress sender;                   // the first of From; empty: there is none
  std::string sender_domain;            // its registrable domain
  const intel::Brand* owner = nullptr;  // the known organisation whose domain that is
  SenderProof proof = SenderProof::kUnknown;
  bool free_mail = false;     // anyone can have an address there
  bool known_sender = false;  // proven, and of a known organisation or a much used site
  TextReading text;           // of mail_text()
};

std::string registrable(std::string_view host, const intel::Content& content);
bool is_free_mail(std::string_view registrable_domain);
// Of one party: the same domain, or domains of the same brand.
bool same_party(const std::string& a, const std::string& b, const intel::Content& content);
// The brand whose name stands in `words` as a whole, or null. `only_distinct` leaves out names that
// mean other things too.
const intel::Brand* brand_named_in(const std::vector<intel::TextWord>& words,
                                   const intel::Content& content, bool only_distinct);

// Many digits, or consonants in a row that no language has.
bool looks_random(std::string_view label);
// Suffixes under which names cost so little that they are thrown away after a day.
bool is_cheap_suffix(std::string_view registrable_domain);

void judge_sender(const MailCase& mail, MailScore& score);
void judge_links(const MailCase& mail, MailScore& score, std::vector<JudgedMailLink>& judged);
void judge_body(const MailCase& mail, MailScore& score);
void judge_attachments(const MailCase& mail, MailScore& score);

}  // namespace bartizan::detect
