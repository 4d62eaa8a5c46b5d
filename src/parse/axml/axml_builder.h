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
    std::string raw_text = {};  // as the source had it; empty: `text`
  };
  static Attribute text(std::uint32_t id, std::string name, std::string value) {
    return {id, std::move(name), 3, 0, std::move(value)};
  }
  static Attribute number(std::uint32_t id, std::string name, std::uint32_t value) {
    return {id, std::move(name), 0x10, value, {}};
  }

  std::uint16_t root_type = 3;
  std::size_t attribute_size = 20;
  std::uint32_t styles_start = 0;
  std::uint16_t value_size = 8;
  std::uint32_t comment = 0xffffffff;  // of the nodes that follow
  std::string android = "http://schemas.android.com/apk/res/android";

  AxmlBuilder() { start_namespace("android", android); }

  void start_namespace(const std::string& prefix, const std::string& uri) {
    std::string body;
    u32(body, string_index(prefix, 0));
    u32(body, string_index(uri, 0));
    node(0x0100, body);
  }
  void end_namespace(const std::string& prefix, const std::string& uri) {
    std::string body;
    u32(body, string_index(prefix, 0));
    u32(body, string_index(uri, 0));
    node(0x0101, body);
  }
  void characters(const std::string& text) {
    std::string body;
    u32(body, string_index(text, 0));
    u32(body, 8);
    u32(body, 0);
    node(0x0104, body);
  }
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
      const std::uint32_t raw =
          attribute.raw_text.empty() ? value : string_index(attribute.raw_text, 0);
      const bool is_raw = attribute.type == 3 || !attribute.raw_text.empty();
      // A name that stands for no id is the manifest's own, unless it says "android:".
      const bool qualified = attribute.name.starts_with("android:");
      u32(body, attribute.resource_id != 0 || qualified ? string_index(android, 0) : 0xffffffff);
      u32(body, string_index(attribute.name.substr(qualified ? 8 : 0), attribute.resource_id));
      u32(body, is_raw ? raw : 0xffffffff);
      u32(body, value_size | std::uint32_t{attribute.type} << 24);
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
    u32(pool, styles_start);
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
    u32(nodes_, comment);
    nodes_ += body;
  }

  std::vector<String> strings_;
  std::string nodes_;
};

}  // namespace bartizan::parse
