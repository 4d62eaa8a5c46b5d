// Writes small DEX files for tests: valid ones, which a test then damages.
#pragma once

#include <libdeflate.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/byte_reader.h"
#include "base/crypto.h"

namespace bartizan::parse {

// One instruction: its 16-bit units, of which the second becomes the index of `names`.
struct TestInstruction {
  enum class Names { kNothing, kString, kType, kMethod, kField };
  std::vector<std::uint16_t> units;
  Names kind = Names::kNothing;
  std::string names = {};  // "text", "La/B;", "La/B;->run(I)V", "La/B;->count:I"
};

inline TestInstruction return_void() { return {.units = {0x000e}}; }
inline TestInstruction const_string(std::string text) {
  return {{0x001a, 0}, TestInstruction::Names::kString, std::move(text)};
}
inline TestInstruction new_instance(std::string type) {
  return {{0x0022, 0}, TestInstruction::Names::kType, std::move(type)};
}
inline TestInstruction const_class(std::string type) {
  return {{0x001c, 0}, TestInstruction::Names::kType, std::move(type)};
}
// Opcodes 0x6e virtual, 0x6f super, 0x70 direct, 0x71 static, 0x72 interface.
inline TestInstruction invoke(std::uint16_t opcode, std::string method) {
  return {{opcode, 0, 0}, TestInstruction::Names::kMethod, std::move(method)};
}
inline TestInstruction invoke_virtual(std::string method) {
  return invoke(0x6e, std::move(method));
}
inline TestInstruction invoke_direct(std::string method) { return invoke(0x70, std::move(method)); }
inline TestInstruction invoke_static(std::string method) { return invoke(0x71, std::move(method)); }
inline TestInstruction invoke_interface(std::string method) {
  return invoke(0x72, std::move(method));
}
inline TestInstruction sget(std::string field) {
  return {{0x0060, 0}, TestInstruction::Names::kField, std::move(field)};
}

struct TestMethod {
  std::string name;  // "run(I)V"
  std::uint32_t access_flags = 1;
  std::vector<TestInstruction> code;  // empty: abstract
};

struct TestClass {
  std::string type;
  std::string superclass = "Ljava/lang/Object;";
  std::vector<std::string> interfaces = {};
  std::vector<TestMethod> methods = {};
  std::uint32_t access_flags = 1;
};

class DexBuilder {
 public:
  explicit DexBuilder(std::vector<TestClass> classes, std::string_view version = "035",
                      std::vector<std::string> more_strings = {})
      : classes_(std::move(classes)), version_(version) {
    for (const std::string& text : more_strings) strings_[text];
    for (const TestClass& type : classes_) collect(type);
    number();
  }

  std::string build() {
    constexpr std::uint32_t kHeaderSize = 0x70;
    std::uint32_t at = kHeaderSize;
    const auto place = [&](std::size_t count, std::uint32_t size) {
      const std::uint32_t start = count == 0 ? 0 : at;
      at += static_cast<std::uint32_t>(count) * size;
      return start;
    };
    const std::uint32_t string_ids = place(strings_.size(), 4);
    const std::uint32_t type_ids = place(types_.size(), 4);
    const std::uint32_t proto_ids = place(protos_.size(), 12);
    const std::uint32_t field_ids = place(fields_.size(), 8);
    const std::uint32_t method_ids = place(methods_.size(), 8);
    const std::uint32_t class_defs = place(classes_.size(), 32);
    data_start_ = at;
    const std::string ids = write_ids();
    const std::uint32_t map = aligned_position();
    std::string sections;
    std::uint32_t item_count = 0;
    const auto section = [&](std::uint32_t type, std::size_t count, std::uint32_t offset) {
      if (count == 0) return;
      put32(sections, type);
      put32(sections, static_cast<std::uint32_t>(count));
      put32(sections, offset);
      ++item_count;
    };
    section(0x0000, 1, 0);
    section(0x0001, strings_.size(), string_ids);
    section(0x0002, types_.size(), type_ids);
    section(0x0003, protos_.size(), proto_ids);
    section(0x0004, fields_.size(), field_ids);
    section(0x0005, methods_.size(), method_ids);
    section(0x0006, classes_.size(), class_defs);
    section(0x1000, 1, map);
    put32(data_, item_count);
    data_ += sections;

    std::string header = "dex\n" + version_ + '\0' + std::string(24, '\0');
    put32(header, data_start_ + static_cast<std::uint32_t>(data_.size()));
    put32(header, kHeaderSize);
    put32(header, 0x12345678);
    put32(header, 0);
    put32(header, 0);
    put32(header, map);
    const auto table = [&](std::size_t count, std::uint32_t offset) {
      put32(header, static_cast<std::uint32_t>(count));
      put32(header, offset);
    };
    table(strings_.size(), string_ids);
    table(types_.size(), type_ids);
    table(protos_.size(), proto_ids);
    table(fields_.size(), field_ids);
    table(methods_.size(), method_ids);
    table(classes_.size(), class_defs);
    table(data_.size(), data_start_);
    std::string file = header + ids + data_;
    seal(file);
    return file;
  }

