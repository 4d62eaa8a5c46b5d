// The dynamic section: what the linker loads, resolves and runs first.
#pragma once

#include "base/byte_reader.h"
#include "parse/elf/types.h"

namespace bartizan::parse {

// Fills what comes from PT_DYNAMIC; `out.segments` must be there.
void read_dynamic(Bytes bytes, ElfFile& out);

}  // namespace bartizan::parse
