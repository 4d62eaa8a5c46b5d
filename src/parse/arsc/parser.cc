#include "parse/arsc/parser.h"

#include <algorithm>

namespace bartizan::parse {
namespace {

constexpr std::uint16_t kStringPoolChunk = 0x0001;
constexpr std::uint16_t kTableChunk = 0x0002;
constexpr std::uint16_t kPackageChunk = 0x0200;
constexpr std::uint16_t kTypeChunk = 0x0201;
constexpr std::uint16_t kStagedAliasChunk = 0x0206;
constexpr std::uint8_t kSparseType = 1;
constexpr std::uint8_t kShortOffsets = 2;
constexpr std::uint16_t kComplexEntry = 1;
constexpr std::uint16_t kCompactEntry = 8;
constexpr std::uint8_t kReference = 1;
constexpr std::uint8_t kString = 3;
constexpr std::uint8_t kDynamicReference = 7;
constexpr std::size_t kConfigOffset = 20;  // in a type chunk
constexpr std::size_t kLocaleOffset = 8;   // in a configuration
constexpr std::size_t kDensityOffset = 14;
constexpr std::uint8_t kFirstColor = 0x1c;
constexpr std::uint8_t kLastColor = 0x1f;
constexpr std::size_t kMaxTextBytes = 1024;
constexpr std::size_t kMaxAliases = 65'536;
constexpr std::size_t kMaxTypes = 65'536;  // of all packages, configurations counted each
constexpr int kMaxReferences = 8;

// Where entry `index` lies in the type's data; nothing: this configuration does not have it.
std::optional<std::size_t> entry_offset(Bytes body, std::uint8_t flags, std::uint32_t count,
                                        std::uint32_t index) {
  ByteReader reader(body);
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

}  // namespace

struct ResourceTable::Chunk {
  std::uint16_t type = 0;
  Bytes header;  // with the eight bytes every chunk has
  Bytes body;
  Bytes whole() const { return {header.data(), header.size() + body.size()}; }
};

class ResourceTable::Reader {
 public:
  explicit Reader(ResourceTable& table) : table_(table) {}

  void read(Bytes bytes) {
    if (bytes.size() > kMaxArscBytes) return note("arsc.bad_chunk", 0, "larger than is read");
    ByteReader reader(bytes);
    const std::size_t size = bytes.size();
    const Result<Chunk> root = take_chunk(reader, bytes);
    if (!root.ok()) return note("arsc.bad_chunk", 0, "the table's header makes no sense");
    if (root->type != kTableChunk)
      return note("arsc.wrong_root_type", 0, "type " + std::to_string(root->type));
    if (root->whole().size() != size)
      note("arsc.wrong_file_size", 0,
           std::to_string(root->whole().size()) + " bytes stated, " + std::to_string(size) +
               " there");
    bool has_strings = false;
    for (const Chunk& chunk : chunks_in(root->body)) {
      if (chunk.type == kStringPoolChunk) {
        if (has_strings) note("arsc.second_string_pool", 0, "the first one counts");
        if (!has_strings) read_strings(chunk);
        has_strings = true;
      }
      if (chunk.type == kPackageChunk) read_package(chunk);
    }
    ByteReader count(root->header);
    (void)count.skip(8);
    const std::uint32_t stated = count.u32().value_or(0);
    if (stated != table_.packages_.size())
      note("arsc.wrong_package_count", 0,
           std::to_string(stated) + " stated, " + std::to_string(table_.packages_.size()) +
               " there");
  }

 private:
  void note(std::string_view id, std::size_t at, std::string_view detail) {
    note_anomaly(table_.anomalies_, id, "resources.arsc, offset " + std::to_string(at), detail);
  }

