// Binary XML for tests, made from a few calls; honest unless a field is set otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::parse {

class AxmlBuilder {
 public:
  struct Attribute {
    std::uint32_t resource_id;  // 0: by name alone
    std::string name;
    std::uint8_t type;  // 3: `text`
    std::uint32_t data;
    std::string text;
  };
  static Attribute text(std::uint32_t id, std::string name, std::string value) {
    return {id, std::move(name), 3, 0, std::move(value)};
  }
  static Attribute number(std::uint32_t id, std::string name, std::uint32_t value) {
    return {id, std::move(name), 0x10, value, {}};
  }

  std::uint16_t root_type = 3;
  std::size_t attribute_size = 20;

  void start(const std::string& name, const std::vector<Attribute>& attributes = {}) {
    std::string body;
    u32(body, 0xffffffff);
    u32(body, string_index(name, 0));
    u16(body, 20);
    u16(body, static_cast<std::uint32_t>(attribute_size));
    u16(body, static_cast<std::uint32_t>(attributes.size()));
    u16(body, 0);
    u32(body, 0);
    for (const Attribute& attribute : attributes) {
      const std::uint32_t value =
          attribute.type == 3 ? string_index(attribute.text, 0) : attribute.data;
      u32(body, 0xffffffff);
      u32(body, string_index(attribute.name, attribute.resource_id));
      u32(body, attribute.type == 3 ? value : 0xffffffff);
      u32(body, 8u | std::uint32_t{attribute.type} << 24);
      u32(body, value);
      body.append(attribute_size - 20, '\0');
    }
    node(0x0102, body);
  }
  void end(const std::string& name) {
    std::string body;
    u32(body, 0xffffffff);
    u32(body, string_index(name, 0));
    node(0x0103, body);
  }
  void raw_chunk(std::uint16_t type, std::uint16_t header_size, std::uint32_t stated_size) {
    u16(nodes_, type);
    u16(nodes_, header_size);
    u32(nodes_, stated_size);
    if (stated_size > 8) nodes_.append(stated_size - 8, '\0');
  }

  std::string build() const {
    std::string offsets;
    std::string data;
    for (const String& string : strings_) {
      u32(offsets, static_cast<std::uint32_t>(data.size()));
      u16(data, static_cast<std::uint32_t>(string.text.size()));
      for (const char c : string.text) u16(data, static_cast<std::uint8_t>(c));
      u16(data, 0);
    }
    data.append((4 - data.size() % 4) % 4, '\0');
    std::string pool;
    u32(pool, 28 << 16 | 1);
    u32(pool, static_cast<std::uint32_t>(28 + offsets.size() + data.size()));
    u32(pool, static_cast<std::uint32_t>(strings_.size()));
    u32(pool, 0);
    u32(pool, 0);
    u32(pool, static_cast<std::uint32_t>(28 + offsets.size()));
    u32(pool, 0);
    std::string map;
    u32(map, 8 << 16 | 0x180);
    u32(map, static_cast<std::uint32_t>(8 + 4 * strings_.size()));
    for (const String& string : strings_) u32(map, string.resource_id);
    std::string file;
    u16(file, root_type);
    u16(file, 8);
    u32(file, static_cast<std::uint32_t>(8 + pool.size() + offsets.size() + data.size() +
                                         map.size() + nodes_.size()));
    return file + pool + offsets + data + map + nodes_;
  }

 private:
  struct String {
    std::string text;
    std::uint32_t resource_id;
  };

  static void u16(std::string& out, std::uint32_t value) {
    out += static_cast<char>(value & 0xff);
    out += static_cast<char>(value >> 8 & 0xff);
  }
  static void u32(std::string& out, std::uint32_t value) {
    u16(out, value & 0xffff);
    u16(out, value >> 16);
  }
  std::uint32_t string_index(const std::string& text, std::uint32_t resource_id) {
    for (std::size_t i = 0; i < strings_.size(); ++i) {
      if (strings_[i].text == text && strings_[i].resource_id == resource_id)
        return static_cast<std::uint32_t>(i);
    }
    strings_.push_back({text, resource_id});
    return static_cast<std::uint32_t>(strings_.size() - 1);
  }
  void node(std::uint16_t type, const std::string& body) {
    u16(nodes_, type);
    u16(nodes_, 16);
    u32(nodes_, static_cast<std::uint32_t>(16 + body.size()));
    u32(nodes_, 1);
    u32(nodes_, 0xffffffff);
    nodes_ += body;
  }

  std::vector<String> strings_;
  std::string nodes_;
};

}  // namespace bartizan::parse
