#include "parse/macho/der_entitlements.h"

#include <string>

#include "parse/plist/parser.h"

namespace bartizan::parse {
namespace {

// X.690 tags. The outer two are how libCoreEntitlements wraps them: [APPLICATION 16] holds a
// version and a dictionary, [CONTEXT 16]; older tools write dictionaries as SET.
constexpr std::uint8_t kBoolean = 0x01;
constexpr std::uint8_t kInteger = 0x02;
constexpr std::uint8_t kUtf8String = 0x0c;
constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kSet = 0x31;
constexpr std::uint8_t kEntitlements = 0x70;
constexpr std::uint8_t kDictionary = 0xb0;

Error malformed() { return {ErrorCode::kInvalid, "malformed DER entitlements"}; }

struct Element {
  std::uint8_t tag = 0;
  Bytes content;
};

Result<Element> next_element(ByteReader& reader) {
  Element element;
  BARTIZAN_ASSIGN(element.tag, reader.u8());
  BARTIZAN_ASSIGN(const std::uint8_t first, reader.u8());
  std::size_t length = first;
  if (first >= 0x80) {
    const int bytes = first & 0x7f;
    if (bytes < 1 || bytes > 4) return malformed();
    length = 0;
    for (int i = 0; i < bytes; ++i) {
      BARTIZAN_ASSIGN(const std::uint8_t byte, reader.u8());
      length = length << 8 | byte;
    }
  }
  BARTIZAN_ASSIGN(element.content, reader.take(length));
  return element;
}

class DerReader {
 public:
  Result<PlistValue> value(const Element& element, std::size_t depth) {
    if (depth >= kMaxPlistDepth || ++values_ > kMaxPlistValues)
      return Error{ErrorCode::kLimit, "DER entitlements beyond the bounds"};
    PlistValue out;
    switch (element.tag) {
      case kBoolean:
        if (element.content.size() != 1) return malformed();
        out.type = PlistType::kBoolean;
        out.boolean = element.content[0] != 0;
        return out;
      case kInteger:
        return integer(element.content);
      case kUtf8String:
        out.type = PlistType::kString;
        out.text = as_text(element.content);
        return out;
      case kSequence:
        return array(element.content, depth);
      case kSet:
      case kDictionary:
        return dictionary(element.content, depth);
      default:
        return malformed();
    }
  }

 private:
  static Result<PlistValue> integer(Bytes content) {
    if (content.empty() || content.size() > 8) return malformed();
    PlistValue out;
    out.type = PlistType::kInteger;
    std::uint64_t value = content[0] & 0x80 ? ~std::uint64_t{0} : 0;
    for (const std::uint8_t byte : content) value = value << 8 | byte;
    out.integer = static_cast<std::int64_t>(value);
    return out;
  }

  Result<PlistValue> array(Bytes content, std::size_t depth) {
    PlistValue out;
    out.type = PlistType::kArray;
    for (ByteReader reader(content); !reader.at_end();) {
      BARTIZAN_ASSIGN(const Element element, next_element(reader));
      BARTIZAN_ASSIGN(PlistValue item, value(element, depth + 1));
      out.items.push_back(std::move(item));
    }
    return out;
  }

  Result<PlistValue> dictionary(Bytes content, std::size_t depth) {
    PlistValue out;
    out.type = PlistType::kDictionary;
    for (ByteReader reader(content); !reader.at_end();) {
      BARTIZAN_ASSIGN(const Element pair, next_element(reader));
      if (pair.tag != kSequence) return malformed();
      ByteReader inside(pair.content);
      BARTIZAN_ASSIGN(const Element key, next_element(inside));
      BARTIZAN_ASSIGN(const Element element, next_element(inside));
      if (key.tag != kUtf8String || !inside.at_end()) return malformed();
      BARTIZAN_ASSIGN(PlistValue item, value(element, depth + 1));
      out.entries.push_back({.key = std::string(as_text(key.content)), .value = std::move(item)});
    }
    return out;
  }

  std::size_t values_ = 0;
};

}  // namespace

Result<PlistValue> parse_der_entitlements(Bytes der) {
  ByteReader reader(der);
  BARTIZAN_ASSIGN(const Element outer, next_element(reader));
  if (outer.tag == kSet) return DerReader().value(outer, 0);
  if (outer.tag != kEntitlements) return malformed();
  ByteReader inside(outer.content);
  BARTIZAN_ASSIGN(const Element version, next_element(inside));
  BARTIZAN_ASSIGN(const Element dictionary, next_element(inside));
  if (version.tag != kInteger || dictionary.tag != kDictionary) return malformed();
  return DerReader().value(dictionary, 0);
}

}  // namespace bartizan::parse
