#include <libdeflate.h>

#include <array>

#include "base/crypto.h"
#include "parse/dex/reader.h"

namespace bartizan::parse::dex {
namespace {

constexpr std::uint32_t kHeaderSize = 0x70;
constexpr std::uint32_t kContainerHeaderSize = 0x78;
constexpr int kContainerVersion = 41;
constexpr std::uint32_t kEndianTag = 0x12345678;

// Item types of the map (type codes of the format's document).
constexpr std::uint16_t kMethodHandleItem = 0x0008;

struct Section {
  std::uint16_t map_type;
  std::uint32_t item_size;
  std::uint32_t header_field;  // of the count; the offset follows
  DexTable DexFile::*table;
  std::string_view name;
};

constexpr std::array<Section, 6> kSections = {{
    {0x0001, 4, 0x38, &DexFile::string_ids, "string_ids"},
    {0x0002, 4, 0x40, &DexFile::type_ids, "type_ids"},
    {0x0003, 12, 0x48, &DexFile::proto_ids, "proto_ids"},
    {0x0004, 8, 0x50, &DexFile::field_ids, "field_ids"},
    {0x0005, 8, 0x58, &DexFile::method_ids, "method_ids"},
    {0x0006, 32, 0x60, &DexFile::class_defs, "class_defs"},
}};

std::uint32_t u32_at(Bytes bytes, std::size_t offset) {
  return DexTable{bytes.data() + offset, 1}.u32(0, 4, 0);
}

// A table of `count` items, lowered to those that the file holds.
DexTable open_table(Reading& reading, const Section& section, std::uint32_t count,
                    std::uint32_t offset) {
  const Bytes bytes = reading.dex.bytes;
  if (count == 0) return {};
  if (offset % 4 != 0)
    reading.log.note("dex.misaligned_table", section.name, offset, "not a multiple of four");
  const std::size_t held = offset < bytes.size() ? (bytes.size() - offset) / section.item_size : 0;
  if (count > held) {
    reading.log.note("dex.table_outside_file", section.name, offset,
                     std::to_string(count) + " items stated, room for " + std::to_string(held));
    reading.dex.truncated = true;
    count = static_cast<std::uint32_t>(held);
  }
  if (!reading.budget.spend(std::size_t{count} * section.item_size)) {
    reading.over_budget(section.name);
    return {};
  }
  return {bytes.data() + offset, count};
}

int version_of(Bytes header) {
  const std::string_view magic = as_text(header.first(8));
  const auto digit = [&](std::size_t i) { return magic[i] >= '0' && magic[i] <= '9'; };
  if (!magic.starts_with("dex\n") || magic[7] != '\0' || !digit(4) || !digit(5) || !digit(6))
    return 0;
  return (magic[4] - '0') * 100 + (magic[5] - '0') * 10 + (magic[6] - '0');
}

void check_version(Reading& reading, int version) {
  if (version == 0) {
    reading.log.note("dex.bad_magic", "offset", reading.dex.header_offset,
                     "not the magic of a DEX file");
  } else if (version < 35 || version == 36 || version > kContainerVersion) {
    // 036 was never released (frameworks/libdexfile, DexFile::kDexMagicVersions).
    reading.log.note("dex.bad_version", "version", static_cast<std::uint64_t>(version),
                     "no Android release reads it");
  }
}

// Checksum and signature cover this file's part of a container, else all of the bytes stated.
void check_digests(Reading& reading, Bytes file) {
  constexpr std::size_t kChecksummedFrom = 12;
  constexpr std::size_t kSignedFrom = 32;
  constexpr std::size_t kSignatureSize = 20;
  const std::uint32_t adler =
      libdeflate_adler32(1, file.data() + kChecksummedFrom, file.size() - kChecksummedFrom);
  if (adler != u32_at(file, 8))
    reading.log.note("dex.bad_checksum", "offset", reading.dex.header_offset + 8,
                     "the Adler-32 of the file is another");
  const std::string signature = sha1_hex(file.subspan(kSignedFrom));
  if (signature != hex(file.subspan(kChecksummedFrom, kSignatureSize)))
    reading.log.note("dex.bad_signature", "offset", reading.dex.header_offset + kChecksummedFrom,
                     "the SHA-1 of the file is another");
}

void check_container(Reading& reading, Bytes header) {
  const std::uint32_t size = u32_at(header, 0x70);
  const std::uint32_t offset = u32_at(header, 0x74);
  if (size != reading.dex.bytes.size() || offset != reading.dex.header_offset)
    reading.log.note("dex.bad_container", "offset", reading.dex.header_offset,
                     "states " + std::to_string(offset) + " in a container of " +
                         std::to_string(size) + " bytes");
}

// The file's own bytes by its stated size.
Bytes own_bytes(Reading& reading, Bytes rest, std::uint32_t header_size) {
  const std::uint32_t stated = u32_at(rest, 0x20);
  if (stated < header_size || stated > rest.size()) {
    reading.log.note("dex.bad_file_size", "offset", reading.dex.header_offset + 0x20,
                     std::to_string(stated) + " stated, " + std::to_string(rest.size()) + " there");
    return rest;
  }
  if (stated < rest.size() && reading.dex.version < kContainerVersion)
    reading.log.note("dex.trailing_data", "offset", stated,
                     std::to_string(rest.size() - stated) + " bytes after the end");
  return rest.first(stated);
}

}  // namespace

bool read_header(Reading& reading) {
  DexFile& dex = reading.dex;
  const Bytes rest = dex.bytes.subspan(dex.header_offset);
  if (rest.size() < kHeaderSize) {
    reading.log.note("dex.bad_header", "offset", dex.header_offset, "shorter than a header");
    return false;
  }
  dex.version = version_of(rest);
  check_version(reading, dex.version);
  const std::uint32_t header_size =
      dex.version >= kContainerVersion ? kContainerHeaderSize : kHeaderSize;
  if (rest.size() < header_size) {
    reading.log.note("dex.bad_header", "offset", dex.header_offset, "shorter than a header");
    return false;
  }
  if (u32_at(rest, 0x24) != header_size)
    reading.log.note("dex.bad_header", "offset", dex.header_offset + 0x24,
                     "header size " + std::to_string(u32_at(rest, 0x24)));
  if (u32_at(rest, 0x28) != kEndianTag)
    reading.log.note("dex.bad_endian_tag", "offset", dex.header_offset + 0x28,
                     "not little-endian: Android reads no other");
  if (u32_at(rest, 0x2c) != 0)
    reading.log.note("dex.link_data", "offset", dex.header_offset + 0x2c,
                     "a link section, which no released tool writes");
  if (dex.version >= kContainerVersion) check_container(reading, rest);
  const Bytes own = own_bytes(reading, rest, header_size);
  check_digests(reading, own);
  for (const Section& section : kSections)
    dex.*section.table = open_table(reading, section, u32_at(rest, section.header_field),
                                    u32_at(rest, section.header_field + 4));
  return true;
}

void read_map(Reading& reading) {
  DexFile& dex = reading.dex;
  const std::uint32_t offset = u32_at(dex.bytes, dex.header_offset + 0x34);
  const Result<Bytes> head = slice(dex.bytes, offset, 4);
  const std::uint32_t stated = head.ok() ? u32_at(*head, 0) : 0;
  const Result<Bytes> items =
      slice(dex.bytes, std::uint64_t{offset} + 4, std::uint64_t{stated} * 12);
  constexpr std::uint32_t kMostItemTypes = 32;  // the format has 21
  if (!items.ok() || stated == 0 || stated > kMostItemTypes)
    return reading.log.note("dex.bad_map", "offset", offset, "not a map of the file");
  const DexTable map{items->data(), stated};
  std::uint32_t previous = 0;
  for (std::uint32_t i = 0; i < map.count; ++i) {
    const std::uint16_t type = map.u16(i, 12, 0);
    const std::uint32_t count = map.u32(i, 12, 4);
    const std::uint32_t start = map.u32(i, 12, 8);
    if (start < previous || start >= dex.bytes.size())
      reading.log.note("dex.bad_map", "item", i, "out of order or outside of the file");
    previous = start;
    for (const Section& section : kSections) {
      if (section.map_type == type &&
          (count != u32_at(dex.bytes, dex.header_offset + section.header_field) ||
           start != u32_at(dex.bytes, dex.header_offset + section.header_field + 4)))
        reading.log.note("dex.map_mismatch", section.name, start, "the header says otherwise");
    }
    if (type == kMethodHandleItem)
      dex.method_handles = open_table(
          reading, {type, 8, 0, &DexFile::method_handles, "method_handles"}, count, start);
  }
}

}  // namespace bartizan::parse::dex
