#include "detect/link/text_message.h"

#include <algorithm>
#include <array>
#include <set>

#include "detect/link/text_links.h"
#include "intel/brands.h"
#include "intel/domain_set.h"
#include "parse/domain/utf8.h"

namespace bartizan::detect {
namespace {

struct Sign {
  std::string_view id;
  int points;
  std::string_view says;
};

// One table, so that the sum can be read.
constexpr auto kSigns = std::to_array<Sign>({
    {"link.bad", 100, "A link is known or almost surely bad."},
    {"link.suspicious", 60, "A link is suspicious."},
    {"link.suspected", 34, "A link is built like those of phishing."},
    {"link.number", 30, "A link leads to a bare IP address."},
    {"link.app", 34, "A link brings an app or profile from outside the stores."},
    {"link.platform", 24, "A link leads to a stranger's page on a hosting platform."},
    {"link.shortener", 16, "A link hides its target behind a shortener."},
    {"link.unknown", 18, "A link leads to a site that is not much used."},
    {"link.not_the_brand", 26, "The message speaks for a known organisation, its link does not."},
    {"text.call_back", 22, "It wants a call or an answer to a number."},
    {"text.disguised", 30, "Letters are hidden behind look-alikes or characters nobody sees."},
});

// What wording gives at most beside a link that is not well known, beside none, and beside links
// that all lead to well-known sites. A cue of kAsking or more asks for what no honest sender asks
// for, and counts in full.
constexpr int kAsking = 40;
// Cues of this weight or more say what a message wants its reader to act upon.
constexpr int kPressing = 20;
constexpr int kTextWithLink = 36;
constexpr int kTextAlone = 20;
constexpr int kTextWithKnownLinks = 8;

bool is_host_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.';
}

// A bare name in the text: "example.com" or "example.com/x", whose end is a known suffix or that
// has a path behind it. Names with a digit alone at their end (amounts, versions) are none.
bool is_bare_link(std::string_view word, const parse::PublicSuffixList& suffixes) {
  const std::size_t slash = word.find_first_of("/?");
  const std::string_view host = word.substr(0, slash);
  const std::size_t dot = host.rfind('.');
  if (host.size() < 4 || dot == std::string_view::npos || dot == 0 || host.front() == '-' ||
      !std::all_of(host.begin(), host.end(), is_host_byte))
    return false;
  std::string suffix(host.substr(dot + 1));
  for (char& c : suffix) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const bool letters = suffix.size() >= 2 && std::all_of(suffix.begin(), suffix.end(), [](char c) {
                         return c >= 'a' && c <= 'z';
                       });
  if (!letters) return false;
  // Reserved for examples (RFC 2606): where one is written it stands for a real one.
  const bool reserved = suffix == "example" || suffix == "test" || suffix == "invalid";
  return slash != std::string_view::npos ? word.size() > slash + 1
                                         : reserved || suffixes.is_public_suffix(suffix);
}

class Score {
 public:
  void add(std::string_view id, std::string_view value) {
    const auto sign = std::find_if(kSigns.begin(), kSigns.end(),
                                   [&](const Sign& candidate) { return candidate.id == id; });
    if (!ids_.insert(std::string(id)).second) return;  // each once, however many links show it
    add(id, sign->points, std::string(sign->says), value);
  }
  void add(std::string_view id, int points, std::string says, std::string_view value) {
    judged_.score += points;
    judged_.reasons.push_back({std::string(id), points, std::move(says), std::string(value)});
  }
  explicit Score(JudgedMessage& judged) : judged_(judged) {}

