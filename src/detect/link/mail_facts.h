// What a mail says, as plain values: made by src/mail from untrusted bytes, judged by judge_mail.
// Texts are valid UTF-8 and bounded; none of them is printable yet.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "parse/anomaly.h"

namespace bartizan::detect {

struct MailAddress {
  std::string name;     // the display name, decoded; may be empty
  std::string address;  // "user@host"; may be malformed
  std::string domain;   // what follows its last "@", lower-case ASCII; empty: there is none
};

// What the receiving server found out (RFC 8601, section 2.7). kAbsent: it does not say.
enum class AuthenticationResult {
  kAbsent,
  kPass,
  kFail,
  kSoftFail,
  kNeutral,
  kNone,   // the domain publishes nothing, or nothing was signed
  kError,  // it could not be checked
};

// The results of the topmost Authentication-Results: whoever received the mail last put it above
// everything that came with the mail. Those below it are claims of others and count for nothing.
struct MailAuthentication {
  bool present = false;
  std::string server;  // who says so; empty: it does not name itself
  AuthenticationResult spf = AuthenticationResult::kAbsent;
  AuthenticationResult dkim = AuthenticationResult::kAbsent;  // the best of several signatures
  AuthenticationResult dmarc = AuthenticationResult::kAbsent;
  bool dmarc_enforced = false;            // the domain asks to quarantine or reject what fails
  bool composite_fail = false;            // Exchange Online's own sum, "compauth=fail"
  bool spf_by_sender = false;             // of MAIL FROM, not of HELO
  std::string dmarc_domain;               // header.from; empty where the server does not say
  std::string spf_domain;                 // smtp.mailfrom or smtp.helo
  std::vector<std::string> dkim_domains;  // header.d of the signatures that verify
};

enum class MailLinkKind { kAnchor, kText, kForm, kRefresh, kQrCode, kPdf, kAttachedPage };

struct MailLink {
  std::string url;
  std::string text;  // what stands for it; empty for other kinds than kAnchor
  MailLinkKind kind = MailLinkKind::kAnchor;
  bool image = false;   // a picture stands for it
  bool hidden = false;  // where nobody sees it
};

struct MailForm {
  std::string action;
  bool password = false;
  bool attached = false;  // in an attached page
};

// What a file is by its first bytes and its name (src/mail/attachment_kind.h).
enum class AttachmentKind {
  kOther,
  kText,
  kHtml,
  kSvg,
  kPdf,
  kImage,
  kOffice,
  kOfficeMacro,  // a document that carries macros, or may
  kArchive,
  kDiskImage,  // ISO, IMG, VHD: what is in it escapes the mark of having come by mail
  kShortcut,   // LNK, URL, desktop entries
  kExecutable,
  kScript,
  kAndroidApp,
  kAppleApp,
  kConfigurationProfile,
  kOneNote,
  kMail,
  kCalendar,
};

struct MailAttachment {
  std::string name;
  std::string declared_type;  // "application/pdf", lower-case
  AttachmentKind kind = AttachmentKind::kOther;
  std::size_t size = 0;  // decoded
  std::string sha256;
  bool is_inline = false;                // shown within the mail
  bool double_extension = false;         // "invoice.pdf.exe"
  bool deceptive_name = false;           // its name turns the direction of writing around
  bool type_differs = false;             // it is another kind than name and type say
  bool encrypted = false;                // a password is needed to look into it
  bool has_script = false;               // a page or picture that runs code when opened
  std::vector<AttachmentKind> contains;  // of an archive: kinds in it by name, each once
  std::vector<std::string> names;        // of an archive: the first few names
};

struct MailFacts {
  std::vector<MailAddress> from;
  std::vector<MailAddress> reply_to;
  std::string return_path_domain;
  std::string subject;
  std::string date;        // as written
  std::string message_id;  // without the angle brackets
  bool list = false;       // List-Id or List-Post: sent through a mailing list
  bool unsubscribe = false;
  bool reply = false;  // In-Reply-To or References: says that it continues a conversation
  bool auto_generated = false;
  MailAuthentication authentication;
  std::string text;         // what a person reads: of the HTML where there is one, else plain
  std::string hidden_text;  // of the HTML
  bool has_html = false;
  bool has_script = false;
  std::vector<MailLink> links;
  std::vector<MailForm> forms;
  std::vector<MailAttachment> attachments;
  std::size_t remote_images = 0;
  std::size_t tracking_pixels = 0;
  std::size_t qr_codes = 0;
  bool encrypted = false;  // S/MIME or OpenPGP: what is inside cannot be read
  std::vector<parse::Anomaly> anomalies;
  bool truncated = false;
};

}  // namespace bartizan::detect