  // Makes signature and checksum true again after a change.
  static void seal(std::string& file) {
    const auto digest = unhex(sha1_hex(as_bytes(file).subspan(32)));
    std::copy(digest->begin(), digest->end(), file.begin() + 12);
    const std::uint32_t adler = libdeflate_adler32(1, file.data() + 12, file.size() - 12);
    set32(file, 8, adler);
  }

  static void set32(std::string& file, std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) file[at + i] = static_cast<char>(value >> 8 * i & 0xff);
  }
  static std::uint32_t get32(const std::string& file, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
      value |= std::uint32_t{static_cast<std::uint8_t>(file[at + i])} << 8 * i;
    return value;
  }

 private:
  using Proto = std::pair<std::string, std::vector<std::string>>;  // result, parameters
  using Member = std::tuple<std::string, std::string, std::string>;

  static void put16(std::string& out, std::uint32_t value) {
    out += static_cast<char>(value & 0xff);
    out += static_cast<char>(value >> 8 & 0xff);
  }
  static void put32(std::string& out, std::uint32_t value) {
    put16(out, value & 0xffff);
    put16(out, value >> 16);
  }
  static void put_leb(std::string& out, std::uint32_t value) {
    for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
    out += static_cast<char>(value);
  }

  static Proto proto_of(std::string_view text) {  // "(I[JLa/B;)V"
    Proto out;
    std::size_t at = 1;
    while (text[at] != ')') {
      std::size_t end = at;
      while (text[end] == '[') ++end;
      end = text[end] == 'L' ? text.find(';', end) + 1 : end + 1;
      out.second.emplace_back(text.substr(at, end - at));
      at = end;
    }
    out.first = text.substr(at + 1);
    return out;
  }
  static std::string shorty_of(const Proto& proto) {
    const auto letter = [](const std::string& type) { return type[0] == '[' ? 'L' : type[0]; };
    std::string out(1, letter(proto.first));
    for (const std::string& parameter : proto.second) out += letter(parameter);
    return out;
  }
  // "La/B;->run(I)V" in its three parts.
  static Member member_of(const std::string& text, char end_of_name) {
    const std::size_t arrow = text.find("->");
    const std::size_t name_end = text.find(end_of_name, arrow);
    return {text.substr(0, arrow), text.substr(arrow + 2, name_end - arrow - 2),
            text.substr(end_of_name == ':' ? name_end + 1 : name_end)};
  }

  void add_type(const std::string& type) {
    types_[type];
    strings_[type];
  }
  void add_method(const std::string& reference) {
    const Member member = member_of(reference, '(');
    const Proto proto = proto_of(std::get<2>(member));
    add_type(std::get<0>(member));
    add_type(proto.first);
    for (const std::string& parameter : proto.second) add_type(parameter);
    strings_[shorty_of(proto)];
    strings_[std::get<1>(member)];
    protos_[proto];
    methods_[member];
  }
  void collect(const TestClass& type) {
    add_type(type.type);
    if (!type.superclass.empty()) add_type(type.superclass);
    for (const std::string& interface : type.interfaces) add_type(interface);
    for (const TestMethod& method : type.methods) {
      add_method(type.type + "->" + method.name);
      for (const TestInstruction& instruction : method.code) collect(instruction);
    }
  }
  void collect(const TestInstruction& instruction) {
    using Names = TestInstruction::Names;
    if (instruction.kind == Names::kString) strings_[instruction.names];
    if (instruction.kind == Names::kType) add_type(instruction.names);
    if (instruction.kind == Names::kMethod) add_method(instruction.names);
    if (instruction.kind == Names::kField) {
      const Member field = member_of(instruction.names, ':');
      add_type(std::get<0>(field));
      add_type(std::get<2>(field));
      strings_[std::get<1>(field)];
      fields_[field];
    }
  }
  template <typename Table>
  static void number_table(Table& table) {
    std::uint32_t next = 0;
    for (auto& [key, index] : table) index = next++;
  }
  void number() {
    number_table(strings_);
    number_table(types_);
    number_table(protos_);
    number_table(fields_);
    number_table(methods_);
  }

  std::uint32_t index_of(const TestInstruction& instruction) const {
    using Names = TestInstruction::Names;
    switch (instruction.kind) {
      case Names::kString:
        return strings_.at(instruction.names);
      case Names::kType:
        return types_.at(instruction.names);
      case Names::kMethod:
        return methods_.at(member_of(instruction.names, '('));
      case Names::kField:
        return fields_.at(member_of(instruction.names, ':'));
      case Names::kNothing:
        break;
    }
    return 0;
  }

