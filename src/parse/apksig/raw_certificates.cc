#include "parse/apksig/raw_certificates.h"

namespace bartizan::parse {
namespace {

constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kContext0 = 0xa0;  // [0], constructed
constexpr std::uint8_t kConstructed = 0x20;
constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxCertificates = 100;

struct Element {
  std::uint8_t tag = 0;
  Bytes whole;
  Bytes content;
};

Result<Element> take_element(ByteReader& reader, Bytes within, int depth);

// Content up to the two zero bytes that end it; the reader is left behind them.
Result<Bytes> take_indefinite(ByteReader& reader, Bytes within, int depth) {
  const std::size_t start = reader.position();
  for (;;) {
    const std::size_t at = reader.position();
    BARTIZAN_ASSIGN(const Element element, take_element(reader, within, depth + 1));
    if (element.tag == 0 && element.content.empty()) return within.subspan(start, at - start);
  }
}

// One element in BER (X.690); tags of several bytes do not occur in SignedData.
Result<Element> take_element(ByteReader& reader, Bytes within, int depth) {
  if (depth > kMaxDepth) return Error{ErrorCode::kLimit, "BER nested too deeply"};
  const std::size_t start = reader.position();
  Element out;
  BARTIZAN_ASSIGN(out.tag, reader.u8());
  if ((out.tag & 0x1f) == 0x1f) return Error{ErrorCode::kInvalid, "BER tag of several bytes"};
  BARTIZAN_ASSIGN(const std::uint8_t first, reader.u8());
  std::size_t size = first;
  if (first == 0x80 && out.tag & kConstructed) {
    BARTIZAN_ASSIGN(out.content, take_indefinite(reader, within, depth));
    out.whole = within.subspan(start, reader.position() - start);
    return out;
  }
  if (first & 0x80) {
    if ((first & 0x7f) > 4) return Error{ErrorCode::kInvalid, "BER length of too many bytes"};
    size = 0;
    for (int i = 0; i < (first & 0x7f); ++i) {
      BARTIZAN_ASSIGN(const std::uint8_t next, reader.u8());
      size = size << 8 | next;
    }
  }
  BARTIZAN_ASSIGN(out.content, reader.take(size));
  out.whole = within.subspan(start, reader.position() - start);
  return out;
}

Result<Element> expect(ByteReader& reader, Bytes within, std::uint8_t tag) {
  BARTIZAN_ASSIGN(const Element element, take_element(reader, within, 0));
  if (element.tag != tag) return Error{ErrorCode::kInvalid, "not shaped like SignedData"};
  return element;
}

}  // namespace

Result<std::vector<Bytes>> raw_certificates(Bytes message) {
  ByteReader outer(message);
  BARTIZAN_ASSIGN(const Element info, expect(outer, message, kSequence));
  ByteReader in_info(info.content);
  BARTIZAN_TRY(take_element(in_info, info.content, 0));  // contentType
  BARTIZAN_ASSIGN(const Element wrapper, expect(in_info, info.content, kContext0));
  ByteReader in_wrapper(wrapper.content);
  BARTIZAN_ASSIGN(const Element data, expect(in_wrapper, wrapper.content, kSequence));
  ByteReader in_data(data.content);
  for (int i = 0; i < 3; ++i)  // version, digestAlgorithms, contentInfo
    BARTIZAN_TRY(take_element(in_data, data.content, 0));
  BARTIZAN_ASSIGN(const Element certificates, expect(in_data, data.content, kContext0));
  std::vector<Bytes> out;
  ByteReader each(certificates.content);
  while (!each.at_end()) {
    if (out.size() == kMaxCertificates) return Error{ErrorCode::kLimit, "too many certificates"};
    BARTIZAN_ASSIGN(const Element certificate, take_element(each, certificates.content, 0));
    out.push_back(certificate.whole);
  }
  return out;
}

}  // namespace bartizan::parse
