// One DEX file (Dalvik Executable, source.android.com/docs/core/runtime/dex-format) as typed
// values over its bytes. No table is copied: names are views into the bytes, which must outlive
// everything here. Indices come from an untrusted file, so each accessor takes any number and
// answers an index outside of its table with an empty value.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "parse/anomaly.h"

namespace bartizan::parse {

inline constexpr std::uint32_t kNoDexIndex = 0xffffffff;

// Bits of access_flags.
inline constexpr std::uint32_t kAccPrivate = 0x2;
inline constexpr std::uint32_t kAccStatic = 0x8;
inline constexpr std::uint32_t kAccInterface = 0x200;
inline constexpr std::uint32_t kAccConstructor = 0x10000;

// A table of fixed-size items that lies in the file whole: what was checked once, when the file
// was opened, need not be checked again for each item.
struct DexTable {
  const std::uint8_t* start = nullptr;
  std::uint32_t count = 0;

  std::uint32_t u32(std::uint32_t item, std::uint32_t item_size, std::uint32_t field) const {
    std::uint32_t value;
    std::memcpy(&value, start + std::size_t{item} * item_size + field, sizeof value);
    return value;
  }
  std::uint16_t u16(std::uint32_t item, std::uint32_t item_size, std::uint32_t field) const {
    std::uint16_t value;
    std::memcpy(&value, start + std::size_t{item} * item_size + field, sizeof value);
    return value;
  }
};

// MUTF-8 text without its final zero: `size` bytes at `offset`.
struct DexString {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

struct DexMethodId {
  std::uint32_t class_type = kNoDexIndex;
  std::uint32_t proto = kNoDexIndex;
  std::uint32_t name = kNoDexIndex;
};

struct DexFieldId {
  std::uint32_t class_type = kNoDexIndex;
  std::uint32_t type = kNoDexIndex;
  std::uint32_t name = kNoDexIndex;
};

struct DexProtoId {
  std::uint32_t shorty = kNoDexIndex;
  std::uint32_t return_type = kNoDexIndex;
  std::uint32_t parameters = 0;  // offset of a type list; 0: none
};

// A type list (parameters, interfaces) inside the file.
struct DexTypeList {
  const std::uint8_t* start = nullptr;
  std::uint32_t count = 0;

  std::uint32_t operator[](std::uint32_t i) const {
    return DexTable{start, count}.u16(i, sizeof(std::uint16_t), 0);
  }
};

struct DexClass {
  std::uint32_t type = kNoDexIndex;
  std::uint32_t access_flags = 0;
  std::uint32_t superclass = kNoDexIndex;  // a type
  std::uint32_t interfaces = 0;            // offset of a type list; 0: none
  std::uint32_t static_values = 0;         // offset of an encoded array; 0: none
  std::uint32_t first_method = 0;          // into DexFile::methods
  std::uint32_t method_count = 0;
};

// A method that a class of this file defines.
struct DexMethod {
  std::uint32_t id = 0;  // of the method table
  std::uint32_t access_flags = 0;
  std::uint32_t code = kNoDexIndex;  // into DexFile::codes; none for abstract and native ones
};

enum class InvokeKind : std::uint8_t {
  kVirtual,
  kSuper,
  kDirect,
  kStatic,
  kInterface,
  kPolymorphic,  // MethodHandle.invoke and its like
  kCustom,       // `method` is a call site, not a method
};

struct DexInvoke {
  std::uint16_t method = 0;  // of the method table
  InvokeKind kind = InvokeKind::kVirtual;
};

struct DexFieldUse {
  std::uint16_t field = 0;  // of the field table
  bool is_static = false;
  bool is_write = false;
};

enum class TypeUseKind : std::uint8_t { kNew, kConstant };  // new-instance, const-class

struct DexTypeUse {
  std::uint16_t type = 0;  // of the type table
  TypeUseKind kind = TypeUseKind::kNew;
};

// The instructions of one code item; methods may share it. Each number is where its references
// begin in the file-wide arrays, in the order of the instructions; the next item's number is where
// they end.
struct DexCode {
  std::uint32_t offset = 0;
  std::uint32_t first_invoke = 0;
  std::uint32_t first_string = 0;
  std::uint32_t first_field = 0;
  std::uint32_t first_type = 0;
};

// As `dexdump -d` would print them: a code item that methods share counts for each of them.
struct DexCounts {
  std::uint64_t classes = 0;
  std::uint64_t methods = 0;
  std::uint64_t instructions = 0;
  std::uint64_t invokes = 0;  // of a named method: virtual, super, direct, static, interface
  std::uint64_t dynamic_invokes = 0;  // invoke-polymorphic, invoke-custom
  std::uint64_t const_strings = 0;
  std::uint64_t field_uses = 0;
};

// Which program laid the file out.
enum class DexWriter { kUnknown, kDx, kD8, kDexMerger, kDexlib };

std::string_view to_string(DexWriter writer);

struct DexFile {
  Bytes bytes;  // what every offset counts from: the file, or (version 41) the container
  std::uint32_t header_offset = 0;
  int version = 0;  // 35 ...; 0: not readable

