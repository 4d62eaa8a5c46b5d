// The judgement on a short message, SMS or chat: where its links lead decides, its wording adds,
// and wording alone counts only where it asks for what no honest sender asks for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "detect/link/check.h"
#include "detect/link/mail.h"
#include "detect/link/text_cues.h"
#include "intel/content.h"

namespace bartizan::detect {

inline constexpr int kMessageWarnScore = 40;
inline constexpr int kMessageBlockScore = 100;
inline constexpr std::size_t kMaxMessageLinks = 20;  // of one message that are judged

struct TextMessage {
  std::string text;
  std::string sender;  // a name, number or short code as the phone shows it; may be empty
};

struct JudgedMessageLink {
  std::string url;  // as written
  std::string host;
  LinkVerdict verdict = LinkVerdict::kError;
  std::string summary;  // of the strongest finding; empty: none
};

struct JudgedMessage {
  LinkVerdict verdict = LinkVerdict::kAllow;  // never kError
  int score = 0;                              // the points of all reasons together
  std::vector<MailReason> reasons;            // the strongest first
  std::vector<JudgedMessageLink> links;
  std::vector<FoundCue> cues;  // places in the text
};

// Addresses as people write them in messages: with a scheme, "www.", bare ("example.com/x") or
// defanged. At most kMaxMessageLinks.
std::vector<std::string> find_message_links(std::string_view text, const intel::Content& content);

// Pure: nothing is looked up or kept. Text beyond intel::kMaxCueText is not looked at.
JudgedMessage judge_message(const TextMessage& message, const intel::Content& content,
                            Timestamp now);

// {"verdict","score","threshold","block_threshold","reasons","links","cues"}: docs/cli.md.
json::object to_json(const JudgedMessage& judged, std::string_view text);

}  // namespace bartizan::detect
