#include "parse/pdf/parser.h"

#include <libdeflate.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace bartizan::parse {
namespace {

constexpr std::size_t kNowhere = std::string_view::npos;
constexpr std::size_t kMaxDictionary = 4096;  // bytes looked at in front of "stream"

// Of the file that one string may span: escapes and blanks make it longer than what it says.
constexpr std::size_t kMaxStringBytes = 4 * kMaxPdfUrlBytes;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\0';
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Section 7.3.4.2, from behind the "(": brackets nest, "\" escapes.
std::string literal_string(std::string_view text) {
  std::string out;
  int depth = 1;
  text = text.substr(0, kMaxStringBytes);
  for (std::size_t i = 0; i < text.size() && out.size() < kMaxPdfUrlBytes; ++i) {
    char c = text[i];
    if (c == '(') ++depth;
    if (c == ')' && --depth == 0) break;
    if (c != '\\' || i + 1 == text.size()) {
      out += c;
      continue;
    }
    c = text[++i];
    if (c >= '0' && c <= '7') {
      int code = 0;
      for (std::size_t digits = 0; digits < 3 && i < text.size(); ++digits, ++i) {
        if (text[i] < '0' || text[i] > '7') break;
        code = code * 8 + (text[i] - '0');
      }
      --i;
      out += static_cast<char>(code & 0xff);
    } else if (c != '\r' && c != '\n') {  // an escaped line end is none
      out += c;
    }
  }
  return out;
}

std::string hexadecimal_string(std::string_view text) {
  text = text.substr(0, kMaxStringBytes);
  std::string out;
  int high = -1;
  for (const char c : text) {
    if (c == '>' || out.size() >= kMaxPdfUrlBytes) break;
    const int digit = hex_digit(c);
    if (digit < 0) continue;
    if (high < 0) {
      high = digit;
    } else {
      out += static_cast<char>(high * 16 + digit);
      high = -1;
    }
  }
  return out;
}

class Reader {
 public:
  explicit Reader(Bytes pdf) : text_(as_text(pdf)) {}

  PdfLinks run() {
    find_urls(text_);
    note_names(text_);
    find_streams();
    return std::move(out_);
  }

 private:
  void note(const char* id, std::string_view detail) {
    note_anomaly(out_.anomalies, id, "", detail);
  }

  void note_names(std::string_view text) {
    struct Name {
      std::string_view name;
      const char* id;
    };
    static constexpr Name kNames[] = {{"/Encrypt", "pdf.encrypted"},
                                      {"/JavaScript", "pdf.javascript"},
                                      {"/Launch", "pdf.launch"},
                                      {"/EmbeddedFile", "pdf.embedded_file"}};
    for (const Name& known : kNames) {
      const bool noted = std::any_of(out_.anomalies.begin(), out_.anomalies.end(),
                                     [&](const Anomaly& before) { return before.id == known.id; });
      if (!noted && text.find(known.name) != kNowhere) note(known.id, known.name);
    }
  }

  void find_urls(std::string_view text) {
    constexpr std::string_view kKey = "/URI";
    for (std::size_t at = text.find(kKey); at != kNowhere; at = text.find(kKey, at)) {
      at += kKey.size();
      std::size_t value = at;
      while (value < text.size() && is_space(text[value])) ++value;
      if (value >= text.size()) break;
      std::string url;
      if (text[value] == '(') url = literal_string(text.substr(value + 1));
      if (text[value] == '<') url = hexadecimal_string(text.substr(value + 1));
      if (!url.empty()) add_url(std::move(url));
    }
  }

  void add_url(std::string url) {
    if (std::find(out_.urls.begin(), out_.urls.end(), url) != out_.urls.end()) return;
    if (out_.urls.size() >= kMaxPdfUrls) {
      out_.truncated = true;
      return;
    }
    out_.urls.push_back(std::move(url));
  }

  // Object streams (section 7.5.7) hold the dictionaries that newer writers compress.
  void find_streams() {
    constexpr std::string_view kKeyword = "stream";
    for (std::size_t at = text_.find(kKeyword); at != kNowhere; at = text_.find(kKeyword, at)) {
      const std::size_t begin = at;
      at += kKeyword.size();
      const bool ends = begin >= 3 && text_.substr(begin - 3, 3) == "end";
      if (ends) continue;
      const std::size_t from = begin - std::min(begin, kMaxDictionary);
      std::string_view before = text_.substr(from, begin - from);
      const std::size_t object = before.rfind(" obj");
      if (object != kNowhere) before.remove_prefix(object);
      if (before.find("/ObjStm") == kNowhere || before.find("/FlateDecode") == kNowhere) continue;
      std::size_t data = at;
      if (data < text_.size() && text_[data] == '\r') ++data;
      if (data < text_.size() && text_[data] == '\n') ++data;
      if (++streams_ > kMaxPdfStreams || inflated_ >= kMaxPdfInflatedBytes) {
        out_.truncated = true;
        note("pdf.limit", "more object streams than are read");
        return;
      }
      inflate(text_.substr(data));
    }
  }

  void inflate(std::string_view compressed) {
    const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> inflater(
        libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
    if (!inflater) return;
    for (std::size_t room = 256 << 10; room <= kMaxPdfStreamBytes; room *= 2) {
      const auto buffer = std::make_unique_for_overwrite<char[]>(room);
      std::size_t taken = 0;
      std::size_t size = 0;
      const libdeflate_result result = libdeflate_zlib_decompress_ex(
          inflater.get(), compressed.data(), compressed.size(), buffer.get(), room, &taken, &size);
      inflated_ += result == LIBDEFLATE_SUCCESS ? size : room;
      if (result == LIBDEFLATE_SUCCESS) {
        find_urls({buffer.get(), size});
        note_names({buffer.get(), size});
        return;
      }
      if (result != LIBDEFLATE_INSUFFICIENT_SPACE) {
        note("pdf.bad_stream", "an object stream that cannot be inflated");
        return;
      }
      if (inflated_ >= kMaxPdfInflatedBytes) break;
    }
    out_.truncated = true;
    note("pdf.limit", "an object stream larger than is read");
  }

  std::string_view text_;
  std::size_t streams_ = 0;
  std::size_t inflated_ = 0;
  PdfLinks out_;
};

}  // namespace

PdfLinks read_pdf_links(Bytes pdf) { return Reader(pdf).run(); }

}  // namespace bartizan::parse
