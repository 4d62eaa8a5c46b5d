#include "mail/reader.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "mail/ascii.h"
#include "mail/authentication.h"
#include "mail/charset.h"
#include "mail/gmime_pointer.h"
#include "mail/part_reader.h"
#include "parse/domain/idna.h"
#include "parse/url/url.h"

namespace bartizan::mail {
namespace {

using detect::MailAddress;
using detect::MailFacts;

constexpr std::size_t kMaxHeaders = 2000;
constexpr std::size_t kMaxHeaderBytes = 64 << 10;
constexpr std::size_t kMaxAddresses = 64;
constexpr std::size_t kMaxDecodedBytes = 128 << 20;  // of all parts together

std::string text_of(const char* text) {
  return text == nullptr ? std::string()
                         : valid_utf8(std::string_view(text).substr(0, kMaxHeaderBytes));
}

// gmime is set up once for the process and left so. Its warnings about hostile mails go nowhere.
void set_up_gmime() {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
}

// How many parts with parts inside the headers announce: gmime's work for a line grows with them.
// Everything from the first too many on is left out.
Bytes with_bounded_nesting(Bytes bytes, MailFacts& facts) {
  const std::string_view text = as_text(bytes);
  std::size_t containers = 0;
  for (std::size_t at = text.find('='); at != std::string_view::npos; at = text.find('=', at + 1)) {
    constexpr std::string_view kWord = "boundary";
    if (at < kWord.size() || lower_ascii(text.substr(at - kWord.size(), kWord.size())) != kWord)
      continue;
    if (++containers <= kMaxContainers) continue;
    facts.truncated = true;
    parse::note_anomaly(facts.anomalies, "mail.depth", "offset " + std::to_string(at),
                        "more parts with parts inside than are read");
    return bytes.first(at);
  }
  return bytes;
}

MailAddress address_of(InternetAddress* address) {
  MailAddress out{.name = text_of(internet_address_get_name(address))};
  if (!INTERNET_ADDRESS_IS_MAILBOX(address)) return out;
  out.address = text_of(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address)));
  const std::size_t at = out.address.rfind('@');
  if (at == std::string::npos) return out;
  const auto host = parse::parse_host(out.address.substr(at + 1));
  if (host.ok() && host->kind == parse::HostKind::kDomain) out.domain = host->text;
  return out;
}

std::vector<MailAddress> addresses_of(InternetAddressList* list) {
  std::vector<MailAddress> out;
  if (list == nullptr) return out;
  const int count = std::min(internet_address_list_length(list), static_cast<int>(kMaxAddresses));
  for (int i = 0; i < count; ++i)
    out.push_back(address_of(internet_address_list_get_address(list, i)));
  return out;
}

std::vector<Header> headers_of(GMimeMessage* message, MailFacts& facts) {
  std::vector<Header> out;
  GMimeHeaderList* list = g_mime_object_get_header_list(GMIME_OBJECT(message));
  const int count = g_mime_header_list_get_count(list);
  if (count > static_cast<int>(kMaxHeaders)) {
    facts.truncated = true;
    parse::note_anomaly(facts.anomalies, "mail.limit", "headers", std::to_string(count));
  }
  for (int i = 0; i < std::min(count, static_cast<int>(kMaxHeaders)); ++i) {
    GMimeHeader* header = g_mime_header_list_get_header_at(list, i);
    const char* raw = g_mime_header_get_raw_value(header);
    out.push_back({lower_ascii(text_of(g_mime_header_get_name(header))), text_of(raw)});
  }
  return out;
}

std::string value_of(const std::vector<Header>& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (header.name != name) continue;
    const std::size_t first = header.value.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return {};
    return header.value.substr(first, header.value.find_last_not_of(" \t\r\n") - first + 1);
  }
  return {};
}

void read_headers(GMimeMessage* message, const ReadOptions& options, MailFacts& facts) {
  const std::vector<Header> headers = headers_of(message, facts);
  const auto count = [&](std::string_view name) {
    return std::count_if(headers.begin(), headers.end(),
                         [&](const Header& header) { return header.name == name; });
  };
  const auto has = [&](std::string_view name) { return count(name) > 0; };
  facts.from = addresses_of(g_mime_message_get_from(message));
  facts.reply_to = addresses_of(g_mime_message_get_reply_to(message));
  facts.subject = text_of(g_mime_message_get_subject(message));
  facts.message_id = text_of(g_mime_message_get_message_id(message));
  facts.date = value_of(headers, "date");
  std::string path = value_of(headers, "return-path");
  while (path.ends_with('>')) path.pop_back();
  if (const std::size_t at = path.rfind('@'); at != std::string::npos)
    facts.return_path_domain = lower_ascii(path.substr(at + 1));
  facts.list = has("list-id") || has("list-post");
  facts.unsubscribe = has("list-unsubscribe");
  facts.reply = has("in-reply-to") || has("references");
  const std::string generated = lower_ascii(value_of(headers, "auto-submitted"));
  facts.auto_generated = !generated.empty() && generated != "no";
  bool untrusted = false;
  facts.authentication = find_authentication(headers, options.authentication_server, untrusted);
  if (untrusted)
    parse::note_anomaly(facts.anomalies, "mail.untrusted_authentication", "authentication-results",
                        "results that came with the mail, or by another server");
  if (count("from") == 0 || facts.from.empty())
    parse::note_anomaly(facts.anomalies, "mail.no_from", "from", "");
  if (count("from") > 1) parse::note_anomaly(facts.anomalies, "mail.two_from", "from", "");
  if (count("subject") > 1) parse::note_anomaly(facts.anomalies, "mail.two_subject", "subject", "");
}

