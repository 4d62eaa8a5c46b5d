#include "mail/part_reader.h"

#include <algorithm>
#include <utility>

#include "detect/link/text_links.h"
#include "mail/attachment.h"
#include "mail/charset.h"
#include "mail/image.h"
#include "mail/qr_code.h"
#include "mail/reader.h"
#include "parse/html/parser.h"
#include "parse/pdf/parser.h"

namespace bartizan::mail {
namespace {

using detect::AttachmentKind;
using detect::MailLink;
using detect::MailLinkKind;

constexpr std::size_t kMaxPageBytes = 4 << 20;  // of an attached page

std::string lower_start(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 16)) {
    if (static_cast<unsigned char>(c) <= ' ') continue;  // browsers drop these in a scheme
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

bool leads_to_web(std::string_view url) {
  const std::string start = lower_start(url);
  return start.starts_with("http:") || start.starts_with("https:") || start.starts_with("//") ||
         start.starts_with("ftp:") || start.starts_with("www.");
}

void append_text(std::string& out, std::string_view text, bool& truncated) {
  const std::size_t room = kMaxText - std::min(kMaxText, out.size());
  if (text.size() > room) truncated = true;
  out += valid_utf8(text.substr(0, room));
  out += '\n';
}

}  // namespace

void PartReader::add(const Part& part, Bytes content) {
  const bool body = !part.attachment && part.name.empty();
  if (body && part.type == "text/html") {
    facts_.has_html = true;
    add_page(decoded(content, part.charset), false);
  } else if (body && part.type.starts_with("text/") && part.type != "text/calendar") {
    add_plain(part, content);
  } else {
    add_attachment(part, content);
  }
}

void PartReader::add_plain(const Part& part, Bytes content) {
  append_text(plain_, decoded(content, part.charset), facts_.truncated);
}

// Text beyond the bound is not looked at, which is said: a lure may stand behind a lot of nothing.
std::string PartReader::decoded(Bytes text, const std::string& charset) {
  if (text.size() > kMaxText) {
    facts_.truncated = true;
    parse::note_anomaly(facts_.anomalies, "mail.limit", "text", "more text than is looked at");
  }
  return decode_text(text, charset, facts_.anomalies);
}

void PartReader::add_page(std::string_view html, bool attached) {
  const parse::HtmlPage page = parse::read_html(html);
  facts_.truncated |= page.truncated;
  for (const parse::Anomaly& anomaly : page.anomalies)
    parse::note_anomaly(facts_.anomalies, anomaly.id, anomaly.where, anomaly.detail);
  if (!attached) {
    append_text(shown_, page.text, facts_.truncated);
    append_text(facts_.hidden_text, page.hidden_text, facts_.truncated);
    facts_.has_script |= page.has_script;
    for (const parse::HtmlImage& image : page.images) {
      if (!leads_to_web(image.url)) continue;
      ++facts_.remote_images;
      facts_.tracking_pixels += image.pixel ? 1 : 0;
    }
  }
  for (const parse::HtmlForm& form : page.forms) {
    facts_.forms.push_back(
        {.action = valid_utf8(form.action), .password = form.password, .attached = attached});
    if (leads_to_web(form.action)) add_link({.url = form.action, .kind = MailLinkKind::kForm});
  }
  if (leads_to_web(page.refresh)) add_link({.url = page.refresh, .kind = MailLinkKind::kRefresh});
  for (const parse::HtmlLink& link : page.links) {
    const std::string start = lower_start(link.url);
    if (start.starts_with("javascript:") || start.starts_with("data:"))
      parse::note_anomaly(facts_.anomalies, "mail.script_link", link.text, start);
    if (!leads_to_web(link.url)) continue;
    add_link({.url = link.url,
              .text = valid_utf8(link.text),
              .kind = attached ? MailLinkKind::kAttachedPage : MailLinkKind::kAnchor,
              .image = link.image,
              .hidden = link.hidden});
  }
}

void PartReader::add_link(MailLink link) {
  if (facts_.links.size() >= kMaxLinks) {
    facts_.truncated = true;
    return;
  }
  link.url = valid_utf8(link.url.starts_with("//") ? "https:" + link.url : link.url);
  const bool known =
      std::any_of(facts_.links.begin(), facts_.links.end(), [&](const MailLink& old) {
        return old.kind == link.kind && old.url == link.url && old.text == link.text;
      });
  if (!known) facts_.links.push_back(std::move(link));
}

void PartReader::add_attachment(const Part& part, Bytes content) {
  if (facts_.attachments.size() >= kMaxAttachments) {
    facts_.truncated = true;
    return;
  }
  detect::MailAttachment attachment =
      describe_attachment(part.name, part.type, content, facts_.anomalies);
  attachment.is_inline = !part.attachment;
  // Signatures are no files that somebody opens.
  const bool signature = part.type == "application/pgp-signature" ||
                         part.type == "application/pkcs7-signature" ||
                         part.type == "application/x-pkcs7-signature";
  if (signature) return;
  if (part.type == "application/pkcs7-mime" || part.type == "application/pgp-encrypted")
    facts_.encrypted = true;
  if (attachment.kind == AttachmentKind::kHtml || attachment.kind == AttachmentKind::kSvg) {
    const Bytes page = content.first(std::min(content.size(), kMaxPageBytes));
    add_page(decoded(page, part.charset), true);
  } else if (attachment.kind == AttachmentKind::kImage) {
    look_for_qr_codes(content);
  } else if (attachment.kind == AttachmentKind::kPdf) {
    add_pdf_links(content, part.name);
  }
  facts_.attachments.push_back(std::move(attachment));
}

void PartReader::look_for_qr_codes(Bytes picture) {
  if (qr_images_ >= kMaxQrImages) {
    facts_.truncated = true;
    return;
  }
  ++qr_images_;
  const std::optional<GreyImage> image = decode_image(picture);
  if (!image) return;
  for (const std::string& code : read_qr_codes(*image)) {
    ++facts_.qr_codes;
    if (leads_to_web(code)) add_link({.url = code, .kind = MailLinkKind::kQrCode});
  }
}

void PartReader::add_pdf_links(Bytes pdf, const std::string& name) {
  const parse::PdfLinks read = parse::read_pdf_links(pdf);
  facts_.truncated |= read.truncated;
  for (const parse::Anomaly& anomaly : read.anomalies)
    parse::note_anomaly(facts_.anomalies, "mail.pdf", name, anomaly.id);
  for (const std::string& url : read.urls) {
    if (leads_to_web(url)) add_link({.url = url, .kind = MailLinkKind::kPdf});
  }
}

void PartReader::finish() {
  // A person sees the page where there is one; what else stands in the plain text is for machines.
  facts_.text = facts_.has_html ? std::move(shown_) : std::move(plain_);
  if (facts_.has_html && !facts_.links.empty()) return;
  for (std::string& url : detect::find_text_links(facts_.text, kMaxLinks))
    add_link({.url = std::move(url), .kind = MailLinkKind::kText});
}

}  // namespace bartizan::mail
