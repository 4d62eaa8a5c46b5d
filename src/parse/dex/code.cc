#include <algorithm>
#include <array>
#include <limits>

#include "parse/dex/reader.h"

namespace bartizan::parse::dex {
namespace {

constexpr std::uint32_t kCodeHeaderSize = 16;
constexpr std::uint32_t kTryItemSize = 8;
constexpr std::uint8_t kFirstVersion = 35;

// What an instruction names; the kinds of invoke come last.
enum class Names : std::uint8_t {
  kNothing,
  kUnused,   // no such opcode
  kPayload,  // nop, which may begin data
  kString,
  kJumboString,
  kNewType,
  kConstantType,
  kType,
  kFieldRead,
  kFieldWrite,
  kStaticRead,
  kStaticWrite,
  kProto,
  kMethodHandle,
  kInvoke,
};

struct Opcode {
  std::uint8_t units = 1;  // of 16 bits
  Names names = Names::kNothing;
  InvokeKind kind = InvokeKind::kVirtual;
  std::uint8_t since = kFirstVersion;  // of the format
};

// source.android.com/docs/core/runtime/dalvik-bytecode and instruction-formats.
constexpr std::array<Opcode, 256> make_opcodes() {
  std::array<Opcode, 256> out{};
  const auto set = [&](int first, int last, Opcode opcode) {
    for (int i = first; i <= last; ++i) out[static_cast<std::size_t>(i)] = opcode;
  };
  const auto units = [&](std::uint8_t count, std::initializer_list<int> opcodes) {
    for (const int i : opcodes) out[static_cast<std::size_t>(i)].units = count;
  };
  units(2, {0x02, 0x05, 0x08, 0x13, 0x15, 0x16, 0x19, 0x29});
  units(3, {0x03, 0x06, 0x09, 0x14, 0x17, 0x26, 0x2a, 0x2b, 0x2c});
  units(5, {0x18});
  out[0x00].names = Names::kPayload;
  out[0x1a] = {2, Names::kString};
  out[0x1b] = {3, Names::kJumboString};
  out[0x1c] = {2, Names::kConstantType};
  out[0x22] = {2, Names::kNewType};
  for (const int i : {0x1f, 0x20, 0x23}) out[static_cast<std::size_t>(i)] = {2, Names::kType};
  set(0x24, 0x25, {3, Names::kType});
  set(0x2d, 0x3d, {.units = 2});
  set(0x3e, 0x43, {1, Names::kUnused});
  set(0x44, 0x51, {.units = 2});
  set(0x52, 0x58, {2, Names::kFieldRead});
  set(0x59, 0x5f, {2, Names::kFieldWrite});
  set(0x60, 0x66, {2, Names::kStaticRead});
  set(0x67, 0x6d, {2, Names::kStaticWrite});
  constexpr std::array kKinds = {InvokeKind::kVirtual, InvokeKind::kSuper, InvokeKind::kDirect,
                                 InvokeKind::kStatic, InvokeKind::kInterface};
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    out[0x6e + i] = {3, Names::kInvoke, kKinds[i]};
    out[0x74 + i] = {3, Names::kInvoke, kKinds[i]};
  }
  out[0x73] = {1, Names::kUnused};
  set(0x79, 0x7a, {1, Names::kUnused});
  set(0x90, 0xaf, {.units = 2});
  set(0xd0, 0xe2, {.units = 2});
  set(0xe3, 0xf9, {1, Names::kUnused});
  set(0xfa, 0xfb, {4, Names::kInvoke, InvokeKind::kPolymorphic, 38});
  set(0xfc, 0xfd, {3, Names::kInvoke, InvokeKind::kCustom, 38});
  out[0xfe] = {2, Names::kMethodHandle, InvokeKind::kVirtual, 39};
  out[0xff] = {2, Names::kProto, InvokeKind::kVirtual, 39};
  return out;
}

constexpr std::array<Opcode, 256> kOpcodes = make_opcodes();

// The 16-bit units of one method, little-endian. What is read was checked to lie within `count`.
struct Units {
  const std::uint8_t* start;
  std::uint32_t count;

