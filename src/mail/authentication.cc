#include "mail/authentication.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "mail/ascii.h"

namespace bartizan::mail {
namespace {

using detect::AuthenticationResult;
using detect::MailAuthentication;

constexpr std::size_t kMaxValue = 16 << 10;
constexpr std::size_t kMaxDomains = 16;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Comments, which nest and may hold quoted pairs, become a space (RFC 5322, section 3.2.2), and
// runs of blanks one. What is quoted is one word: the sender chooses the name before the "@" that a
// result quotes, and must not add results with it.
std::string without_comments(std::string_view text) {
  std::string out;
  const auto add = [&out](char c) {
    if (c != ' ' || out.empty() || out.back() != ' ') out += c;
  };
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && (quoted || depth > 0)) {
      ++i;
      continue;
    }
    if (c == '"' && depth == 0) quoted = !quoted;
    if (c == '(' && !quoted) ++depth;
    const bool separates = is_space(c) || c == ';' || c == '=';
    if (depth == 0 && c != '"') add(quoted && separates ? '_' : is_space(c) ? ' ' : c);
    if (c == ')' && !quoted && depth > 0 && --depth == 0) add(' ');
  }
  return out;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

AuthenticationResult result_of(std::string_view word) {
  if (word == "pass") return AuthenticationResult::kPass;
  if (word == "fail" || word == "hardfail" || word == "reject") return AuthenticationResult::kFail;
  if (word == "softfail") return AuthenticationResult::kSoftFail;
  if (word == "neutral" || word == "policy") return AuthenticationResult::kNeutral;
  // Exchange Online's "bestguesspass": there is no record, it would have passed a usual one.
  if (word == "none" || word == "bestguesspass") return AuthenticationResult::kNone;
  return AuthenticationResult::kError;
}

std::string domain_of(std::string_view value) {
  const std::size_t at = value.rfind('@');
  if (at != std::string_view::npos) value.remove_prefix(at + 1);
  while (value.ends_with('.') || value.ends_with('>')) value.remove_suffix(1);
  return std::string(value);
}

// The better of two results of the same method: one signature that verifies is enough.
AuthenticationResult better(AuthenticationResult a, AuthenticationResult b) {
  if (a == AuthenticationResult::kAbsent) return b;
  if (a == AuthenticationResult::kPass || b == AuthenticationResult::kPass)
    return AuthenticationResult::kPass;
  return b;
}

// "dkim=pass header.d=example.com"
void read_method(const std::string& text, MailAuthentication& out) {
  std::string joined;  // "a = b" as "a=b"
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool beside_equals =
        text[i] == ' ' && ((!joined.empty() && joined.back() == '=') ||
                           text.find_first_not_of(' ', i) == text.find('=', i));
    if (!beside_equals || text.find('=', i) == std::string::npos) joined += text[i];
  }
  const std::vector<std::string> words = split(joined, ' ');
  if (words.empty()) return;
  const std::size_t equals = words[0].find('=');
  if (equals == std::string::npos) return;
  const std::string method = words[0].substr(0, std::min(equals, words[0].find('/')));
  const AuthenticationResult result = result_of(words[0].substr(equals + 1));
  const auto property = [&](std::string_view name) {
    for (const std::string& word : words) {
      if (word.starts_with(name) && word.size() > name.size() && word[name.size()] == '=')
        return domain_of(std::string_view(word).substr(name.size() + 1));
    }
    return std::string();
  };
  if (method == "spf") {
    // Of MAIL FROM before that of HELO (RFC 8601, section 2.7.2), each with its own domain.
    std::string sender = property("smtp.mailfrom");
    if (out.spf != AuthenticationResult::kAbsent && (sender.empty() || out.spf_by_sender)) return;
    out.spf = result;
    out.spf_by_sender = !sender.empty();
    out.spf_domain = sender.empty() ? property("smtp.helo") : std::move(sender);
  } else if (method == "dkim") {
    out.dkim = better(out.dkim, result);
    std::string domain = property("header.d");
    if (domain.empty()) domain = property("header.i");
    if (result == AuthenticationResult::kPass && !domain.empty() && domain != "none" &&
        out.dkim_domains.size() < kMaxDomains)
      out.dkim_domains.push_back(std::move(domain));
  } else if (method == "dmarc") {
    if (out.dmarc != AuthenticationResult::kAbsent) return;
    out.dmarc = result;
    out.dmarc_domain = property("header.from");
  } else if (method == "compauth") {
    out.composite_fail |= result == AuthenticationResult::kFail;
  }
}