std::string decoded(GMimePart* part) {
  std::string out;
  GMimeDataWrapper* content = g_mime_part_get_content(part);
  if (content == nullptr) return out;
  const ObjectPointer<GMimeStream> stream(g_mime_stream_mem_new());
  if (g_mime_data_wrapper_write_to_stream(content, stream.get()) < 0) return out;
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  if (bytes->len > 0) out.assign(reinterpret_cast<const char*>(bytes->data), bytes->len);
  return out;
}

// Walks the parts; what gmime already holds in memory is bounded by the mail's size.
class Walk {
 public:
  Walk(MailFacts& facts, PartReader& parts) : facts_(facts), parts_(parts) {}

  void visit(GMimeObject* object, std::size_t depth) {
    if (object == nullptr) return;
    if (depth > kMaxDepth) return limit("mail.depth", "parts within parts");
    if (GMIME_IS_MULTIPART(object)) {
      facts_.encrypted |= GMIME_IS_MULTIPART_ENCRYPTED(object);
      GMimeMultipart* multipart = GMIME_MULTIPART(object);
      const int count = g_mime_multipart_get_count(multipart);
      for (int i = 0; i < count && !full_; ++i)
        visit(g_mime_multipart_get_part(multipart, i), depth + 1);
    } else if (GMIME_IS_MESSAGE_PART(object)) {
      GMimeMessage* inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
      if (inner != nullptr) visit(g_mime_message_get_mime_part(inner), depth + 1);
    } else if (GMIME_IS_PART(object)) {
      leaf(GMIME_PART(object));
    }
  }

 private:
  void limit(const char* id, const char* what) {
    facts_.truncated = true;
    parse::note_anomaly(facts_.anomalies, id, "parts", what);
  }

  void leaf(GMimePart* mime) {
    if (++count_ > kMaxParts) {
      full_ = true;
      return limit("mail.limit", "more parts than are read");
    }
    GMimeObject* object = GMIME_OBJECT(mime);
    GMimeContentType* type = g_mime_object_get_content_type(object);
    Part part;
    if (type != nullptr) {
      const TextPointer name(g_mime_content_type_get_mime_type(type));
      part.type = lower_ascii(text_of(name.get()));
      part.charset = text_of(g_mime_content_type_get_parameter(type, "charset"));
    }
    if (part.type.empty()) part.type = "text/plain";
    const char* disposition = g_mime_object_get_disposition(object);
    part.attachment = disposition != nullptr && lower_ascii(disposition) == "attachment";
    part.name = text_of(g_mime_part_get_filename(mime));
    const std::string content = decoded(mime);
    bytes_ += content.size();
    if (bytes_ > kMaxDecodedBytes) {
      full_ = true;
      return limit("mail.limit", "more bytes of parts than are read");
    }
    parts_.add(part, as_bytes(content));
  }

  MailFacts& facts_;
  PartReader& parts_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  bool full_ = false;
};

// A line "Name: value" before the first empty one: what every mail begins with.
bool has_header(Bytes bytes) {
  const std::string_view head = as_text(bytes).substr(0, kMaxHeaderBytes);
  const std::size_t line = head.find_first_not_of("\r\n");
  if (line == std::string_view::npos) return false;
  for (std::size_t at = line; at < head.size(); ++at) {
    const char c = head[at];
    if (c == ':') return at > line;
    if (c <= ' ' || c > '~') return false;
  }
  return false;
}

}  // namespace

Result<MailFacts> read_mail(Bytes bytes, const ReadOptions& options) {
  if (bytes.size() > kMaxMailBytes)
    return Error{ErrorCode::kLimit,
                 "a mail longer than " + std::to_string(kMaxMailBytes) + " bytes"};
  if (!has_header(bytes))
    return Error{ErrorCode::kInvalid, "no mail: it does not begin with a header"};
  set_up_gmime();
  MailFacts facts;
  bytes = with_bounded_nesting(bytes, facts);
  const ObjectPointer<GMimeStream> stream(
      g_mime_stream_mem_new_with_buffer(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  const ObjectPointer<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const ObjectPointer<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
  if (!message) return Error{ErrorCode::kInvalid, "no mail: its headers cannot be read"};
  read_headers(message.get(), options, facts);
  PartReader parts(facts);
  Walk(facts, parts).visit(g_mime_message_get_mime_part(message.get()), 0);
  parts.finish();
  return facts;
}

void prepare_to_read() {
  load_charsets();
  (void)read_mail(
      as_bytes("From: =?utf-8?q?a?= <a@example.com>\r\nSubject: =?iso-8859-15?q?=E4?=\r\n"
               "Date: Mon, 02 Mar 2026 08:00:00 +0000\r\nMIME-Version: 1.0\r\n"
               "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
               "Content-Type: text/html; charset=iso-8859-1\r\n"
               "Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>=E4\r\n--b\r\n"
               "Content-Type: application/pdf; name=a.pdf\r\n"
               "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--b--\r\n"));
}

}  // namespace bartizan::mail