  std::uint16_t operator[](std::size_t i) const {
    return DexTable{start, count}.u16(static_cast<std::uint32_t>(i), 2, 0);
  }
  std::uint32_t u32(std::size_t i) const {
    return (*this)[i] | std::uint32_t{(*this)[i + 1]} << 16;
  }
};

struct CodeCounts {
  std::uint32_t instructions = 0;
  std::uint32_t dynamic_invokes = 0;
};

class CodeReader {
 public:
  explicit CodeReader(Reading& reading) : reading_(reading), dex_(reading.dex) {
    // Names::kUnused for opcodes that this file's version does not have.
    opcodes_ = kOpcodes;
    for (Opcode& opcode : opcodes_) {
      if (opcode.since > dex_.version) opcode = {1, Names::kUnused};
    }
  }

  // False: the budget is spent.
  bool read_item(std::uint32_t offset) {
    offset_ = offset;
    DexCode code{.offset = offset,
                 .first_invoke = size_of(dex_.invokes),
                 .first_string = size_of(dex_.const_strings),
                 .first_field = size_of(dex_.field_uses),
                 .first_type = size_of(dex_.type_uses)};
    dex_.codes.push_back(code);
    counts_.emplace_back();
    if (offset < end_of_previous_)
      reading_.log.note("dex.overlapping_code", "offset", offset, "inside of other code");
    if (offset % 4 != 0) bad("not on a multiple of four");
    if (offset > dex_.bytes.size() || dex_.bytes.size() - offset < kCodeHeaderSize) {
      outside("its header is not in the file");
      return true;
    }
    const DexTable header{dex_.bytes.data() + offset, 1};
    const std::uint32_t stated = header.u32(0, kCodeHeaderSize, 12);
    const std::size_t room = (dex_.bytes.size() - offset - kCodeHeaderSize) / 2;
    if (stated > room) outside("its instructions end outside of the file");
    const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(stated, room));
    if (!reading_.budget.spend(kCodeHeaderSize + std::size_t{count} * 2)) {
      reading_.over_budget("code");
      return false;
    }
    check_header(header, count);
    end_of_previous_ = std::max(end_of_previous_, offset + kCodeHeaderSize + count * 2);
    read_instructions({header.start + kCodeHeaderSize, count});
    return true;
  }

  const CodeCounts& counts_of(std::size_t code) const { return counts_[code]; }

 private:
  template <typename T>
  static std::uint32_t size_of(const std::vector<T>& values) {
    return static_cast<std::uint32_t>(values.size());
  }
  void bad(std::string_view why) { reading_.log.note("dex.bad_code", "offset", offset_, why); }
  void outside(std::string_view why) {
    reading_.log.note("dex.code_outside_file", "offset", offset_, why);
    dex_.truncated = true;
  }

  void check_header(const DexTable& header, std::uint32_t count) {
    const std::uint16_t registers = header.u16(0, kCodeHeaderSize, 0);
    const std::uint16_t ins = header.u16(0, kCodeHeaderSize, 2);
    const std::uint16_t tries = header.u16(0, kCodeHeaderSize, 6);
    if (ins > registers) bad("more arguments than registers");
    if (count == 0) bad("no instructions");
    if (tries == 0) return;
    const std::uint64_t start =
        offset_ + kCodeHeaderSize + std::uint64_t{count} * 2 + (count % 2) * 2;
    const Result<Bytes> items = slice(dex_.bytes, start, std::uint64_t{tries} * kTryItemSize);
    if (!items.ok()) return outside("its try blocks are not in the file");
    const DexTable table{items->data(), tries};
    std::uint32_t previous_end = 0;
    for (std::uint32_t i = 0; i < table.count; ++i) {
      const std::uint32_t first = table.u32(i, kTryItemSize, 0);
      const std::uint32_t end = first + table.u16(i, kTryItemSize, 4);
      if (first < previous_end || end > count || end < first)
        return bad("a try block out of order or of the code");
      previous_end = end;
    }
  }

