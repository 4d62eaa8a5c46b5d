#include "mail/charset.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "mail/ascii.h"
#include "mail/reader.h"
#include "parse/domain/utf8.h"

namespace bartizan::mail {
namespace {

// Those that mail is written in; the C library loads a file for each.
constexpr auto kUsual = std::to_array<const char*>(
    {"UTF-8",        "UTF-7",        "UTF-16",       "UTF-16LE",     "UTF-16BE",     "US-ASCII",
     "ISO-8859-1",   "ISO-8859-2",   "ISO-8859-4",   "ISO-8859-5",   "ISO-8859-6",   "ISO-8859-7",
     "ISO-8859-8",   "ISO-8859-9",   "ISO-8859-13",  "ISO-8859-15",  "WINDOWS-1250", "WINDOWS-1251",
     "WINDOWS-1252", "WINDOWS-1253", "WINDOWS-1254", "WINDOWS-1255", "WINDOWS-1256", "WINDOWS-1257",
     "WINDOWS-1258", "KOI8-R",       "KOI8-U",       "GB2312",       "GBK",          "GB18030",
     "BIG5",         "SHIFT_JIS",    "ISO-2022-JP",  "EUC-JP",       "EUC-KR",       "ISO-2022-KR",
     "TIS-620"});

class Converter {
 public:
  explicit Converter(const std::string& charset)
      : handle_(::iconv_open("UTF-8", charset.c_str())) {}
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  ~Converter() {
    if (known()) ::iconv_close(handle_);
  }
  bool known() const { return handle_ != reinterpret_cast<iconv_t>(-1); }

  // Malformed bytes become U+FFFD one by one.
  std::string run(Bytes bytes, bool& malformed) {
    std::string out;
    std::array<char, 4096> buffer;
    char* in = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
    std::size_t left = bytes.size();
    while (left > 0 && out.size() < kMaxText) {
      char* to = buffer.data();
      std::size_t room = buffer.size();
      const std::size_t done = ::iconv(handle_, &in, &left, &to, &room);
      const int error = errno;
      out.append(buffer.data(), buffer.size() - room);
      if (done != static_cast<std::size_t>(-1) || error == E2BIG) continue;
      malformed = true;
      parse::append_utf8(out, parse::kReplacementCharacter);
      ++in;
      --left;
    }
    return out;
  }

 private:
  iconv_t handle_;
};

bool is_plain(std::string_view charset) {
  static constexpr auto kPlain = std::to_array<std::string_view>(
      {"", "utf-8", "utf8", "us-ascii", "ascii", "ansi_x3.4-1968", "unicode-1-1-utf-8"});
  return std::find(kPlain.begin(), kPlain.end(), charset) != kPlain.end();
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  return parse::encode_utf8(parse::decode_utf8_lossy(text));
}

std::string decode_text(Bytes bytes, std::string_view charset,
                        std::vector<parse::Anomaly>& anomalies) {
  bytes = bytes.first(std::min(bytes.size(), kMaxText));
  std::string name = lower_ascii(charset.substr(0, 64));
  if (as_text(bytes).find('\0') != std::string_view::npos && !name.starts_with("utf-16"))
    parse::note_anomaly(anomalies, "mail.nul", "text", "NUL bytes");
  const bool plain = is_plain(name);
  if (plain && parse::decode_utf8(as_text(bytes)).ok()) return std::string(as_text(bytes));
  if (plain) {
    parse::note_anomaly(anomalies, "mail.invalid_utf8", "text", "bytes that are no UTF-8");
    name = name.empty() || name.find("ascii") != std::string::npos ? "WINDOWS-1252" : "UTF-8";
  }
  // "//" would ask iconv for other behaviour.
  Converter converter(name.find('/') == std::string::npos ? name : "");
  if (name.find('/') != std::string::npos || !converter.known()) {
    parse::note_anomaly(anomalies, "mail.unknown_charset", "text", charset);
    Converter fallback("WINDOWS-1252");
    bool ignored = false;
    return fallback.known() ? valid_utf8(fallback.run(bytes, ignored)) : valid_utf8(as_text(bytes));
  }
  bool malformed = false;
  std::string out = converter.run(bytes, malformed);
  if (malformed && !plain) parse::note_anomaly(anomalies, "mail.invalid_utf8", "text", charset);
  return valid_utf8(out);
}

void load_charsets() {
  // Kept open: what the C library loaded for them stays.
  static const auto kept = [] {
    std::array<iconv_t, kUsual.size()> converters{};
    std::transform(kUsual.begin(), kUsual.end(), converters.begin(),
                   [](const char* charset) { return ::iconv_open("UTF-8", charset); });
    return converters;
  }();
  (void)kept;
}

}  // namespace bartizan::mail
