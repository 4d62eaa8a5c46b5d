// Small Mach-O images for tests, signed as a phone would accept them unless told otherwise.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/crypto.h"

namespace bartizan::parse {

inline void put_be32(std::string& out, std::uint64_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

inline std::string signature_blob(std::uint32_t magic, std::string_view content) {
  std::string out;
  put_be32(out, magic);
  put_be32(out, content.size() + 8);
  return out + std::string(content);
}

struct BuiltMacho {
  bool is_64 = true;
  std::uint32_t file_type = 2;
  std::uint32_t flags = 0x200085;     // position independent
  std::uint32_t text_protection = 5;  // read, execute
  std::uint32_t platform = 2;         // iOS
  std::vector<std::pair<std::uint32_t, std::string>> libraries = {
      {0xc, "/usr/lib/libSystem.B.dylib"}};
  std::vector<std::string> rpaths = {"@executable_path/Frameworks"};
  std::vector<std::string> imports = {"_ptrace"};
  int encryption_id = -1;  // -1: no such command
  bool is_signed = true;
  std::string identifier = "org.example.notes";
  std::string team = "TEAM123456";
  std::string entitlements;  // XML
  std::string entitlements_der;
  std::string info_plist;  // what slot 1 is the hash of; empty: no hash
  std::uint32_t signature_flags = 0;
  // Gives the CMS message over the CodeDirectory; none: an ad hoc signature.
  std::function<std::string(std::string_view)> sign;
};

class MachoBuilder {
 public:
  explicit MachoBuilder(BuiltMacho spec) : spec_(std::move(spec)) {}

  std::string build() {
    const std::string symbols = symbol_table();
    const std::size_t signature_size = spec_.is_signed ? 16384 : 0;
    std::string out = header(kCodeSize, symbols.size(), signature_size);
    out.resize(kCodeSize, '\x1f');
    out += symbols;
    out.resize((out.size() + 15) / 16 * 16);
    if (spec_.is_signed) {
      std::string signature = super_blob(out);
      signature.resize(signature_size);
      out += signature;
    }
    return out;
  }

 private:
  static constexpr std::size_t kCodeSize = 8192;

  static void put(std::string& out, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i, value >>= 8) out += static_cast<char>(value & 0xff);
  }

  std::string symbol_table() const {
    std::string names(1, '\0');
    std::string out;
    for (const std::string& name : spec_.imports) {
      put(out, names.size(), 4);
      put(out, 1, 4);  // undefined, external
      put(out, 0, spec_.is_64 ? 8 : 4);
      names += name + '\0';
    }
    return out + names;
  }

  std::string segment(std::string_view name, std::size_t offset, std::size_t size,
                      std::uint32_t protection) const {
    const std::size_t word = spec_.is_64 ? 8 : 4;
    std::string out;
    put(out, spec_.is_64 ? 0x19 : 1, 4);
    put(out, 8 + 16 + 4 * word + 16, 4);
    out += name;
    out.resize(24);
    for (const std::size_t value : {offset, size, offset, size}) put(out, value, word);
    put(out, 7, 4);
    put(out, protection, 4);
    put(out, 0, 8);
    return out;
  }

  static std::string named(std::uint32_t command, std::size_t fixed, const std::string& name) {
    std::string text = name + '\0';
    text.resize((text.size() + 7) / 8 * 8);
    std::string out;
    put(out, command, 4);
    put(out, fixed + text.size(), 4);
    put(out, fixed, 4);
    out.resize(fixed);
    return out + text;
  }

  std::string header(std::size_t code, std::size_t symbols, std::size_t signature) {
    const std::size_t symbols_end = (code + symbols + 15) / 16 * 16;
    std::vector<std::string> commands = {
        segment("__TEXT", 0, code, spec_.text_protection),
        segment("__LINKEDIT", code, symbols_end - code + signature, 1)};
    for (const auto& [kind, path] : spec_.libraries) commands.push_back(named(kind, 24, path));
    for (const std::string& path : spec_.rpaths) commands.push_back(named(0x8000001c, 12, path));
    std::string table;
    const std::size_t names_at = code + spec_.imports.size() * (spec_.is_64 ? 16 : 12);
    for (const std::size_t value : {std::size_t{2}, std::size_t{24}, code, spec_.imports.size(),
                                    names_at, code + symbols - names_at})
      put(table, value, 4);
    commands.push_back(table);
    std::string build_version;
    for (const std::uint32_t value : {0x32u, 24u, spec_.platform, 0x000f0400u, 0x00110000u, 0u})
      put(build_version, value, 4);
    commands.push_back(build_version);
    std::string uuid;
    put(uuid, 0x1b, 4);
    put(uuid, 24, 4);
    commands.push_back(uuid + "0123456789abcdef");
    if (spec_.encryption_id >= 0) {
      std::string encryption;
      for (const std::uint32_t value :
           {0x2cu, 24u, 4096u, 4096u, static_cast<std::uint32_t>(spec_.encryption_id), 0u})
        put(encryption, value, 4);
      commands.push_back(encryption);
    }
    if (spec_.is_signed) {
      std::string place;
      for (const std::size_t value : {std::size_t{0x1d}, std::size_t{16}, symbols_end, signature})
        put(place, value, 4);
      commands.push_back(place);
    }
    std::string all;
    for (const std::string& command : commands) all += command;
    std::string out;
    put(out, spec_.is_64 ? 0xfeedfacf : 0xfeedface, 4);
    put(out, spec_.is_64 ? 0x0100000c : 12, 4);
    put(out, 0, 4);
    put(out, spec_.file_type, 4);
    put(out, commands.size(), 4);
    put(out, all.size(), 4);
    put(out, spec_.flags, 4);
    if (spec_.is_64) put(out, 0, 4);
    return out + all;
  }

  static std::string digest(std::string_view data) {
    const Sha256Digest hash = sha256(as_bytes(data));
    return std::string(as_text(hash));
  }

  std::string super_blob(const std::string& code) const {
    std::vector<std::pair<std::uint32_t, std::string>> blobs;
    std::string special[7];  // of slots 1 to 7
    for (std::string& hash : special) hash.assign(32, '\0');
    if (!spec_.info_plist.empty()) special[0] = digest(spec_.info_plist);
    const auto add = [&](std::uint32_t slot, std::uint32_t magic, const std::string& content) {
      if (content.empty()) return;
      blobs.emplace_back(slot, signature_blob(magic, content));
      special[slot - 1] = digest(blobs.back().second);
    };
    add(5, 0xfade7171, spec_.entitlements);
    add(7, 0xfade7172, spec_.entitlements_der);
    const std::string directory = code_directory(code, special);
    blobs.emplace(blobs.begin(), 0, directory);
    if (spec_.sign) blobs.emplace_back(0x10000, signature_blob(0xfade0b01, spec_.sign(directory)));
    std::string index;
    std::string body;
    put_be32(index, blobs.size());
    for (const auto& [slot, blob] : blobs) {
      put_be32(index, slot);
      put_be32(index, 12 + 8 * blobs.size() + body.size());
      body += blob;
    }
    return signature_blob(0xfade0cc0, index + body);
  }

  std::string code_directory(const std::string& code, const std::string (&special)[7]) const {
    constexpr std::size_t kFixed = 52;
    const std::string names = spec_.identifier + '\0' + spec_.team + '\0';
    const std::size_t pages = (code.size() + 4095) / 4096;
    std::string out;
    put_be32(out, 0x20200);
    put_be32(out, spec_.signature_flags);
    put_be32(out, kFixed + names.size() + 7 * 32);
    put_be32(out, kFixed);
    put_be32(out, 7);
    put_be32(out, pages);
    put_be32(out, code.size());
    out += std::string("\x20\x02\x00\x0c", 4);  // SHA-256, pages of 4 KiB
    put_be32(out, 0);
    put_be32(out, 0);
    put_be32(out, spec_.team.empty() ? 0 : kFixed + spec_.identifier.size() + 1);
    out += names;
    for (int slot = 7; slot >= 1; --slot) out += special[slot - 1];
    for (std::size_t i = 0; i < pages; ++i)
      out += digest(std::string_view(code).substr(i * 4096, 4096));
    return signature_blob(0xfade0c02, out);
  }

  BuiltMacho spec_;
};

inline std::string build_macho(BuiltMacho spec = {}) {
  return MachoBuilder(std::move(spec)).build();
}

// A universal file of thin ones.
inline std::string build_fat(const std::vector<std::string>& images) {
  std::string out;
  put_be32(out, 0xcafebabe);
  put_be32(out, images.size());
  std::size_t at = 4096;
  for (const std::string& image : images) {
    for (const std::size_t value :
         {std::size_t{12}, std::size_t{0}, at, image.size(), std::size_t{12}})
      put_be32(out, value);
    at += (image.size() + 4095) / 4096 * 4096;
  }
  for (const std::string& image : images) {
    out.resize((out.size() + 4095) / 4096 * 4096);
    out += image;
  }
  return out;
}

}  // namespace bartizan::parse
