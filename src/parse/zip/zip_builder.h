// Archives for tests, honest unless told otherwise.
#pragma once

#include <libdeflate.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::parse {

inline void append_u16(std::string& out, std::uint32_t value) {
  out += static_cast<char>(value & 0xff);
  out += static_cast<char>(value >> 8 & 0xff);
}
inline void append_u32(std::string& out, std::uint32_t value) {
  append_u16(out, value & 0xffff);
  append_u16(out, value >> 16);
}

// What the two headers of an entry say. `data` is as it lies in the file.
struct BuiltEntry {
  std::string name;
  std::string data;
  std::uint16_t method = 0;
  std::uint16_t flags = 0;
  std::uint32_t size = 0;
  std::uint32_t crc32 = 0;
  std::string local_name;
  std::uint16_t local_method = 0;
  std::uint32_t local_size = 0;
  std::uint16_t stated_extra_size = 0;
};

inline BuiltEntry stored(std::string name, std::string data) {
  const auto size = static_cast<std::uint32_t>(data.size());
  const std::uint32_t crc = libdeflate_crc32(0, data.data(), data.size());
  return {.name = name,
          .data = std::move(data),
          .size = size,
          .crc32 = crc,
          .local_name = name,
          .local_size = size};
}

inline BuiltEntry deflated(std::string name, std::string_view data) {
  BuiltEntry entry = stored(std::move(name), std::string(data));
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(6);
  std::string out(libdeflate_deflate_compress_bound(compressor, data.size()), '\0');
  out.resize(
      libdeflate_deflate_compress(compressor, data.data(), data.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  entry.data = out;
  entry.method = entry.local_method = 8;
  return entry;
}

// `before_directory` is where a signing block goes.
inline std::string build_zip(const std::vector<BuiltEntry>& entries,
                             std::string_view before_directory = {}) {
  std::string file;
  std::string directory;
  for (const BuiltEntry& entry : entries) {
    const auto offset = static_cast<std::uint32_t>(file.size());
    file += std::string_view("PK\3\4", 4);
    append_u16(file, 20);
    append_u16(file, entry.flags);
    append_u16(file, entry.local_method);
    append_u32(file, 0);
    append_u32(file, entry.crc32);
    append_u32(file, static_cast<std::uint32_t>(entry.data.size()));
    append_u32(file, entry.local_size);
    append_u16(file, static_cast<std::uint32_t>(entry.local_name.size()));
    append_u16(file, 0);
    file += entry.local_name + entry.data;

    directory += std::string_view("PK\1\2", 4);
    append_u32(directory, 20 << 16 | 20);
    append_u16(directory, entry.flags);
    append_u16(directory, entry.method);
    append_u32(directory, 0);
    append_u32(directory, entry.crc32);
    append_u32(directory, static_cast<std::uint32_t>(entry.data.size()));
    append_u32(directory, entry.size);
    append_u16(directory, static_cast<std::uint32_t>(entry.name.size()));
    append_u16(directory, entry.stated_extra_size);
    append_u32(directory, 0);
    append_u16(directory, 0);
    append_u32(directory, 0);
    append_u32(directory, offset);
    directory += entry.name;
  }
  file += before_directory;
  const auto start = static_cast<std::uint32_t>(file.size());
  file += directory;
  file += std::string_view("PK\5\6", 4);
  append_u32(file, 0);
  append_u16(file, static_cast<std::uint32_t>(entries.size()));
  append_u16(file, static_cast<std::uint32_t>(entries.size()));
  append_u32(file, static_cast<std::uint32_t>(directory.size()));
  append_u32(file, start);
  append_u16(file, 0);
  return file;
}

}  // namespace bartizan::parse
