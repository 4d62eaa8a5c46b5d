// One mail's parts to the texts, links and attachments of MailFacts.
#pragma once

#include <string>
#include <string_view>

#include "base/byte_reader.h"
#include "detect/link/mail_facts.h"

namespace bartizan::mail {

struct Part {
  std::string type;  // "text/html", lower-case
  std::string charset;
  std::string name;         // of the file; empty: it has none
  bool attachment = false;  // by its disposition
};

class PartReader {
 public:
  explicit PartReader(detect::MailFacts& facts) : facts_(facts) {}

  void add(const Part& part, Bytes content);
  // After the last part: the text that counts, and the links in it.
  void finish();

 private:
  void add_plain(const Part& part, Bytes content);
  void add_page(std::string_view html, bool attached);
  std::string decoded(Bytes text, const std::string& charset);
  void add_attachment(const Part& part, Bytes content);
  void look_for_qr_codes(Bytes picture);
  void add_pdf_links(Bytes pdf, const std::string& name);
  void add_link(detect::MailLink link);

  detect::MailFacts& facts_;
  std::string plain_;
  std::string shown_;
  std::size_t qr_images_ = 0;
};

}  // namespace bartizan::mail
