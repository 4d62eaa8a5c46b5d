// DEX files, versions 035 to 041, read whole: tables, class data and every instruction.
//
// Anomalies: dex.bad_magic dex.bad_version dex.bad_header dex.bad_endian_tag dex.bad_file_size
// dex.bad_checksum dex.bad_signature dex.trailing_data dex.link_data dex.bad_container
// dex.table_outside_file dex.misaligned_table dex.bad_map dex.map_mismatch
// dex.string_outside_file dex.bad_string dex.unsorted_strings dex.unsorted_table dex.bad_index
// dex.bad_class_data dex.duplicate_class dex.method_of_other_class dex.bad_type_list
// dex.code_outside_file dex.overlapping_code dex.bad_code dex.unknown_opcode dex.cut_instruction
// dex.bad_payload dex.limit
#pragma once

#include <vector>

#include "parse/dex/types.h"

namespace bartizan::parse {

// The DEX files in `bytes`: one, or those of a version 41 container; never none. What is wrong with
// each is in its anomalies. Time and memory are linear in the size of `bytes`: data that tables
// share over and over is read until twice that size has been seen.
std::vector<DexFile> parse_dex(Bytes bytes);

// Length in UTF-16 units of modified UTF-8 (the format's document, "MUTF-8"), or kNoDexIndex when
// it is malformed.
std::uint32_t mutf8_length(std::string_view text);

}  // namespace bartizan::parse
