// The judgement on a mail: what speaks for and against it, added up and explained.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "detect/link/check.h"
#include "detect/link/mail_facts.h"
#include "detect/link/text_cues.h"
#include "intel/content.h"

namespace bartizan::detect {

inline constexpr std::size_t kMaxJudgedLinks = 200;  // of one mail

struct MailReason {
  std::string id;     // "sender.brand_in_name", "cue.urgency"
  int points = 0;     // negative: it speaks for the mail
  std::string says;   // a sentence
  std::string value;  // what was seen: an address, a name, words of the text; may be empty
};

struct JudgedMailLink {
  MailLink link;
  LinkVerdict verdict = LinkVerdict::kError;
  std::string host;
  std::string summary;     // of the strongest finding; empty: none
  bool suspected = false;  // by the model of links, and by nothing else
};

struct JudgedMail {
  LinkVerdict verdict = LinkVerdict::kAllow;  // never kError
  int score = 0;                              // the points of all reasons together
  std::vector<MailReason> reasons;            // the strongest first
  std::vector<JudgedMailLink> links;          // the first kMaxJudgedLinks
  std::vector<FoundCue> cues;                 // places in mail_text()
  std::vector<std::string> techniques;        // MITRE ATT&CK; empty when allowed
};

// Subject and text, as the cues' places count.
std::string mail_text(const MailFacts& facts);

// Pure: nothing is looked up. The same facts and content give the same judgement.
JudgedMail judge_mail(const MailFacts& facts, const intel::Content& content, Timestamp now);

// {"verdict","score","threshold","block_threshold","reasons","links","attachments",...}:
// docs/cli.md.
json::object to_json(const JudgedMail& judged, const MailFacts& facts);

}  // namespace bartizan::detect