 private:
  JudgedMessage& judged_;
  std::set<std::string, std::less<>> ids_;
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// A brand whose name is a word of the sender or the text, and that no common word is.
const intel::Brand* claimed_brand(const TextMessage& message, const TextReading& reading,
                                  const intel::Content& content) {
  std::set<std::string, std::less<>> words{lower(message.sender)};
  for (const intel::TextWord& word : reading.words) words.insert(word.text);
  for (const intel::Brand& brand : content.brands().brands()) {
    if (brand.common_word) continue;
    for (const intel::BrandWord& word : brand.words) {
      if (word.text.size() >= 4 && words.contains(word.text)) return &brand;
    }
  }
  return nullptr;
}

struct LinkSummary {
  bool any = false;
  bool all_known = true;
};

bool brings_app(const parse::Url& url) {
  const std::string path = lower(url.path);
  return path.ends_with(".apk") || path.ends_with(".xapk") || path.ends_with(".mobileconfig") ||
         path.ends_with(".ipa");
}

void judge_stranger(const LinkAddress& address, const intel::Content& content,
                    const intel::Brand* claimed, Score& score) {
  const std::string& host = address.url.host;
  if (address.url.host_kind != parse::HostKind::kDomain) {
    score.add("link.number", host);
  } else if (content.url_shorteners().contains(host)) {
    score.add("link.shortener", host);
    return;  // whose page it is nobody can see
  } else {
    score.add(address.on_platform ? "link.platform" : "link.unknown", host);
  }
  if (claimed != nullptr) score.add("link.not_the_brand", claimed->name + ", " + host);
}

LinkSummary judge_links(const TextMessage& message, const intel::Brand* claimed,
                        const intel::Content& content, Timestamp now, Score& score,
                        JudgedMessage& judged) {
  LinkSummary summary;
  for (std::string& url : find_message_links(message.text, content)) {
    const CheckedLink checked = check_link(url, content, now);
    if (!checked.address) continue;
    JudgedMessageLink link{.url = std::move(url),
                           .host = checked.address->url.host,
                           .verdict = checked.verdict,
                           .summary = {}};
    for (const Finding& finding : checked.findings)
      if (link.summary.empty()) link.summary = finding.summary;
    summary.any = true;
    const LinkAddress& address = *checked.address;
    const bool own_brand = content.brands().owner_of(address.registrable_domain) != nullptr;
    const bool known = checked.findings.empty() &&
                       (own_brand || content.popular_domains().contains(address.owned_name)) &&
                       !content.url_shorteners().contains(address.url.host);
    if (checked.verdict == LinkVerdict::kBlock) score.add("link.bad", link.summary);
    if (checked.verdict == LinkVerdict::kWarn)
      score.add(only_suspected(checked) ? "link.suspected" : "link.suspicious", link.summary);
    if (brings_app(address.url) && !known) score.add("link.app", link.host);
    if (!known) judge_stranger(address, content, claimed, score);
    summary.all_known &= known;
    judged.links.push_back(std::move(link));
  }
  return summary;
}

// A telephone number: eight digits or more, in groups. Times, dates and amounts are shorter.
bool has_phone_number(std::string_view text) {
  constexpr int kDigits = 8;
  int digits = 0;
  bool gap = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      if (++digits == kDigits) return true;
      gap = false;
    } else if (digits > 0 && !gap && (c == ' ' || c == '-' || c == '/')) {
      gap = true;
    } else {
      digits = 0;
    }
  }
  return false;
}

std::string says(const FoundCue& found) { return "The text " + found.cue->says + "."; }

void judge_wording(std::string_view text, const TextReading& mail, const TextReading& sms,
                   const LinkSummary& links, Score& score, JudgedMessage& judged) {
  std::vector<FoundCue> cues;
  for (const TextReading* reading : {&sms, &mail}) {
    for (const FoundCue& found : reading->cues) {
      if (found.cue->weight >= kAsking) {
        score.add("cue." + found.cue->id, found.cue->weight, says(found), "");
        judged.cues.push_back(found);
      } else {
        cues.push_back(found);
      }
    }
  }
  std::stable_sort(cues.begin(), cues.end(), [](const FoundCue& a, const FoundCue& b) {
    return a.cue->weight > b.cue->weight;
  });
  int left = !links.any ? kTextAlone : links.all_known ? kTextWithKnownLinks : kTextWithLink;
  for (const FoundCue& found : cues) {
    const int points = std::min(found.cue->weight, left);
    if (points == 0) continue;
    left -= std::max(points, 0);
    score.add("cue." + found.cue->id, points, says(found), "");
    judged.cues.push_back(found);
  }
  const bool presses = std::any_of(cues.begin(), cues.end(), [](const FoundCue& found) {
    return found.cue->weight >= kPressing;
  });
  if (!links.any && presses && has_phone_number(text)) score.add("text.call_back", "");
  if (mail.mixed_script_words + mail.invisible_in_words > 0) score.add("text.disguised", "");
}

}  // namespace

