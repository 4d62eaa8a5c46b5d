#include "parse/arsc/parser.h"

#include <algorithm>

#include "parse/axml/string_pool.h"

namespace bartizan::parse {
namespace {

constexpr std::uint16_t kStringPoolChunk = 0x0001;
constexpr std::uint16_t kTableChunk = 0x0002;
constexpr std::uint16_t kPackageChunk = 0x0200;
constexpr std::uint16_t kTypeChunk = 0x0201;
constexpr std::uint8_t kSparseType = 1;
constexpr std::uint8_t kShortOffsets = 2;
constexpr std::uint16_t kComplexEntry = 1;
constexpr std::uint16_t kCompactEntry = 8;
constexpr std::uint8_t kReference = 1;
constexpr std::uint8_t kString = 3;
constexpr std::size_t kConfigOffset = 20;  // in a type chunk
constexpr std::size_t kLocaleOffset = 8;   // in a configuration
constexpr std::size_t kMaxTextBytes = 1024;
constexpr int kMaxReferences = 8;

struct Chunk {
  std::uint16_t type = 0;
  Bytes header;  // with the eight bytes every chunk has
  Bytes body;
};

Result<Chunk> take_chunk(ByteReader& reader, Bytes within) {
  const std::size_t start = reader.position();
  BARTIZAN_ASSIGN(const std::uint16_t type, reader.u16());
  BARTIZAN_ASSIGN(const std::uint16_t header_size, reader.u16());
  BARTIZAN_ASSIGN(const std::uint32_t size, reader.u32());
  if (header_size < 8 || header_size > size)
    return Error{ErrorCode::kInvalid, "resource chunk with a header larger than itself"};
  BARTIZAN_ASSIGN(const Bytes whole, slice(within, start, size));
  BARTIZAN_TRY(reader.seek(start + size));
  return Chunk{type, whole.first(header_size), whole.subspan(header_size)};
}

// The chunks that follow each other in `bytes`, up to the first that makes no sense.
std::vector<Chunk> chunks_in(Bytes bytes) {
  std::vector<Chunk> out;
  ByteReader reader(bytes);
  while (!reader.at_end()) {
    Result<Chunk> chunk = take_chunk(reader, bytes);
    if (!chunk.ok()) break;
    out.push_back(*chunk);
  }
  return out;
}

struct Value {
  std::uint8_t type;
  std::uint32_t data;
};

// Where entry `index` lies in the type's data; nothing: this configuration does not have it.
std::optional<std::size_t> entry_offset(const Chunk& type, std::uint8_t flags, std::uint32_t count,
                                        std::uint32_t index) {
  ByteReader reader(type.body);
  if (flags & kSparseType) {
    for (std::uint32_t i = 0; i < count; ++i) {
      const Result<std::uint16_t> key = reader.u16();
      const Result<std::uint16_t> offset = reader.u16();
      if (!key.ok() || !offset.ok()) return std::nullopt;
      if (*key == index) return std::size_t{*offset} * 4;
    }
    return std::nullopt;
  }
  if (index >= count) return std::nullopt;
  if (flags & kShortOffsets) {
    if (!reader.seek(std::size_t{index} * 2).ok()) return std::nullopt;
    const Result<std::uint16_t> offset = reader.u16();
    return offset.ok() && *offset != 0xffff ? std::optional(std::size_t{*offset} * 4)
                                            : std::nullopt;
  }
  if (!reader.seek(std::size_t{index} * 4).ok()) return std::nullopt;
  const Result<std::uint32_t> offset = reader.u32();
  return offset.ok() && *offset != 0xffffffff ? std::optional(std::size_t{*offset}) : std::nullopt;
}

Result<Value> read_entry(Bytes body, std::size_t at) {
  ByteReader reader(body);
  BARTIZAN_TRY(reader.seek(at));
  BARTIZAN_ASSIGN(const std::uint16_t size, reader.u16());
  BARTIZAN_ASSIGN(const std::uint16_t flags, reader.u16());
  BARTIZAN_ASSIGN(const std::uint32_t key_or_data, reader.u32());
  if (flags & kCompactEntry) return Value{static_cast<std::uint8_t>(flags >> 8), key_or_data};
  if (flags & kComplexEntry) return Error{ErrorCode::kUnsupported, "a bag, not a text"};
  BARTIZAN_TRY(reader.seek(at + size));
  BARTIZAN_TRY(reader.skip(3));
  BARTIZAN_ASSIGN(const std::uint8_t type, reader.u8());
  BARTIZAN_ASSIGN(const std::uint32_t data, reader.u32());
  return Value{type, data};
}

struct TypeHeader {
  std::uint8_t id = 0;
  std::uint8_t flags = 0;
  std::uint32_t entry_count = 0;
  std::uint32_t entries_start = 0;  // from the chunk's start
  bool any_language = false;
};

Result<TypeHeader> read_type_header(const Chunk& chunk) {
  TypeHeader out;
  ByteReader reader(chunk.header);
  BARTIZAN_TRY(reader.skip(8));
  BARTIZAN_ASSIGN(out.id, reader.u8());
  BARTIZAN_ASSIGN(out.flags, reader.u8());
  BARTIZAN_TRY(reader.skip(2));
  BARTIZAN_ASSIGN(out.entry_count, reader.u32());
  BARTIZAN_ASSIGN(out.entries_start, reader.u32());
  BARTIZAN_TRY(reader.seek(kConfigOffset + kLocaleOffset));
  BARTIZAN_ASSIGN(const std::uint32_t locale, reader.u32());
  out.any_language = locale == 0;
  return out;
}

class Table {
 public:
  explicit Table(Bytes bytes) {
    ByteReader reader(bytes);
    const Result<Chunk> root = take_chunk(reader, bytes);
    if (!root.ok() || root->type != kTableChunk) return;
    for (const Chunk& chunk : chunks_in(root->body)) {
      if (chunk.type == kStringPoolChunk && strings_.size() == 0) read_strings(chunk);
      if (chunk.type == kPackageChunk) read_package(chunk);
    }
  }