// "Pass (comment) client-ip=...; envelope-from=...;"
void read_received_spf(std::string_view value, MailAuthentication& out) {
  const std::vector<std::string> words =
      split(lower_ascii(without_comments(value.substr(0, kMaxValue))), ' ');
  if (words.empty()) return;
  out.spf = result_of(words[0]);
  for (const std::string& word : words) {
    constexpr std::string_view kEnvelope = "envelope-from=";
    if (word.starts_with(kEnvelope)) {
      std::string domain = domain_of(std::string_view(word).substr(kEnvelope.size()));
      while (domain.ends_with(';')) domain.pop_back();
      out.spf_domain = std::move(domain);
    }
  }
}

// "from a (a [192.0.2.1]) by mx.example.com with ESMTPS": who received it.
std::string receiver_of(std::string_view received) {
  const std::vector<std::string> words =
      split(lower_ascii(without_comments(received.substr(0, kMaxValue))), ' ');
  const auto by = std::find(words.begin(), words.end(), "by");
  return by == words.end() || by + 1 == words.end() ? std::string() : *(by + 1);
}

// Servers of one operator: "mx.example.com" and "example.com" or "in.example.com".
bool same_operator(const std::string& a, const std::string& b) {
  const auto last_two = [](std::string_view name) {
    while (name.ends_with(';')) name.remove_suffix(1);
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return std::string();
    const std::size_t before = name.rfind('.', dot - 1);
    return std::string(before == std::string_view::npos ? name : name.substr(before + 1));
  };
  return !last_two(a).empty() && last_two(a) == last_two(b);
}

// A receiving server that has a number alone for a name says nothing of its operator.
bool has_name(std::string_view receiver) {
  return receiver.find('.') != std::string_view::npos &&
         receiver.find_first_not_of("0123456789.:[];") != std::string_view::npos &&
         receiver.find(':') == std::string_view::npos;
}

// Whether results come from who received the mail: nothing stands above them, or Received lines of
// their own operator alone. Whoever sends a mail can write any lines below the receiver's. Results
// that name no server are Exchange Online's.
bool is_by_receivers(const std::string& server, const std::vector<std::string>& receivers) {
  const std::string by = server.empty() ? "protection.outlook.com" : server;
  return std::all_of(receivers.begin(), receivers.end(), [&](const std::string& receiver) {
    return !has_name(receiver) || same_operator(by, receiver);
  });
}

// Servers name the domain's wish in a comment, "dmarc=fail (p=reject ...)", or as what they did,
// "action=quarantine".
bool asks_to_enforce(std::string_view lower_value) {
  for (const std::string_view sign :
       {"p=reject", "p=quarantine", "action=reject", "action=oreject", "action=quarantine"}) {
    if (lower_value.find(sign) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

MailAuthentication parse_authentication_results(std::string_view value) {
  MailAuthentication out{.present = true};
  out.dmarc_enforced = asks_to_enforce(lower_ascii(value.substr(0, kMaxValue)));
  const std::string plain = lower_ascii(without_comments(value.substr(0, kMaxValue)));
  const std::vector<std::string> parts = split(plain, ';');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::vector<std::string> words = split(parts[i], ' ');
    if (words.empty()) continue;
    if (i == 0 && parts[i].find('=') == std::string::npos) {
      out.server = words[0];
    } else {
      read_method(parts[i], out);
    }
  }
  return out;
}

MailAuthentication find_authentication(const std::vector<Header>& headers,
                                       const std::string& server, bool& untrusted) {
  MailAuthentication out;
  bool seen_results = false;
  untrusted = false;
  std::vector<std::string> receivers;  // of the Received lines above
  for (const Header& header : headers) {
    if (header.name == "received") receivers.push_back(receiver_of(header.value));
    const bool results = header.name == "authentication-results";
    if (!results && header.name != "received-spf") continue;
    if (results) {
      MailAuthentication found = parse_authentication_results(header.value);
      const bool wanted = server.empty() || found.server == lower_ascii(server);
      if (!wanted || !is_by_receivers(found.server, receivers)) {
        untrusted = true;
      } else if (!seen_results) {
        seen_results = true;
        const MailAuthentication before = std::exchange(out, std::move(found));
        if (out.spf == AuthenticationResult::kAbsent) {
          out.spf = before.spf;
          out.spf_domain = before.spf_domain;
        }
      }
    } else if (server.empty() && receivers.size() <= 1 &&
               out.spf == AuthenticationResult::kAbsent) {
      out.present = true;
      read_received_spf(header.value, out);
    }
  }
  return out;
}

}  // namespace bartizan::mail
