#include "mail/attachment.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/crypto.h"
#include "mail/ascii.h"
#include "parse/domain/utf8.h"
#include "parse/zip/parser.h"

namespace bartizan::mail {
namespace {

using detect::AttachmentKind;

constexpr std::size_t kMaxListedNames = 20;
constexpr std::size_t kMaxLookedAtNames = 2000;
constexpr std::size_t kSniffedBytes = 4096;

struct Extension {
  std::string_view name;
  AttachmentKind kind;
};

constexpr auto kExtensions = std::to_array<Extension>({
    {"txt", AttachmentKind::kText},
    {"csv", AttachmentKind::kText},
    {"log", AttachmentKind::kText},
    {"html", AttachmentKind::kHtml},
    {"htm", AttachmentKind::kHtml},
    {"shtml", AttachmentKind::kHtml},
    {"xhtml", AttachmentKind::kHtml},
    {"mht", AttachmentKind::kHtml},
    {"mhtml", AttachmentKind::kHtml},
    {"svg", AttachmentKind::kSvg},
    {"svgz", AttachmentKind::kSvg},
    {"pdf", AttachmentKind::kPdf},
    {"png", AttachmentKind::kImage},
    {"jpg", AttachmentKind::kImage},
    {"jpeg", AttachmentKind::kImage},
    {"gif", AttachmentKind::kImage},
    {"webp", AttachmentKind::kImage},
    {"bmp", AttachmentKind::kImage},
    {"tif", AttachmentKind::kImage},
    {"tiff", AttachmentKind::kImage},
    {"heic", AttachmentKind::kImage},
    {"doc", AttachmentKind::kOffice},
    {"docx", AttachmentKind::kOffice},
    {"xls", AttachmentKind::kOffice},
    {"xlsx", AttachmentKind::kOffice},
    {"ppt", AttachmentKind::kOffice},
    {"pptx", AttachmentKind::kOffice},
    {"odt", AttachmentKind::kOffice},
    {"ods", AttachmentKind::kOffice},
    {"rtf", AttachmentKind::kOffice},
    {"docm", AttachmentKind::kOfficeMacro},
    {"dotm", AttachmentKind::kOfficeMacro},
    {"xlsm", AttachmentKind::kOfficeMacro},
    {"xlsb", AttachmentKind::kOfficeMacro},
    {"xlam", AttachmentKind::kOfficeMacro},
    {"xll", AttachmentKind::kExecutable},
    {"pptm", AttachmentKind::kOfficeMacro},
    {"zip", AttachmentKind::kArchive},
    {"rar", AttachmentKind::kArchive},
    {"7z", AttachmentKind::kArchive},
    {"gz", AttachmentKind::kArchive},
    {"tgz", AttachmentKind::kArchive},
    {"tar", AttachmentKind::kArchive},
    {"bz2", AttachmentKind::kArchive},
    {"xz", AttachmentKind::kArchive},
    {"cab", AttachmentKind::kArchive},
    {"ace", AttachmentKind::kArchive},
    {"arj", AttachmentKind::kArchive},
    {"z", AttachmentKind::kArchive},
    {"lzh", AttachmentKind::kArchive},
    {"iso", AttachmentKind::kDiskImage},
    {"img", AttachmentKind::kDiskImage},
    {"vhd", AttachmentKind::kDiskImage},
    {"vhdx", AttachmentKind::kDiskImage},
    {"udf", AttachmentKind::kDiskImage},
    {"dmg", AttachmentKind::kDiskImage},
    {"lnk", AttachmentKind::kShortcut},
    {"url", AttachmentKind::kShortcut},
    {"desktop", AttachmentKind::kShortcut},
    {"webloc", AttachmentKind::kShortcut},
    {"library-ms", AttachmentKind::kShortcut},
    {"search-ms", AttachmentKind::kShortcut},
    {"exe", AttachmentKind::kExecutable},
    {"scr", AttachmentKind::kExecutable},
    {"com", AttachmentKind::kExecutable},
    {"pif", AttachmentKind::kExecutable},
    {"msi", AttachmentKind::kExecutable},
    {"dll", AttachmentKind::kExecutable},
    {"cpl", AttachmentKind::kExecutable},
    {"msix", AttachmentKind::kExecutable},
    {"appx", AttachmentKind::kExecutable},
    {"jar", AttachmentKind::kExecutable},
    {"pkg", AttachmentKind::kExecutable},
    {"deb", AttachmentKind::kExecutable},
    {"rpm", AttachmentKind::kExecutable},
    {"js", AttachmentKind::kScript},
    {"jse", AttachmentKind::kScript},
    {"vbs", AttachmentKind::kScript},
    {"vbe", AttachmentKind::kScript},
    {"wsf", AttachmentKind::kScript},
    {"wsh", AttachmentKind::kScript},
    {"hta", AttachmentKind::kScript},
    {"ps1", AttachmentKind::kScript},
    {"bat", AttachmentKind::kScript},
    {"cmd", AttachmentKind::kScript},
    {"reg", AttachmentKind::kScript},
    {"chm", AttachmentKind::kScript},
    {"apk", AttachmentKind::kAndroidApp},
    {"xapk", AttachmentKind::kAndroidApp},
    {"apks", AttachmentKind::kAndroidApp},
    {"apkm", AttachmentKind::kAndroidApp},
    {"aab", AttachmentKind::kAndroidApp},
    {"ipa", AttachmentKind::kAppleApp},
    {"mobileconfig", AttachmentKind::kConfigurationProfile},
    {"one", AttachmentKind::kOneNote},
    {"onepkg", AttachmentKind::kOneNote},
    {"eml", AttachmentKind::kMail},
    {"msg", AttachmentKind::kMail},
    {"ics", AttachmentKind::kCalendar},
});

// "report.pdf" -> "pdf"; spaces and dots at the end, which file systems drop, do not count.
std::string last_extension(std::string_view name) {
  while (!name.empty() && (name.back() == ' ' || name.back() == '.')) name.remove_suffix(1);
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string() : lower_ascii(name.substr(dot + 1));
}

bool begins(Bytes bytes, std::string_view magic, std::size_t offset = 0) {
  return bytes.size() >= offset + magic.size() &&
         std::memcmp(bytes.data() + offset, magic.data(), magic.size()) == 0;
}

using namespace std::string_view_literals;

// ECMA-119, section 8.1.2: the first volume descriptor.
constexpr std::size_t kIsoDescriptor = 0x8001;

AttachmentKind kind_of_binary(Bytes bytes) {
  if (begins(bytes, "%PDF-"sv)) return AttachmentKind::kPdf;
  if (begins(bytes, "\x89PNG\r\n\x1a\n"sv) || begins(bytes, "\xff\xd8\xff"sv) ||
      begins(bytes, "GIF8"sv) || (begins(bytes, "RIFF"sv) && begins(bytes, "WEBP"sv, 8)))
    return AttachmentKind::kImage;
  // MS-SHLLINK, section 2.1: the header's size and the class id.
  if (begins(bytes, "L\0\0\0\x01\x14\x02\0"sv)) return AttachmentKind::kShortcut;
  if (begins(bytes, "Rar!\x1a\x07"sv) || begins(bytes, "7z\xbc\xaf\x27\x1c"sv) ||
      begins(bytes, "\x1f\x8b"sv) || begins(bytes, "BZh"sv) ||
      begins(bytes,
             "\xfd"
             "7zXZ\0"sv) ||
      begins(bytes, "MSCF"sv))
    return AttachmentKind::kArchive;
  if (begins(bytes, "CD001"sv, kIsoDescriptor) || begins(bytes, "conectix"sv) ||
      begins(bytes, "vhdxfile"sv))
    return AttachmentKind::kDiskImage;
  if (begins(bytes,
             "\x7f"
             "ELF"sv) ||
      begins(bytes, "MZ"sv))
    return AttachmentKind::kExecutable;
  // MS-ONESTORE, section 2.3.1: the GUID of a section file.
  if (begins(bytes, "\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d"sv)) return AttachmentKind::kOneNote;
  if (begins(bytes, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv) || begins(bytes, "{\\rtf"sv))
    return AttachmentKind::kOffice;
  return AttachmentKind::kOther;
}

AttachmentKind kind_of_markup(Bytes bytes) {
  const std::string head = lower_ascii(as_text(bytes.first(std::min(bytes.size(), kSniffedBytes))));
  const auto has = [&](std::string_view word) { return head.find(word) != std::string::npos; };
  const std::size_t first = head.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first == std::string::npos) return AttachmentKind::kOther;
  if (has("<!doctype html") || has("<html") || has("<script") || has("<body") || has("<meta "))
    return has("<svg") && head[first] == '<' && !has("<html") && !has("<body")
               ? AttachmentKind::kSvg
               : AttachmentKind::kHtml;
  if (has("<svg")) return AttachmentKind::kSvg;
  if (has("payloadtype") && has("plist")) return AttachmentKind::kConfigurationProfile;
  if (head.compare(first, 15, "begin:vcalendar") == 0) return AttachmentKind::kCalendar;
  if (head.compare(first, 18, "[internetshortcut]") == 0) return AttachmentKind::kShortcut;
  return AttachmentKind::kOther;
}

AttachmentKind kind_of_archive(const parse::ZipArchive& zip) {
  bool office = false;
  for (const parse::ZipEntry& entry : zip.entries) {
    if (entry.name == "AndroidManifest.xml") return AttachmentKind::kAndroidApp;
    if (entry.name.ends_with("/vbaProject.bin")) return AttachmentKind::kOfficeMacro;
    if (entry.name.starts_with("Payload/") && entry.name.ends_with(".app/Info.plist"))
      return AttachmentKind::kAppleApp;
    if (entry.name == "META-INF/MANIFEST.MF") return AttachmentKind::kExecutable;
    office |= entry.name == "[Content_Types].xml" || entry.name == "mimetype";
  }
  return office ? AttachmentKind::kOffice : AttachmentKind::kArchive;
}

void list_archive(const parse::ZipArchive& zip, detect::MailAttachment& out) {
  std::size_t looked_at = 0;
  for (const parse::ZipEntry& entry : zip.entries) {
    if (++looked_at > kMaxLookedAtNames) break;
    out.encrypted |= (entry.flags & 1) != 0;  // APPNOTE 4.4.4: bit 0
    const AttachmentKind kind = kind_of_name(entry.name);
    if (kind != AttachmentKind::kOther &&
        std::find(out.contains.begin(), out.contains.end(), kind) == out.contains.end())
      out.contains.push_back(kind);
    if (out.names.size() < kMaxListedNames)
      out.names.push_back(parse::encode_utf8(parse::decode_utf8_lossy(entry.name.substr(0, 255))));
  }
}

// "invoice.pdf.exe", "photo.jpg .scr": what runs, behind the name of what does not.
bool has_double_extension(std::string_view name) {
  while (!name.empty() && (name.back() == ' ' || name.back() == '.')) name.remove_suffix(1);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  const AttachmentKind inner = kind_of_name(name.substr(0, dot));
  const AttachmentKind outer = kind_of_name(name);
  const bool shown_harmless = inner == AttachmentKind::kText || inner == AttachmentKind::kPdf ||
                              inner == AttachmentKind::kImage || inner == AttachmentKind::kOffice;
  return shown_harmless &&
         (outer == AttachmentKind::kExecutable || outer == AttachmentKind::kScript ||
          outer == AttachmentKind::kShortcut || outer == AttachmentKind::kHtml ||
          outer == AttachmentKind::kSvg || outer == AttachmentKind::kDiskImage ||
          outer == AttachmentKind::kAndroidApp);
}

// Direction overrides (UAX #9) make "gpj.exe" read as another name.
bool turns_direction(std::string_view name) {
  const std::u32string text = parse::decode_utf8_lossy(name);
  return std::any_of(text.begin(), text.end(), [](char32_t c) {
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
  });
}

// Runs when its reader opens it; told by its text, which a page need not show.
bool runs_code(Bytes bytes) {
  const std::string text =
      lower_ascii(as_text(bytes.first(std::min<std::size_t>(bytes.size(), 1 << 20))));
  for (const std::string_view sign : {"<script", "javascript:", "onload=", "onerror=", "eval("}) {
    if (text.find(sign) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

AttachmentKind kind_of_name(std::string_view name) {
  const std::string extension = last_extension(name);
  for (const Extension& known : kExtensions) {
    if (known.name == extension) return known.kind;
  }
  return AttachmentKind::kOther;
}

AttachmentKind kind_of_bytes(Bytes bytes) {
  const AttachmentKind binary = kind_of_binary(bytes);
  return binary != AttachmentKind::kOther ? binary : kind_of_markup(bytes);
}

detect::MailAttachment describe_attachment(std::string name, std::string declared_type, Bytes bytes,
                                           std::vector<parse::Anomaly>& anomalies) {
  detect::MailAttachment out{.name = std::move(name),
                             .declared_type = lower_ascii(declared_type),
                             .size = bytes.size(),
                             .sha256 = sha256_hex(bytes)};
  const AttachmentKind by_name = kind_of_name(out.name);
  AttachmentKind by_bytes = kind_of_bytes(bytes);
  if (begins(bytes, "PK\x03\x04"sv)) {
    const Result<parse::ZipArchive> zip = parse::parse_zip(bytes);
    if (zip.ok()) {
      by_bytes = kind_of_archive(*zip);
      list_archive(*zip, out);
      if (!zip->anomalies.empty())
        parse::note_anomaly(anomalies, "mail.archive", out.name, zip->anomalies.front().id);
    }
  }
  // A script, a calendar or plain text has no first bytes of its own: the name decides then, and
  // where the bytes know only the family (an OLE file may be a document, a mail or an installer).
  const bool family = by_bytes == AttachmentKind::kOffice || by_bytes == AttachmentKind::kArchive;
  out.kind = by_bytes == AttachmentKind::kOther || (family && by_name != AttachmentKind::kOther)
                 ? by_name
                 : by_bytes;
  if (out.kind == AttachmentKind::kOther && out.declared_type == "text/html")
    out.kind = AttachmentKind::kHtml;
  const bool by_name_harmless =
      by_name == AttachmentKind::kText || by_name == AttachmentKind::kPdf ||
      by_name == AttachmentKind::kImage || by_name == AttachmentKind::kOffice;
  out.type_differs = by_name_harmless && by_bytes != AttachmentKind::kOther &&
                     by_bytes != by_name &&
                     !(by_name == AttachmentKind::kText && by_bytes == AttachmentKind::kHtml);
  out.double_extension = has_double_extension(out.name);
  out.deceptive_name = turns_direction(out.name);
  if (out.kind == AttachmentKind::kHtml || out.kind == AttachmentKind::kSvg)
    out.has_script = runs_code(bytes);
  return out;
}

}  // namespace bartizan::mail
