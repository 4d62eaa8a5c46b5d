// The signs by which a mail is judged and how much each counts: one table, so that the sum can be
// read. docs/mail.md explains it.
#pragma once

#include <array>
#include <string_view>

namespace bartizan::detect {

inline constexpr int kMailWarnScore = 40;
inline constexpr int kMailBlockScore = 90;
// What the wording gives at most: it can warn by itself when it says several things at once, and
// never blocks.
inline constexpr int kMaxTextPoints = 55;

struct MailSign {
  std::string_view id;
  int points;
  std::string_view says;  // a sentence; what was seen stands beside it
};

inline constexpr auto kMailSigns = std::to_array<MailSign>({
    // Who vouches for the sender.
    {"sender.unauthenticated", 32, "No check of the receiving server vouches for the sender."},
    {"sender.not_aligned", 12, "The checks that pass are for another domain than the sender's."},
    {"sender.dmarc_fail", 18,
     "The sender's domain asks to refuse what fails its check, as this does (DMARC)."},
    {"sender.spf_fail", 6, "The sender's domain does not allow the server it came from (SPF)."},
    {"sender.composite_fail", 10, "The receiving service takes the sender for forged."},
    {"sender.verified_brand", -60, "It comes, verified, from a known organisation itself."},
    {"sender.verified_popular", -15, "It comes, verified, from one of the most used sites."},
    {"sender.list", -15, "It came through a mailing list, which breaks signatures."},
    {"sender.conversation", -8, "It continues a conversation."},
    // Who it says it is.
    {"sender.brand_in_name", 34,
     "The sender's name is a known organisation's, its address is not."},
    {"sender.address_in_name", 26, "The sender's name shows another address than the real one."},
    {"sender.role_in_name", 14,
     "The sender's name claims an office that its domain does not bear out."},
    {"sender.look_alike", 40, "The sender's domain imitates a known one."},
    {"sender.name_unrelated", 10, "The sender's name has nothing to do with its address."},
    {"sender.lure_in_domain", 14, "The sender's domain is made of words that lure."},
    {"sender.random", 12, "The sender's address looks made up by a machine."},
    {"sender.free_mail_office", 18, "An office or organisation writes from a free mail service."},
    {"sender.platform", 16, "The sender's domain is a stranger's name on a hosting platform."},
    {"sender.missing", 15, "There is no sender, or none that could be answered."},
    {"sender.several", 20, "There are several From headers: programs show different ones."},
    {"sender.disguised", 20, "The sender's name or the subject hides letters behind look-alikes."},
    {"sender.reply_elsewhere", 10, "Answers go to another domain than the sender's."},
    {"sender.reply_to_free_mail", 22, "Answers to an organisation go to a free mail address."},
    {"sender.false_reply", 8, "It claims to be an answer and continues no conversation."},
    {"text.brand_claimed", 16, "It speaks for a known organisation and does not come from it."},
    {"sender.cheap_domain", 8,
     "The sender's domain ends in a suffix that is sold for next to nothing."},
    {"text.stranger_presses", 14, "Nobody known presses its reader to follow a link or to answer."},
    {"text.stranger_asks", 8,
     "Nobody known asks its reader for something, at an address of its own."},
    // Where it leads.
    {"link.bad", 70, "A link is known or almost surely bad."},
    {"link.suspicious", 40, "A link is suspicious."},
    {"link.suspected", 24, "A link is built like those of phishing."},
    {"link.other_than_shown", 30, "A link shows one address and leads to another."},
    {"link.number", 26, "A link leads to a bare IP address."},
    {"link.platform", 14, "A link leads to a stranger's page on a hosting platform."},
    {"link.open_hosting", 12, "A link leads to storage or a form that anybody can put a page on."},
    {"link.redirector", 14, "A link passes through a known site to hide where it ends."},
    {"link.shortener", 10, "A link hides its target behind a shortener."},
    {"link.foreign_only", 10, "No link leads to the sender's own domain."},
    {"link.unknown_only", 8, "No link leads to the sender's domain or to a much used site."},
    {"link.bare", 12, "Hardly more than a link, from nobody known."},
    {"link.random", 8, "A link leads to a name that looks made up by a machine."},
    {"link.cheap_domain", 8, "A link leads to a domain whose suffix is sold for next to nothing."},
    {"link.unencrypted", 5, "The links are not encrypted."},
    {"link.qr_code", 16, "A picture holds a QR code with a link."},
    {"link.in_pdf", 12, "An attached PDF holds the links."},
    {"link.script", 24, "A link runs a script."},
    {"link.refresh", 16, "The mail sends its reader elsewhere by itself."},
    // What it holds.
    {"form.password", 45, "A form in it asks for a password."},
    {"form.any", 14, "It holds a form."},
    {"page.image_only", 16, "It is a picture with hardly a word, which hides what it says."},
    {"page.hidden_text", 10, "It holds much text that nobody sees."},
    {"page.script", 14, "It holds a script."},
    {"text.disguised", 24, "Words are written with letters of other alphabets or invisible ones."},
    {"attachment.html", 30, "An attached page opens in the browser, outside every filter."},
    {"attachment.html_script", 20, "The attached page or picture runs a script."},
    {"attachment.svg", 30, "An attached picture of the kind that can hold a page (SVG)."},
    {"attachment.disk_image", 45, "An attached disk image hides what is in it."},
    {"attachment.shortcut", 55, "An attached shortcut starts what its sender wants."},
    {"attachment.program", 55, "An attached program or script."},
    {"attachment.app", 50, "An attached app, from outside every store."},
    {"attachment.profile", 40,
     "An attached configuration profile, which changes a phone's settings."},
    {"attachment.macro", 26, "An attached document with macros."},
    {"attachment.note", 30, "An attached OneNote file, which can hold programs."},
    {"attachment.archive_of_bad", 40,
     "An attached archive holds what runs or opens in the browser."},
    {"attachment.encrypted", 18, "An attached archive is encrypted, which hides it from filters."},
    {"attachment.double_extension", 45,
     "An attached file's name ends twice, to pass for a document."},
    {"attachment.deceptive_name", 45, "An attached file's name is turned around."},
    {"attachment.type_differs", 16, "An attached file is another kind than its name says."},
});

}  // namespace bartizan::detect