  static Result<Chunk> take_chunk(ByteReader& reader, Bytes within) {
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

  // The chunks that follow each other, up to the first that makes no sense.
  std::vector<Chunk> chunks_in(Bytes bytes) {
    std::vector<Chunk> out;
    ByteReader reader(bytes);
    while (!reader.at_end()) {
      Result<Chunk> chunk = take_chunk(reader, bytes);
      if (!chunk.ok()) {
        note("arsc.bad_chunk", reader.position(), chunk.error().message);
        break;
      }
      out.push_back(*chunk);
    }
    return out;
  }

  void read_strings(const Chunk& chunk) {
    Result<StringPool> pool = StringPool::parse(chunk.whole(), table_.anomalies_);
    if (pool.ok()) table_.strings_ = *pool;
  }

  void read_package(const Chunk& chunk) {
    ByteReader reader(chunk.header);
    (void)reader.skip(8);
    const Result<std::uint32_t> id = reader.u32();
    if (!id.ok()) return note("arsc.bad_chunk", 0, "a package without a number");
    const bool again = std::any_of(table_.packages_.begin(), table_.packages_.end(),
                                   [&](const Package& package) { return package.id == *id; });
    if (again) note("arsc.same_package_twice", 0, "package " + std::to_string(*id));
    Package package{.id = *id};
    for (const Chunk& inner : chunks_in(chunk.body)) {
      if (inner.type == kTypeChunk) add_type(inner, package);
      if (inner.type == kStagedAliasChunk) read_aliases(inner);
    }
    table_.packages_.push_back(std::move(package));
  }

  void add_type(const Chunk& chunk, Package& package) {
    Result<Type> type = read_type(chunk);
    if (type.ok() && ++types_ <= kMaxTypes) {
      package.types.push_back(*type);
    } else {
      note("arsc.bad_type", 0, type.ok() ? "more than are read" : type.error().message);
    }
  }

  static Result<Type> read_type(const Chunk& chunk) {
    Type out{.body = chunk.body};
    ByteReader reader(chunk.header);
    BARTIZAN_TRY(reader.skip(8));
    BARTIZAN_ASSIGN(out.id, reader.u8());
    BARTIZAN_ASSIGN(out.flags, reader.u8());
    BARTIZAN_TRY(reader.skip(2));
    BARTIZAN_ASSIGN(out.entry_count, reader.u32());
    BARTIZAN_ASSIGN(const std::uint32_t entries_start, reader.u32());
    BARTIZAN_TRY(reader.seek(kConfigOffset + kLocaleOffset));
    BARTIZAN_ASSIGN(const std::uint32_t locale, reader.u32());
    out.any_language = locale == 0;
    BARTIZAN_TRY(reader.seek(kConfigOffset + kDensityOffset));
    out.density = reader.u16().value_or(0);
    const std::size_t offset_size = out.flags & kShortOffsets && !(out.flags & kSparseType) ? 2 : 4;
    if (entries_start < chunk.header.size() || out.entry_count > chunk.body.size() / offset_size)
      return Error{ErrorCode::kInvalid, "type " + std::to_string(out.id) + " with " +
                                            std::to_string(out.entry_count) +
                                            " entries does not fit its chunk"};
    out.entries_start = entries_start - chunk.header.size();
    return out;
  }

  // ResTable_staged_alias_header: a count, then pairs of provisional and final id.
  void read_aliases(const Chunk& chunk) {
    ByteReader header(chunk.header);
    (void)header.skip(8);
    const std::uint32_t count = header.u32().value_or(0);
    ByteReader reader(chunk.body);
    for (std::uint32_t i = 0; i < count && table_.staged_.size() < kMaxAliases; ++i) {
      const Result<std::uint32_t> staged = reader.u32();
      const Result<std::uint32_t> final_id = reader.u32();
      if (!staged.ok() || !final_id.ok())
        return note("arsc.bad_chunk", 0, "fewer staged aliases than it says");
      table_.staged_.emplace(*staged, *final_id);
    }
  }

  ResourceTable& table_;
  std::size_t types_ = 0;
};

ResourceTable ResourceTable::parse(Bytes bytes) {
  ResourceTable table;
  Reader(table).read(bytes);
  return table;
}

std::optional<std::string> ResourceTable::text(std::uint32_t resource_id) const {
  const std::optional<Value> value = find(resource_id);
  return value ? text_of(*value) : std::nullopt;
}

std::optional<std::string> ResourceTable::text_of(Value value) const {
  for (int i = 0; i < kMaxReferences; ++i) {
    std::vector<Anomaly> unused;  // a label's odd letters are no sign of evasion
    if (value.type == kString) return strings_.string(value.data, kMaxTextBytes, unused);
    if (value.type != kReference && value.type != kDynamicReference) return std::nullopt;
    const std::optional<Value> next = find(value.data);
    if (!next) return std::nullopt;
    value = *next;
  }
  return std::nullopt;
}

std::vector<std::string> ResourceTable::texts(std::uint32_t resource_id, std::size_t most) const {
  std::vector<std::string> out;
  visit_values(resource_id, [&](const Type&, Value value) {
    std::optional<std::string> text = text_of(value);
    if (text && std::find(out.begin(), out.end(), *text) == out.end())
      out.push_back(*std::move(text));
    return out.size() < most;
  });
  return out;
}

std::vector<ResourceVariant> ResourceTable::variants(std::uint32_t resource_id,
                                                     std::size_t most) const {
  std::vector<ResourceVariant> out;
  std::vector<std::uint32_t> resources{resource_id};
  for (std::size_t i = 0; i < resources.size() && out.size() < most; ++i) {
    visit_values(resources[i], [&](const Type& type, Value value) {
      std::vector<Anomaly> unused;
      if (value.type == kString)
        out.push_back({.density = type.density,
                       .text = strings_.string(value.data, kMaxTextBytes, unused),
                       .argb = std::nullopt});
      if (value.type >= kFirstColor && value.type <= kLastColor)
        out.push_back({.density = type.density, .text = {}, .argb = value.data});
      const bool refers = value.type == kReference || value.type == kDynamicReference;
      if (refers && resources.size() <= kMaxReferences &&
          std::find(resources.begin(), resources.end(), value.data) == resources.end())
        resources.push_back(value.data);
      return out.size() < most;
    });
  }
  return out;
}

template <typename Visit>
void ResourceTable::visit_values(std::uint32_t resource_id, const Visit& visit) const {
  if (const auto alias = staged_.find(resource_id); alias != staged_.end())
    resource_id = alias->second;
  for (const Package& package : packages_) {
    // Within a library, whose number is given at run time, 0 is the library itself.
    const std::uint32_t wanted = resource_id >> 24;
    if (package.id != wanted && !(wanted == 0 && &package == &packages_.front())) continue;
    for (const Type& type : package.types) {
      if (type.id != (resource_id >> 16 & 0xff)) continue;
      const std::optional<Value> value = value_in(type, resource_id & 0xffff);
      if (value && !visit(type, *value)) return;
    }
  }
}

std::optional<ResourceTable::Value> ResourceTable::find(std::uint32_t resource_id) const {
  std::optional<Value> found;
  visit_values(resource_id, [&](const Type& type, Value value) {
    if (type.any_language || !found) found = value;
    return !type.any_language;
  });
  return found;
}

std::optional<ResourceTable::Value> ResourceTable::value_in(const Type& type, std::uint32_t index) {
  const std::optional<std::size_t> offset =
      entry_offset(type.body, type.flags, type.entry_count, index);
  if (!offset) return std::nullopt;
  ByteReader reader(type.body);
  const std::size_t at = type.entries_start + *offset;
  if (!reader.seek(at).ok()) return std::nullopt;
  const Result<std::uint16_t> size = reader.u16();
  const Result<std::uint16_t> flags = reader.u16();
  const Result<std::uint32_t> key_or_data = reader.u32();
  if (!size.ok() || !flags.ok() || !key_or_data.ok()) return std::nullopt;
  if (*flags & kCompactEntry) return Value{static_cast<std::uint8_t>(*flags >> 8), *key_or_data};
  if (*flags & kComplexEntry) return std::nullopt;  // a bag
  if (!reader.seek(at + *size).ok() || !reader.skip(3).ok()) return std::nullopt;
  const Result<std::uint8_t> value_type = reader.u8();
  const Result<std::uint32_t> data = reader.u32();
  if (!value_type.ok() || !data.ok()) return std::nullopt;
  return Value{*value_type, *data};
}

std::optional<std::string> find_string_resource(Bytes table, std::uint32_t resource_id) {
  return ResourceTable::parse(table).text(resource_id);
}

}  // namespace bartizan::parse