  // Units of the pseudo-instruction at `at`, as far as the code goes; 1 for a plain nop.
  std::uint32_t payload_units(const Units& units, std::uint32_t at) {
    constexpr std::uint16_t kPackedSwitch = 0x0100;
    constexpr std::uint16_t kSparseSwitch = 0x0200;
    constexpr std::uint16_t kArrayData = 0x0300;
    const std::uint16_t ident = units[at];
    if (ident != kPackedSwitch && ident != kSparseSwitch && ident != kArrayData) {
      if (ident != 0) note_unknown(ident, at);
      return 1;
    }
    const std::uint32_t left = units.count - at;
    std::uint64_t size = std::numeric_limits<std::uint64_t>::max();
    if (ident == kPackedSwitch && left >= 2) size = std::uint64_t{units[at + 1]} * 2 + 4;
    if (ident == kSparseSwitch && left >= 2) size = std::uint64_t{units[at + 1]} * 4 + 2;
    if (ident == kArrayData && left >= 4)
      size = (std::uint64_t{units[at + 1]} * units.u32(at + 2) + 1) / 2 + 4;
    if (size <= left) return static_cast<std::uint32_t>(size);
    reading_.log.note("dex.bad_payload", "code", offset_, "switch or array data ends outside");
    return left;
  }

  void note_unknown(std::uint16_t unit, std::uint32_t at) {
    reading_.log.note("dex.unknown_opcode", "code", offset_,
                      "unit " + std::to_string(at) + " is " + std::to_string(unit));
  }

  void read_instructions(const Units& units) {
    std::uint32_t instructions = 0;
    for (std::uint32_t at = 0; at < units.count; ++instructions) {
      const std::uint16_t unit = units[at];
      const Opcode& opcode = opcodes_[unit & 0xff];
      if (opcode.units > units.count - at) {
        reading_.log.note("dex.cut_instruction", "code", offset_, "the last instruction is cut");
        ++instructions;
        break;
      }
      if (opcode.names == Names::kPayload) {
        at += unit == 0 ? 1 : payload_units(units, at);
        continue;
      }
      if (opcode.names != Names::kNothing) note_reference(opcode, units, at);
      at += opcode.units;
    }
    counts_.back().instructions = instructions;
  }

  void note_reference(const Opcode& opcode, const Units& units, std::uint32_t at) {
    const std::uint16_t index = opcode.names == Names::kUnused ? 0 : units[at + 1];
    switch (opcode.names) {
      case Names::kInvoke:
        dex_.invokes.push_back({index, opcode.kind});
        if (opcode.since > kFirstVersion) ++counts_.back().dynamic_invokes;
        if (opcode.kind != InvokeKind::kCustom) check(index, dex_.method_ids.count, "method");
        return;
      case Names::kString:
        return add_string(index);
      case Names::kJumboString:
        return add_string(units.u32(at + 1));
      case Names::kNewType:
        dex_.type_uses.push_back({index, TypeUseKind::kNew});
        return check(index, dex_.type_ids.count, "type");
      case Names::kConstantType:
        dex_.type_uses.push_back({index, TypeUseKind::kConstant});
        return check(index, dex_.type_ids.count, "type");
      case Names::kType:
        return check(index, dex_.type_ids.count, "type");
      case Names::kFieldRead:
        return add_field({index, false, false});
      case Names::kFieldWrite:
        return add_field({index, false, true});
      case Names::kStaticRead:
        return add_field({index, true, false});
      case Names::kStaticWrite:
        return add_field({index, true, true});
      case Names::kProto:
        return check(index, dex_.proto_ids.count, "prototype");
      case Names::kMethodHandle:
        return check(index, dex_.method_handles.count, "method handle");
      case Names::kUnused:
        return note_unknown(units[at], at);
      case Names::kNothing:
      case Names::kPayload:
        return;
    }
  }

