#include "parse/axml/parser.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>
#include <string>

#include "parse/axml/string_pool.h"

namespace bartizan::parse {
namespace {

constexpr std::uint16_t kStringPoolChunk = 0x0001;
constexpr std::uint16_t kXmlChunk = 0x0003;
constexpr std::uint16_t kFirstNode = 0x0100;
constexpr std::uint16_t kStartNamespace = 0x0100;
constexpr std::uint16_t kEndNamespace = 0x0101;
constexpr std::uint16_t kStartElement = 0x0102;
constexpr std::uint16_t kEndElement = 0x0103;
constexpr std::uint16_t kText = 0x0104;
constexpr std::uint16_t kLastNode = 0x017f;
constexpr std::uint16_t kResourceMapChunk = 0x0180;
constexpr std::uint32_t kNoString = 0xffffffff;
constexpr std::size_t kChunkHeaderSize = 8;
constexpr std::size_t kNodeHeaderSize = 16;
constexpr std::size_t kElementSize = 20;
constexpr std::size_t kAttributeSize = 20;
constexpr std::size_t kMaxKnownTexts = 4096;
constexpr std::size_t kValueSize = 8;  // Res_value
constexpr std::string_view kAndroidNamespace = "http://schemas.android.com/apk/res/android";

struct Chunk {
  std::uint16_t type;
  std::uint16_t header_size;
  std::uint32_t size;
};

Result<Chunk> read_chunk(Bytes bytes, std::size_t at) {
  ByteReader reader(bytes);
  BARTIZAN_TRY(reader.seek(at));
  BARTIZAN_ASSIGN(const std::uint16_t type, reader.u16());
  BARTIZAN_ASSIGN(const std::uint16_t header_size, reader.u16());
  BARTIZAN_ASSIGN(const std::uint32_t size, reader.u32());
  return Chunk{type, header_size, size};
}

class Parser {
 public:
  explicit Parser(Bytes bytes) : bytes_(bytes) {}

  Result<AxmlDocument> parse() {
    if (bytes_.size() > kMaxAxmlBytes)
      return Error{ErrorCode::kLimit, "binary XML larger than the limit"};
    BARTIZAN_ASSIGN(const Chunk root, read_chunk(bytes_, 0));
    if (root.type != kXmlChunk)
      note("axml.wrong_root_type", 0, "type " + std::to_string(root.type) + " instead of 3");
    if (root.size != bytes_.size())
      note(
          "axml.wrong_file_size", 0,
          std::to_string(root.size) + " bytes stated, " + std::to_string(bytes_.size()) + " there");
    if (root.size >= kChunkHeaderSize && root.size < bytes_.size())
      bytes_ = bytes_.first(root.size);
    walk(std::max<std::size_t>(root.header_size, kChunkHeaderSize));
    if (!root_closed_) {
      document_.truncated = true;
      while (!open_.empty()) close_element();
    }
    if (!has_root_) return Error{ErrorCode::kInvalid, "binary XML without an element"};
    return std::move(document_);
  }

 private:
  void note(std::string_view id, std::size_t at, std::string_view detail) {
    note_anomaly(document_.anomalies, id, "offset " + std::to_string(at), detail);
  }

  void walk(std::size_t at) {
    while (at < bytes_.size() && !stopped_) {
      const Result<Chunk> chunk = read_chunk(bytes_, at);
      if (!chunk.ok() || !is_valid(*chunk, at)) {
        if (chunk.ok() && chunk->size == 0)
          note("axml.zero_size_chunk", at, "type " + std::to_string(chunk->type));
        note(root_closed_ ? "axml.after_root" : "axml.bad_chunk", at, "not a valid chunk");
        return;
      }
      const Bytes whole = bytes_.subspan(at, chunk->size);
      if (chunk->type == kStringPoolChunk) {
        use_string_pool(whole, at);
      } else if (chunk->type == kResourceMapChunk) {
        resource_map_ = whole.subspan(chunk->header_size);
      } else if (chunk->type >= kFirstNode && chunk->type <= kLastNode) {
        seen_node_ = true;
        handle_node(*chunk, whole, at);
      } else {
        note("axml.unknown_chunk", at, "type " + std::to_string(chunk->type) + " skipped");
      }
      at += chunk->size;
    }
  }

  // AOSP validate_chunk(): sizes in multiples of four, the header inside the chunk, the chunk
  // inside the data.
  bool is_valid(const Chunk& chunk, std::size_t at) const {
    const std::size_t least =
        chunk.type >= kFirstNode && chunk.type <= kLastNode ? kNodeHeaderSize : kChunkHeaderSize;
    return chunk.header_size >= least && chunk.header_size <= chunk.size &&
           ((chunk.header_size | chunk.size) & 3) == 0 && chunk.size <= bytes_.size() - at;
  }

  void use_string_pool(Bytes chunk, std::size_t at) {
    if (seen_node_ || pool_.size() > 0)
      note("axml.second_string_pool", at, seen_node_ ? "ignored" : "replaces the first");
    if (seen_node_) return;  // the platform looks for pools before the first node alone
    Result<StringPool> pool = StringPool::parse(chunk, document_.anomalies);
    if (!pool.ok()) return;
    pool_ = *pool;
    texts_.clear();
  }

