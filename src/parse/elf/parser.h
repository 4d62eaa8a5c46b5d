// ELF (System V gABI 4.1, chapters 4 and 5), as bionic's linker reads it: by segments and the
// dynamic section; the section table is for debuggers, and packers take it away or make it lie.
//
// Anomalies: elf.bad_segment elf.bad_segment_table elf.no_section_table elf.bad_section_table
// elf.bad_section elf.writable_code elf.text_relocations elf.packed elf.dynamic_mismatch
// elf.bad_dynamic elf.bad_symbol_table elf.bad_string elf.limit
#pragma once

#include <cstddef>

#include "base/byte_reader.h"
#include "base/result.h"
#include "parse/elf/types.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxElfHeaders = 4096;  // of segments, of sections, of dynamic entries
inline constexpr std::size_t kMaxElfSymbols = 100'000;
inline constexpr std::size_t kMaxElfNameBytes = 4096;

bool looks_like_elf(Bytes bytes);

// kInvalid: no ELF header. kUnsupported: big-endian, which no Android phone runs. Anything else is
// a file with anomalies. Time and memory are linear in the input.
Result<ElfFile> parse_elf(Bytes bytes);

}  // namespace bartizan::parse