  void add_string(std::uint32_t index) {
    dex_.const_strings.push_back(index);
    check(index, dex_.strings.size(), "string");
  }
  void add_field(DexFieldUse use) {
    dex_.field_uses.push_back(use);
    check(use.field, dex_.field_ids.count, "field");
  }
  void check(std::uint32_t index, std::size_t count, std::string_view what) {
    if (index >= count && !reading_.log.again("dex.bad_index"))
      reading_.log.note(
          "dex.bad_index", "code", offset_,
          std::string(what) + " " + std::to_string(index) + " of " + std::to_string(count));
  }

  Reading& reading_;
  DexFile& dex_;
  std::array<Opcode, 256> opcodes_;
  std::vector<CodeCounts> counts_;  // for each of dex_.codes
  std::uint32_t offset_ = 0;
  std::uint32_t end_of_previous_ = 0;
};

struct CodeOfMethod {
  std::uint32_t offset;
  std::uint32_t method;  // into DexFile::methods
};

// By offset: code is then read from front to back, and what is shared or overlaps lies together.
std::vector<CodeOfMethod> methods_by_code(const Reading& reading) {
  std::vector<CodeOfMethod> out;
  out.reserve(reading.code_offset.size());
  for (std::uint32_t i = 0; i < reading.code_offset.size(); ++i) {
    if (reading.code_offset[i] != 0) out.push_back({reading.code_offset[i], i});
  }
  const auto earlier = [](const CodeOfMethod& a, const CodeOfMethod& b) {
    return a.offset != b.offset ? a.offset < b.offset : a.method < b.method;
  };
  if (!std::is_sorted(out.begin(), out.end(), earlier)) std::sort(out.begin(), out.end(), earlier);
  return out;
}

void add_counts(DexFile& dex, std::uint32_t code, const CodeCounts& counts) {
  dex.counts.instructions += counts.instructions;
  dex.counts.invokes += dex.codes[code + 1].first_invoke - dex.codes[code].first_invoke;
  dex.counts.invokes -= counts.dynamic_invokes;
  dex.counts.dynamic_invokes += counts.dynamic_invokes;
  dex.counts.const_strings += dex.codes[code + 1].first_string - dex.codes[code].first_string;
  dex.counts.field_uses += dex.codes[code + 1].first_field - dex.codes[code].first_field;
}

}  // namespace

void read_code(Reading& reading) {
  DexFile& dex = reading.dex;
  CodeReader reader(reading);
  const std::vector<CodeOfMethod> order = methods_by_code(reading);
  dex.codes.reserve(order.size() + 1);
  bool within_budget = true;
  for (const CodeOfMethod& item : order) {
    if (dex.codes.empty() || dex.codes.back().offset != item.offset) {
      if (!within_budget) break;
      within_budget = reader.read_item(item.offset);
    }
    dex.methods[item.method].code = static_cast<std::uint32_t>(dex.codes.size() - 1);
  }
  dex.codes.push_back({.offset = std::numeric_limits<std::uint32_t>::max(),
                       .first_invoke = static_cast<std::uint32_t>(dex.invokes.size()),
                       .first_string = static_cast<std::uint32_t>(dex.const_strings.size()),
                       .first_field = static_cast<std::uint32_t>(dex.field_uses.size()),
                       .first_type = static_cast<std::uint32_t>(dex.type_uses.size())});
  for (const DexMethod& method : dex.methods) {
    if (method.code != kNoDexIndex) add_counts(dex, method.code, reader.counts_of(method.code));
  }
}

}  // namespace bartizan::parse::dex
