// Mails (RFC 5322, MIME) to the plain values that judge_mail takes. gmime parses; nothing of it
// shows outside this folder.
//
// Anomalies: mail.limit mail.depth mail.no_headers mail.no_from mail.two_from mail.two_subject
// mail.invalid_utf8 mail.unknown_charset mail.nul mail.script_link mail.eight_bit_header
// mail.untrusted_authentication mail.image mail.archive mail.pdf, those of HTML (html.*)
#pragma once

#include <cstddef>
#include <string>

#include "base/byte_reader.h"
#include "base/result.h"
#include "detect/link/mail_facts.h"

namespace bartizan::mail {

inline constexpr std::size_t kMaxMailBytes = 64 << 20;
inline constexpr std::size_t kMaxDepth = 32;  // of parts within parts
inline constexpr std::size_t kMaxParts = 500;
inline constexpr std::size_t kMaxContainers =
    250;                                          // multiparts and attached mails, by their headers
inline constexpr std::size_t kMaxText = 1 << 20;  // bytes of text that are looked at
inline constexpr std::size_t kMaxLinks = 2000;
inline constexpr std::size_t kMaxAttachments = 200;
inline constexpr std::size_t kMaxQrImages = 20;  // pictures that are searched for QR codes

struct ReadOptions {
  // The name by which the organisation's own server signs Authentication-Results. With it, results
  // by anybody else are not believed; without it the topmost are.
  std::string authentication_server;
};

// kInvalid: nothing of it looks like a mail's headers. kLimit: longer than kMaxMailBytes. Anything
// else is a mail with anomalies.
Result<detect::MailFacts> read_mail(Bytes bytes, const ReadOptions& options = {});

// Loads and sets up what reading needs of the libraries, for a process that locks itself in later:
// charsets are files, and first uses make calls that a sandbox has not.
void prepare_to_read();

}  // namespace bartizan::mail
