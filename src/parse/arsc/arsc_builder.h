// Resource tables for tests: each value in a configuration of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bartizan::parse {

class ArscBuilder {
 public:
  ArscBuilder& add_text(std::uint32_t resource, std::uint16_t density, const std::string& text) {
    strings_.push_back(text);
    return add(resource, density, 0x03, static_cast<std::uint32_t>(strings_.size() - 1));
  }
  ArscBuilder& add_color(std::uint32_t resource, std::uint32_t argb) {
    return add(resource, 0, 0x1c, argb);
  }
  ArscBuilder& add_reference(std::uint32_t resource, std::uint32_t to) {
    return add(resource, 0, 0x01, to);
  }

  std::string build() const {
    const std::string package = chunk(0x0200, u32(0x7f) + std::string(276, '\0'), types_);
    return chunk(0x0002, u32(1), string_pool() + package);
  }

 private:
  ArscBuilder& add(std::uint32_t resource, std::uint16_t density, std::uint8_t type,
                   std::uint32_t data) {
    constexpr std::uint32_t kHeaderBytes = 84;
    const std::uint32_t index = resource & 0xffff;
    std::string body;
    for (std::uint32_t i = 0; i < index; ++i) body += u32(0xffffffff);
    body += u32(0);
    const std::uint32_t entries_start = kHeaderBytes + static_cast<std::uint32_t>(body.size());
    body += u16(8) + u16(0) + u32(0) + u16(8) + std::string(1, '\0');
    body += static_cast<char>(type) + u32(data);
    std::string configuration(64, '\0');
    configuration.replace(0, 4, u32(64));
    configuration.replace(14, 2, u16(density));
    const std::string id{static_cast<char>(resource >> 16 & 0xff), '\0', '\0', '\0'};
    types_ += chunk(0x0201, id + u32(index + 1) + u32(entries_start) + configuration, body);
    return *this;
  }

  std::string string_pool() const {
    std::string offsets;
    std::string data;
    for (const std::string& text : strings_) {
      offsets += u32(static_cast<std::uint32_t>(data.size()));
      data += std::string(2, static_cast<char>(text.size())) + text + '\0';
    }
    data.resize((data.size() + 3) / 4 * 4, '\0');
    const auto count = static_cast<std::uint32_t>(strings_.size());
    const std::string fields = u32(count) + u32(0) + u32(0x100) + u32(28 + 4 * count) + u32(0);
    return chunk(0x0001, fields, offsets + data);
  }

  static std::string chunk(std::uint16_t type, const std::string& fields, const std::string& body) {
    const auto header = static_cast<std::uint16_t>(8 + fields.size());
    return u16(type) + u16(header) + u32(header + static_cast<std::uint32_t>(body.size())) +
           fields + body;
  }
  static std::string u16(std::uint16_t value) {
    return {static_cast<char>(value & 0xff), static_cast<char>(value >> 8)};
  }
  static std::string u32(std::uint32_t value) {
    return u16(static_cast<std::uint16_t>(value & 0xffff)) +
           u16(static_cast<std::uint16_t>(value >> 16));
  }

  std::vector<std::string> strings_;  // of fewer than 128 bytes
  std::string types_;
};

}  // namespace bartizan::parse