  std::optional<std::string> string(std::uint32_t resource_id) const {
    for (int i = 0; i < kMaxReferences; ++i) {
      const std::optional<Value> value = find(resource_id);
      if (!value) return std::nullopt;
      std::vector<Anomaly> unused;  // a label's odd letters are no sign of evasion
      if (value->type == kString) return strings_.string(value->data, kMaxTextBytes, unused);
      if (value->type != kReference) return std::nullopt;
      resource_id = value->data;
    }
    return std::nullopt;
  }

 private:
  struct Package {
    std::uint32_t id;
    std::vector<Chunk> types;
  };

  void read_strings(const Chunk& chunk) {
    std::vector<Anomaly> unused;
    const Bytes whole(chunk.header.data(), chunk.header.size() + chunk.body.size());
    Result<StringPool> pool = StringPool::parse(whole, unused);
    if (pool.ok()) strings_ = *pool;
  }

  void read_package(const Chunk& chunk) {
    ByteReader reader(chunk.header);
    const Status past_chunk_header = reader.skip(8);
    const Result<std::uint32_t> id = reader.u32();
    if (!past_chunk_header.ok() || !id.ok()) return;
    Package package{.id = *id, .types = chunks_in(chunk.body)};
    std::erase_if(package.types, [](const Chunk& inner) { return inner.type != kTypeChunk; });
    packages_.push_back(std::move(package));
  }

  std::optional<Value> find(std::uint32_t resource_id) const {
    std::optional<Value> first;
    for (const Package& package : packages_) {
      if (package.id != resource_id >> 24) continue;
      for (const Chunk& chunk : package.types) {
        const Result<TypeHeader> type = read_type_header(chunk);
        if (!type.ok() || type->id != (resource_id >> 16 & 0xff)) continue;
        const std::optional<Value> value = value_in(chunk, *type, resource_id & 0xffff);
        if (value && type->any_language) return value;
        if (value && !first) first = value;
      }
    }
    return first;
  }

  static std::optional<Value> value_in(const Chunk& chunk, const TypeHeader& type,
                                       std::uint32_t index) {
    const std::optional<std::size_t> offset =
        entry_offset(chunk, type.flags, type.entry_count, index);
    if (!offset || type.entries_start < chunk.header.size()) return std::nullopt;
    const Result<Value> value =
        read_entry(chunk.body, type.entries_start - chunk.header.size() + *offset);
    return value.ok() ? std::optional(*value) : std::nullopt;
  }

  StringPool strings_;
  std::vector<Package> packages_;
};

}  // namespace

std::optional<std::string> find_string_resource(Bytes table, std::uint32_t resource_id) {
  if (table.size() > kMaxArscBytes) return std::nullopt;
  return Table(table).string(resource_id);
}

}  // namespace bartizan::parse