std::vector<std::string> find_message_links(std::string_view text, const intel::Content& content) {
  std::vector<std::string> links = find_text_links(text, kMaxMessageLinks);
  for (std::size_t at = 0; at < text.size() && links.size() < kMaxMessageLinks;) {
    const auto in_word = [&](char c) {
      return static_cast<unsigned char>(c) > ' ' && static_cast<unsigned char>(c) < 0x80 &&
             std::string_view("<>\"'`|,;()").find(c) == std::string_view::npos;
    };
    if (!in_word(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && in_word(text[end])) ++end;
    std::string_view word = text.substr(at, end - at);
    at = end;
    while (!word.empty() && std::string_view(".:!?*").find(word.back()) != std::string_view::npos)
      word.remove_suffix(1);
    const std::string shown = lower(word.substr(0, 12));
    const bool defanged = shown.starts_with("hxxp") || word.find("[.]") != std::string_view::npos;
    const bool with_scheme = shown.starts_with("http") || shown.starts_with("www.");
    if (!with_scheme && word.find('@') == std::string_view::npos &&
        (defanged || is_bare_link(word, content.public_suffixes())))
      links.emplace_back(word);
  }
  return links;
}

JudgedMessage judge_message(const TextMessage& message, const intel::Content& content,
                            Timestamp now) {
  const TextMessage seen{.text = message.text.substr(0, intel::kMaxCueText),
                         .sender = message.sender};
  JudgedMessage judged;
  Score score(judged);
  const TextReading mail = read_text(seen.text, "mail", content);
  const TextReading sms = read_text(seen.text, "sms", content);
  const LinkSummary links =
      judge_links(seen, claimed_brand(seen, mail, content), content, now, score, judged);
  judge_wording(seen.text, mail, sms, links, score, judged);
  std::stable_sort(judged.reasons.begin(), judged.reasons.end(),
                   [](const MailReason& a, const MailReason& b) { return a.points > b.points; });
  judged.verdict = judged.score >= kMessageBlockScore  ? LinkVerdict::kBlock
                   : judged.score >= kMessageWarnScore ? LinkVerdict::kWarn
                                                       : LinkVerdict::kAllow;
  return judged;
}

json::object to_json(const JudgedMessage& judged, std::string_view text) {
  const auto valid = [](std::string_view bytes) {
    return parse::encode_utf8(parse::decode_utf8_lossy(bytes));
  };
  json::array reasons;
  for (const MailReason& reason : judged.reasons) {
    reasons.push_back(json::object{{"id", reason.id},
                                   {"points", reason.points},
                                   {"text", reason.says},
                                   {"value", valid(reason.value)}});
  }
  json::array links;
  for (const JudgedMessageLink& link : judged.links) {
    links.push_back(json::object{{"url", valid(link.url)},
                                 {"host", valid(link.host)},
                                 {"verdict", to_string(link.verdict)},
                                 {"summary", valid(link.summary)}});
  }
  json::array cues;
  for (const FoundCue& found : judged.cues) {
    cues.push_back(
        json::object{{"id", found.cue->id},
                     {"begin", found.begin},
                     {"end", found.end},
                     {"text", valid(text.substr(found.begin, found.end - found.begin))}});
  }
  return {{"verdict", to_string(judged.verdict)},
          {"score", judged.score},
          {"threshold", kMessageWarnScore},
          {"block_threshold", kMessageBlockScore},
          {"reasons", std::move(reasons)},
          {"links", std::move(links)},
          {"cues", std::move(cues)}};
}

}  // namespace bartizan::detect
