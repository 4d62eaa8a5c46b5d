// Small ELF files for tests: a shared object with one code segment and a dynamic section.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::parse {

struct BuiltElf {
  bool is_64 = true;
  std::uint16_t type = 3;
  std::uint16_t machine = 183;
  std::uint32_t code_flags = 5;  // PF_R | PF_X
  std::uint32_t stack_flags = 6;
  bool has_stack = true;
  bool has_relro = true;
  bool has_sections = true;
  bool gnu_hash = false;  // the count of symbols by GNU's hash table, not by the old one
  std::vector<std::string> needed = {"libc.so", "liblog.so"};
  std::vector<std::string> imports = {"__stack_chk_fail", "dlopen"};
  std::vector<std::string> exports = {"JNI_OnLoad"};
  std::vector<std::pair<std::uint64_t, std::uint64_t>> more_tags;  // of the dynamic section
  std::string padding;             // behind the headers, where packers leave their mark
  std::int64_t section_shift = 0;  // what the section table's .dynamic lies by
};

class ElfBuilder {
 public:
  explicit ElfBuilder(BuiltElf spec) : spec_(std::move(spec)) {}

  std::string build() {
    const std::size_t word = spec_.is_64 ? 8 : 4;
    const std::size_t segments = 2u + spec_.has_stack + spec_.has_relro;
    body_at_ = (spec_.is_64 ? 64 : 52) + segments * (spec_.is_64 ? 56 : 32);
    std::string body = spec_.padding;
    body.resize((body.size() + 7) / 8 * 8);
    std::string strings(1, '\0');
    const auto add_name = [&](const std::string& name) {
      strings += name + '\0';
      return strings.size() - name.size() - 1;
    };
    std::string dynamic;
    for (const std::string& name : spec_.needed) put_tag(dynamic, 1, add_name(name));
    std::string symbols(spec_.is_64 ? 24 : 16, '\0');
    for (const std::string& name : spec_.imports) put_symbol(symbols, add_name(name), 0);
    for (const std::string& name : spec_.exports) put_symbol(symbols, add_name(name), 1);
    const std::size_t count = 1 + spec_.imports.size() + spec_.exports.size();
    put_tag(dynamic, 6, body_at_ + body.size());
    body += symbols;
    put_tag(dynamic, spec_.gnu_hash ? 0x6ffffef5 : 4, body_at_ + body.size());
    body += hash_table(count);
    put_tag(dynamic, 5, body_at_ + body.size());
    put_tag(dynamic, 10, strings.size());
    body += strings;
    body.resize((body.size() + 7) / 8 * 8);
    for (const auto& [tag, value] : spec_.more_tags) put_tag(dynamic, tag, value);
    put_tag(dynamic, 0, 0);
    const std::size_t dynamic_at = body_at_ + body.size();
    body += dynamic;
    const std::size_t sections_at = body_at_ + body.size();

    std::string out = header(segments, spec_.has_sections ? sections_at : 0);
    put_segment(out, 1, spec_.code_flags, 0, body_at_ + body.size());
    put_segment(out, 2, 6, dynamic_at, dynamic.size());
    if (spec_.has_stack) put_segment(out, 0x6474e551, spec_.stack_flags, 0, 0);
    if (spec_.has_relro) put_segment(out, 0x6474e552, 4, dynamic_at, dynamic.size());
    out += body;
    if (spec_.has_sections) {
      out += std::string(spec_.is_64 ? 64 : 40, '\0');
      put(out, 0, 4);
      put(out, 6, 4);  // SHT_DYNAMIC
      put(out, 3, word);
      put(out, dynamic_at + static_cast<std::uint64_t>(spec_.section_shift), word);
      put(out, dynamic_at, word);
      put(out, dynamic.size(), word);
      out += std::string(8 + 2 * word, '\0');
    }
    return out;
  }

 private:
  static void put(std::string& out, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i, value >>= 8) out += static_cast<char>(value & 0xff);
  }
  void put_word(std::string& out, std::uint64_t value) const {
    put(out, value, spec_.is_64 ? 8 : 4);
  }
  void put_tag(std::string& out, std::uint64_t tag, std::uint64_t value) const {
    put_word(out, tag);
    put_word(out, value);
  }

  void put_symbol(std::string& out, std::uint64_t name, std::uint64_t section) const {
    put(out, name, 4);
    if (spec_.is_64) {
      put(out, 0x12, 2);
      put(out, section, 2);
      put(out, 0, 16);
    } else {
      put(out, 0, 8);
      put(out, 0x12, 2);
      put(out, section, 2);
    }
  }

  std::string hash_table(std::size_t count) const {
    std::string out;
    if (!spec_.gnu_hash) {
      put(out, 1, 4);
      put(out, count, 4);
      return out + std::string((1 + count) * 4 + (count % 2 ? 0 : 4), '\0');
    }
    // One bucket that begins at symbol 1 and a chain to the last.
    put(out, 1, 4);
    put(out, 1, 4);
    put(out, 1, 4);
    put(out, 0, 4);
    put_word(out, 0);
    put(out, 1, 4);
    for (std::size_t i = 1; i < count; ++i) put(out, i + 1 == count, 4);
    return out;
  }

  std::string header(std::size_t segments, std::size_t sections_at) const {
    std::string out(
        "\x7f"
        "ELF",
        4);
    put(out, spec_.is_64 ? 2 : 1, 1);
    put(out, 0x0101, 2);
    out += std::string(9, '\0');
    put(out, spec_.type, 2);
    put(out, spec_.machine, 2);
    put(out, 1, 4);
    put_word(out, 0);
    put_word(out, spec_.is_64 ? 64 : 52);
    put_word(out, sections_at);
    put(out, 0, 4);
    put(out, spec_.is_64 ? 64 : 52, 2);
    put(out, spec_.is_64 ? 56 : 32, 2);
    put(out, segments, 2);
    put(out, spec_.is_64 ? 64 : 40, 2);
    put(out, sections_at == 0 ? 0 : 2, 2);
    put(out, 0, 2);
    return out;
  }

  void put_segment(std::string& out, std::uint32_t type, std::uint32_t flags, std::uint64_t offset,
                   std::uint64_t size) const {
    put(out, type, 4);
    if (spec_.is_64) put(out, flags, 4);
    for (const std::uint64_t value : {offset, offset, offset, size, size}) put_word(out, value);
    if (!spec_.is_64) put(out, flags, 4);
    put_word(out, 8);
  }

  BuiltElf spec_;
  std::size_t body_at_ = 0;
};

inline std::string build_elf(BuiltElf spec = {}) { return ElfBuilder(std::move(spec)).build(); }

}  // namespace bartizan::parse