  void handle_node(const Chunk& chunk, Bytes whole, std::size_t at) {
    check_comment(whole, at);
    const Bytes extension = whole.subspan(chunk.header_size);
    if (chunk.type == kStartElement) {
      start_element(extension, at);
    } else if (chunk.type == kEndElement) {
      if (open_.empty()) {
        note("axml.unbalanced", at, "an element ends that never started");
      } else {
        close_element();
      }
    } else if (chunk.type == kStartNamespace) {
      start_namespace(extension, at);
    } else if (chunk.type == kEndNamespace) {
      if (!namespaces_.empty()) namespaces_.pop_back();
    } else if (chunk.type == kText && !open_.empty()) {
      ByteReader reader(extension);
      std::vector<Anomaly> lines;  // text may have several
      open_.back().text += take(reader.u32().value_or(kNoString), lines);
    }
  }

  // Neither aapt nor aapt2 keeps comments; a file changed afterwards may have them, or a zero in
  // the field, which is a string's number.
  void check_comment(Bytes node, std::size_t at) {
    ByteReader reader(node);
    if (!reader.seek(kNodeHeaderSize - 4).ok()) return;
    const std::uint32_t comment = reader.u32().value_or(kNoString);
    if (comment != kNoString)
      note("axml.comment", at, "comment " + std::to_string(comment) + ": " + text(comment));
  }

  void start_namespace(Bytes extension, std::size_t at) {
    ByteReader reader(extension);
    const std::uint32_t prefix = reader.u32().value_or(kNoString);
    const std::uint32_t uri = reader.u32().value_or(kNoString);
    if (namespaces_.size() >= kMaxAxmlNamespaces)
      return note("axml.limit", at, "too many namespaces at once");
    const bool is_android = text(uri) == kAndroidNamespace;
    for (const Namespace& outer : namespaces_) {
      if (outer.uri != uri && !(outer.is_android && is_android)) continue;
      note("axml.namespace_redeclared", at,
           '"' + text(prefix) + "\" stands for what another prefix already does: " + text(uri));
      break;
    }
    namespaces_.push_back({uri, is_android});
  }

  // Whether `uri` is Android's namespace.
  bool check_namespace(std::uint32_t uri, std::size_t at) {
    if (uri == kNoString) return false;
    for (const Namespace& declared : namespaces_) {
      if (declared.uri == uri) return declared.is_android;
    }
    const std::string stated = text(uri);
    note("axml.undeclared_namespace", at, '"' + stated + '"');
    return stated == kAndroidNamespace;
  }

  void start_element(Bytes extension, std::size_t at) {
    if (root_closed_) {
      note("axml.after_root", at, "an element after the root");
      return;
    }
    if (open_.size() >= kMaxAxmlDepth || ++elements_ > kMaxAxmlElements) {
      note(open_.size() >= kMaxAxmlDepth ? "axml.depth" : "axml.limit", at, "too many elements");
      stop();
      return;
    }
    Result<AxmlElement> element = read_element(extension, at);
    if (!element.ok()) {
      note("axml.bad_chunk", at, "an element whose attributes do not fit");
      stop();
      return;
    }
    has_root_ = true;
    open_.push_back(std::move(element).value());
  }

  Result<AxmlElement> read_element(Bytes extension, std::size_t at) {
    ByteReader reader(extension);
    BARTIZAN_TRY(reader.skip(4));  // namespace
    BARTIZAN_ASSIGN(const std::uint32_t name, reader.u32());
    BARTIZAN_ASSIGN(const std::uint16_t start, reader.u16());
    BARTIZAN_ASSIGN(const std::uint16_t size, reader.u16());
    BARTIZAN_ASSIGN(const std::uint16_t count, reader.u16());
    AxmlElement element{.name = text(name)};
    if (count == 0) return element;
    if (size != kAttributeSize)
      note("axml.attribute_size", at, std::to_string(size) + " bytes an attribute");
    if (start != kElementSize)
      note("axml.attribute_size", at, "attributes start at " + std::to_string(start));
    if (size < kAttributeSize) return Error{ErrorCode::kInvalid, "attributes too small"};
    BARTIZAN_TRY(slice(extension, start, std::uint64_t{size} * count));
    element.attributes.reserve(count);
    std::uint32_t highest = 0;
    for (std::size_t i = 0; i < count; ++i) {
      BARTIZAN_ASSIGN(AxmlAttribute attribute,
                      read_attribute(extension.subspan(start + i * size, kAttributeSize), at));
      check_order(element, attribute, highest, at);
      element.attributes.push_back(std::move(attribute));
    }
    return element;
  }

  // AOSP RetrieveAttributes() walks attributes and wanted ids side by side, both rising: what is
  // lower than an attribute before it is never reached.
  void check_order(const AxmlElement& element, AxmlAttribute& attribute, std::uint32_t& highest,
                   std::size_t at) {
    if (attribute.resource_id == 0) return;
    if (attribute.resource_id > highest) {
      highest = attribute.resource_id;
      return;
    }
    attribute.out_of_order = true;
    if (attribute.resource_id == highest) {
      note("axml.duplicate_attribute", at, attribute.name.substr(0, 60) + "; the first counts");
    } else {
      note("axml.attribute_order", at,
           attribute.name.substr(0, 60) + " of " + element.name.substr(0, 60) +
               " comes too late for the platform to see it");
    }
  }