  DexTable string_ids, type_ids, proto_ids, field_ids, method_ids, class_defs, method_handles;
  std::vector<DexString> strings;
  std::vector<DexClass> classes;
  std::vector<DexMethod> methods;  // by class, as the classes are ordered
  std::vector<DexCode> codes;      // by offset, and one more at the end as the last one's end
  std::vector<DexInvoke> invokes;
  std::vector<std::uint32_t> const_strings;  // of the string table
  std::vector<DexFieldUse> field_uses;
  std::vector<DexTypeUse> type_uses;

  DexCounts counts;
  DexWriter writer = DexWriter::kUnknown;
  std::string compiler;         // what the compiler's own marker says, "d8 8.2.42"; "" without one
  bool strings_sorted = false;  // by their bytes
  std::vector<Anomaly> anomalies;
  bool truncated = false;  // something of it could not be read

  std::string_view string(std::uint32_t index) const {
    if (index >= strings.size()) return {};
    return as_text(bytes).substr(strings[index].offset, strings[index].size);
  }
  // Index of the type's descriptor in the string table.
  std::uint32_t type_string(std::uint32_t type) const {
    return type < type_ids.count ? type_ids.u32(type, 4, 0) : kNoDexIndex;
  }
  // "Ljava/lang/String;"
  std::string_view type(std::uint32_t type) const { return string(type_string(type)); }

  DexMethodId method_id(std::uint32_t index) const;
  DexFieldId field_id(std::uint32_t index) const;
  DexProtoId proto_id(std::uint32_t index) const;
  DexTypeList type_list(std::uint32_t offset) const;
  // "(Ljava/lang/String;I)V"
  std::string prototype(std::uint32_t proto) const;

  std::span<const DexMethod> methods_of(const DexClass& of) const {
    return std::span(methods).subspan(of.first_method, of.method_count);
  }
  // What the code of a method refers to; empty for kNoDexIndex.
  std::span<const DexInvoke> invokes_of(std::uint32_t code) const {
    return part_of<DexInvoke>(invokes, code, &DexCode::first_invoke);
  }
  std::span<const std::uint32_t> const_strings_of(std::uint32_t code) const {
    return part_of<std::uint32_t>(const_strings, code, &DexCode::first_string);
  }
  std::span<const DexFieldUse> field_uses_of(std::uint32_t code) const {
    return part_of<DexFieldUse>(field_uses, code, &DexCode::first_field);
  }
  std::span<const DexTypeUse> type_uses_of(std::uint32_t code) const {
    return part_of<DexTypeUse>(type_uses, code, &DexCode::first_type);
  }

 private:
  template <typename T>
  std::span<const T> part_of(std::span<const T> all, std::uint32_t code,
                             std::uint32_t DexCode::*first) const {
    if (code == kNoDexIndex) return {};
    return all.subspan(codes[code].*first, codes[code + 1].*first - codes[code].*first);
  }
};

}  // namespace bartizan::parse
