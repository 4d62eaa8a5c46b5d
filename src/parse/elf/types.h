// An ELF file's facts: what Android's dynamic linker would see, and how it is hardened.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "parse/anomaly.h"

namespace bartizan::parse {

struct ElfSegment {
  std::uint32_t type = 0;   // PT_*
  std::uint32_t flags = 0;  // PF_X 1, PF_W 2, PF_R 4
  std::uint64_t offset = 0;
  std::uint64_t address = 0;
  std::uint64_t file_size = 0;
  std::uint64_t memory_size = 0;
};

struct ElfSection {
  std::string_view name;
  std::uint32_t type = 0;  // SHT_*
  std::uint64_t flags = 0;
  std::uint64_t address = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

enum class ElfStack { kNotStated, kNotExecutable, kExecutable };
enum class ElfRelro { kNone, kPartial, kFull };  // full: all symbols are bound at start as well

struct ElfHardening {
  ElfStack stack = ElfStack::kNotStated;
  ElfRelro relro = ElfRelro::kNone;
  bool position_independent = false;  // a shared object or a PIE
  bool stack_protector = false;       // calls __stack_chk_fail; code without arrays need not
  bool writable_code = false;         // a segment is writable and executable
  bool text_relocations = false;      // the linker must write into code
};

// Names refer to the bytes the file was parsed from, which must outlive it.
struct ElfFile {
  bool is_64 = false;
  std::uint16_t type = 0;     // 2 executable, 3 shared object
  std::uint16_t machine = 0;  // EM_*
  std::vector<ElfSegment> segments;
  std::vector<ElfSection> sections;  // for information: the linker does not read them
  std::string_view soname;
  std::vector<std::string_view> needed;
  std::vector<std::string_view> imports;  // undefined dynamic symbols
  std::vector<std::string_view> exports;  // defined ones, weak included
  std::size_t initialisers = 0;           // functions that run when it is loaded
  ElfHardening hardening;
  std::string_view packer;  // "UPX"; empty: none recognised
  std::vector<Anomaly> anomalies;
  bool truncated = false;  // something that should be there was not read
};

// The folder below lib/ for that machine ("arm64-v8a"), empty for one that Android does not run.
std::string_view android_abi(const ElfFile& file);

}  // namespace bartizan::parse