  Result<AxmlAttribute> read_attribute(Bytes bytes, std::size_t at) {
    ByteReader reader(bytes);
    BARTIZAN_ASSIGN(const std::uint32_t name_space, reader.u32());
    BARTIZAN_ASSIGN(const std::uint32_t name, reader.u32());
    BARTIZAN_ASSIGN(const std::uint32_t raw, reader.u32());
    BARTIZAN_ASSIGN(const std::uint16_t size, reader.u16());
    BARTIZAN_TRY(reader.skip(1));  // Res_value::res0
    BARTIZAN_ASSIGN(const std::uint8_t type, reader.u8());
    BARTIZAN_ASSIGN(const std::uint32_t data, reader.u32());
    AxmlAttribute attribute{.resource_id = resource_id(name),
                            .name = text(name),
                            .has_namespace = name_space != kNoString,
                            .android_namespace = check_namespace(name_space, at),
                            .type = static_cast<AxmlType>(type),
                            .data = data};
    const bool is_string = attribute.type == AxmlType::kString;
    if (is_string) attribute.text = text(data);
    if (size != kValueSize)
      note("axml.value_size", at,
           attribute.name.substr(0, 60) + ": " + std::to_string(size) + " bytes stated for 8");
    if (raw == kNoString || (is_string && raw == data)) return attribute;
    std::string written = text(raw);
    if (is_string && written == attribute.text) return attribute;
    if (is_string)
      note("axml.raw_value_lies", at,
           attribute.name.substr(0, 60) + " is \"" + attribute.text.substr(0, 80) +
               "\" and, when asked for by name, \"" + written.substr(0, 80) + '"');
    attribute.raw = std::move(written);
    return attribute;
  }

  std::uint32_t resource_id(std::uint32_t name) const {
    ByteReader reader(resource_map_);
    if (!reader.seek(std::size_t{name} * 4).ok()) return 0;
    return reader.u32().value_or(0);
  }

  // The first strings of the pool, which every element repeats, are decoded once.
  std::string text(std::uint32_t index) {
    if (index >= std::min(pool_.size(), kMaxKnownTexts)) return take(index, document_.anomalies);
    if (index >= texts_.size()) texts_.resize(index + 1);
    std::optional<std::string>& known = texts_[index];
    if (known) {
      charge(*known);
    } else {
      known = take(index, document_.anomalies);
    }
    return *known;
  }

  std::string take(std::uint32_t index, std::vector<Anomaly>& anomalies) {
    if (text_left_ == 0) return {};
    std::string decoded =
        pool_.string(index, std::min(text_left_, std::size_t{1 << 16}), anomalies);
    charge(decoded);
    return decoded;
  }

  void charge(std::string_view used) {
    text_left_ -= std::min(text_left_, used.size() + 1);
    if (text_left_ != 0 || stopped_) return;
    note("axml.limit", 0, "more text than is read");
    stop();
  }

  void close_element() {
    AxmlElement closed = std::move(open_.back());
    open_.pop_back();
    if (open_.empty()) {
      document_.root = std::move(closed);
      root_closed_ = true;
    } else {
      open_.back().children.push_back(std::move(closed));
    }
  }

  void stop() {
    stopped_ = true;
    document_.truncated = true;
  }

  struct Namespace {
    std::uint32_t uri;  // of the string pool
    bool is_android;
  };

  Bytes bytes_;
  AxmlDocument document_;
  StringPool pool_;
  std::vector<std::optional<std::string>> texts_;  // of the pool, as far as asked for
  Bytes resource_map_;
  std::vector<Namespace> namespaces_;  // around what is read now
  std::vector<AxmlElement> open_;
  std::size_t elements_ = 0;
  std::size_t text_left_ = kMaxAxmlText;
  bool seen_node_ = false;
  bool has_root_ = false;
  bool root_closed_ = false;
  bool stopped_ = false;
};

}  // namespace

double axml_number(AxmlType type, std::uint32_t data) {
  if (type == AxmlType::kFloat) return std::bit_cast<float>(data);
  // Res_value::COMPLEX_*: a signed mantissa of 24 bits, and where its point is in two bits.
  constexpr int kPointAt[] = {8, 15, 23, 31};
  const auto mantissa = static_cast<std::int32_t>(data & 0xffffff00);
  return std::ldexp(static_cast<double>(mantissa), -kPointAt[data >> 4 & 3]);
}

const AxmlAttribute* AxmlElement::find(std::uint32_t resource_id) const {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(), [&](const AxmlAttribute& attribute) {
        return attribute.resource_id == resource_id && !attribute.out_of_order;
      });
  return found == attributes.end() ? nullptr : &*found;
}

Result<AxmlDocument> parse_axml(Bytes bytes) { return Parser(bytes).parse(); }

}  // namespace bartizan::parse