  std::uint32_t aligned_position() {
    while ((data_start_ + data_.size()) % 4 != 0) data_ += '\0';
    return data_start_ + static_cast<std::uint32_t>(data_.size());
  }
  std::uint32_t put_type_list(const std::vector<std::string>& list) {
    if (list.empty()) return 0;
    const std::uint32_t start = aligned_position();
    put32(data_, static_cast<std::uint32_t>(list.size()));
    for (const std::string& type : list) put16(data_, types_.at(type));
    return start;
  }
  std::uint32_t put_code(const TestMethod& method) {
    if (method.code.empty()) return 0;
    const std::uint32_t start = aligned_position();
    std::string units;
    for (const TestInstruction& instruction : method.code) {
      for (std::size_t i = 0; i < instruction.units.size(); ++i) {
        const bool is_index = i == 1 && instruction.kind != TestInstruction::Names::kNothing;
        put16(units, is_index ? index_of(instruction) : instruction.units[i]);
      }
    }
    for (const std::uint16_t field : {8, 1, 1, 0}) put16(data_, field);
    put32(data_, 0);
    put32(data_, static_cast<std::uint32_t>(units.size() / 2));
    data_ += units;
    return start;
  }
  std::uint32_t put_class_data(const TestClass& type) {
    if (type.methods.empty()) return 0;
    // By kind and index, as the format wants them.
    std::vector<std::tuple<bool, std::uint32_t, const TestMethod*>> order;
    for (const TestMethod& method : type.methods) {
      const bool is_virtual = (method.access_flags & 0x1000a) == 0;  // constructor, static, private
      order.emplace_back(is_virtual, methods_.at(member_of(type.type + "->" + method.name, '(')),
                         &method);
    }
    std::sort(order.begin(), order.end());
    std::vector<std::uint32_t> code;
    for (const auto& item : order) code.push_back(put_code(*std::get<2>(item)));
    const std::uint32_t start = aligned_position();
    const auto virtuals = static_cast<std::uint32_t>(std::count_if(
        order.begin(), order.end(), [](const auto& item) { return std::get<0>(item); }));
    for (const std::uint32_t count :
         {0u, 0u, static_cast<std::uint32_t>(order.size()) - virtuals, virtuals})
      put_leb(data_, count);
    std::uint32_t previous = 0;
    bool in_virtuals = false;
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto& [is_virtual, index, method] = order[i];
      if (is_virtual && !in_virtuals) previous = 0;
      in_virtuals = is_virtual;
      put_leb(data_, index - previous);
      previous = index;
      put_leb(data_, method->access_flags);
      put_leb(data_, code[i]);
    }
    return start;
  }

  std::string write_ids() {
    std::string ids;
    for (const auto& [text, index] : strings_) {
      put32(ids, data_start_ + static_cast<std::uint32_t>(data_.size()));
      put_leb(data_, static_cast<std::uint32_t>(text.size()));  // tests use ASCII
      data_ += text + '\0';
    }
    for (const auto& [type, index] : types_) put32(ids, strings_.at(type));
    for (const auto& [proto, index] : protos_) {
      put32(ids, strings_.at(shorty_of(proto)));
      put32(ids, types_.at(proto.first));
      put32(ids, put_type_list(proto.second));
    }
    for (const auto& [field, index] : fields_) {
      put16(ids, types_.at(std::get<0>(field)));
      put16(ids, types_.at(std::get<2>(field)));
      put32(ids, strings_.at(std::get<1>(field)));
    }
    for (const auto& [method, index] : methods_) {
      put16(ids, types_.at(std::get<0>(method)));
      put16(ids, protos_.at(proto_of(std::get<2>(method))));
      put32(ids, strings_.at(std::get<1>(method)));
    }
    for (const TestClass& type : classes_) {
      put32(ids, types_.at(type.type));
      put32(ids, type.access_flags);
      put32(ids, type.superclass.empty() ? 0xffffffff : types_.at(type.superclass));
      put32(ids, put_type_list(type.interfaces));
      put32(ids, 0xffffffff);
      put32(ids, 0);
      put32(ids, put_class_data(type));
      put32(ids, 0);
    }
    return ids;
  }

  std::vector<TestClass> classes_;
  std::string version_;
  std::map<std::string, std::uint32_t> strings_;
  std::map<std::string, std::uint32_t> types_;
  std::map<Proto, std::uint32_t> protos_;
  std::map<Member, std::uint32_t> fields_;
  std::map<Member, std::uint32_t> methods_;
  std::uint32_t data_start_ = 0;
  std::string data_;
};

}  // namespace bartizan::parse
