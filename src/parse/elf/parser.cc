#include "parse/elf/parser.h"

#include <algorithm>
#include <string>

#include "parse/elf/dynamic.h"
#include "parse/elf/layout.h"

namespace bartizan::parse {
namespace {

constexpr std::uint16_t kSharedObject = 3;
constexpr std::uint32_t kSectionNoBits = 8;
constexpr std::uint32_t kSectionDynamic = 6;
constexpr std::uint64_t kNoNames = 0;  // SHN_UNDEF

struct Header {
  std::uint64_t segment_table = 0;
  std::uint64_t section_table = 0;
  std::uint16_t segment_size = 0;
  std::uint16_t segment_count = 0;
  std::uint16_t section_size = 0;
  std::uint16_t section_count = 0;
  std::uint16_t names_section = 0;
};

Result<Header> read_header(ElfReader reader, ElfFile& out) {
  Header header;
  BARTIZAN_TRY(reader.seek(16));
  BARTIZAN_ASSIGN(out.type, reader.u16());
  BARTIZAN_ASSIGN(out.machine, reader.u16());
  BARTIZAN_TRY(reader.skip(4));                   // e_version
  BARTIZAN_TRY(reader.skip(reader.word_size()));  // e_entry
  BARTIZAN_ASSIGN(header.segment_table, reader.word());
  BARTIZAN_ASSIGN(header.section_table, reader.word());
  BARTIZAN_TRY(reader.skip(6));  // e_flags, e_ehsize
  BARTIZAN_ASSIGN(header.segment_size, reader.u16());
  BARTIZAN_ASSIGN(header.segment_count, reader.u16());
  BARTIZAN_ASSIGN(header.section_size, reader.u16());
  BARTIZAN_ASSIGN(header.section_count, reader.u16());
  BARTIZAN_ASSIGN(header.names_section, reader.u16());
  return header;
}

Result<ElfSegment> read_segment(ElfReader& reader) {
  ElfSegment segment;
  BARTIZAN_ASSIGN(segment.type, reader.u32());
  if (reader.is_64()) {
    BARTIZAN_ASSIGN(segment.flags, reader.u32());
  }
  BARTIZAN_ASSIGN(segment.offset, reader.word());
  BARTIZAN_ASSIGN(segment.address, reader.word());
  BARTIZAN_TRY(reader.skip(reader.word_size()));  // p_paddr
  BARTIZAN_ASSIGN(segment.file_size, reader.word());
  BARTIZAN_ASSIGN(segment.memory_size, reader.word());
  if (!reader.is_64()) {
    BARTIZAN_ASSIGN(segment.flags, reader.u32());
  }
  return segment;
}

struct RawSection {
  ElfSection section;
  std::uint32_t name = 0;
};

Result<RawSection> read_section(ElfReader& reader) {
  RawSection raw;
  BARTIZAN_ASSIGN(raw.name, reader.u32());
  BARTIZAN_ASSIGN(raw.section.type, reader.u32());
  BARTIZAN_ASSIGN(raw.section.flags, reader.word());
  BARTIZAN_ASSIGN(raw.section.address, reader.word());
  BARTIZAN_ASSIGN(raw.section.offset, reader.word());
  BARTIZAN_ASSIGN(raw.section.size, reader.word());
  return raw;
}

class Parser {
 public:
  explicit Parser(Bytes bytes) : bytes_(bytes) { out_.is_64 = bytes[4] == 2; }

  Result<ElfFile> run() {
    BARTIZAN_ASSIGN(const Header header, read_header(ElfReader(bytes_, out_.is_64), out_));
    out_.hardening.position_independent = out_.type == kSharedObject;
    read_segments(header);
    read_sections(header);
    read_dynamic(bytes_, out_);
    compare_dynamic();
    find_packer();
    return std::move(out_);
  }

 private:
  void note(std::string_view id, const std::string& where, std::string_view detail) {
    note_anomaly(out_.anomalies, id, where, detail);
  }

  // The count as far as the bound and the file allow.
  std::size_t bounded(const Header& header, bool segments) {
    const std::uint64_t table = segments ? header.segment_table : header.section_table;
    const std::size_t count = segments ? header.segment_count : header.section_count;
    const std::size_t size = segments ? header.segment_size : header.section_size;
    const std::size_t least = segments ? (out_.is_64 ? 56 : 32) : (out_.is_64 ? 64 : 40);
    const std::string where = "offset " + std::to_string(table);
    const std::string_view id = segments ? "elf.bad_segment_table" : "elf.bad_section_table";
    std::size_t fits = 0;
    if (size >= least && table <= bytes_.size())
      fits = std::min<std::size_t>(count, (bytes_.size() - table) / size);
    if (fits < count) {
      note(id, where,
           std::to_string(count) + " entries, of which " + std::to_string(fits) +
               " lie in the file");
      out_.truncated |= segments;
    }
    if (fits <= kMaxElfHeaders) return fits;
    note("elf.limit", where, std::to_string(fits) + " headers");
    out_.truncated = true;
    return kMaxElfHeaders;
  }

  void read_segments(const Header& header) {
    const std::size_t count = bounded(header, true);
    out_.segments.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      ElfReader reader(bytes_, out_.is_64);
      if (!reader.seek(header.segment_table + i * header.segment_size).ok()) break;
      const Result<ElfSegment> segment = read_segment(reader);
      if (!segment.ok()) break;
      out_.segments.push_back(*segment);
      judge_segment(*segment, "segment " + std::to_string(i));
    }
  }

  void judge_segment(const ElfSegment& segment, const std::string& where) {
    if (segment.type == kSegmentLoad) {
      if (!slice(bytes_, segment.offset, segment.file_size).ok()) {
        note("elf.bad_segment", where, "its bytes are not in the file");
        out_.truncated = true;
      }
      if ((segment.flags & kSegmentWritable) && (segment.flags & kSegmentExecutable)) {
        out_.hardening.writable_code = true;
        note("elf.writable_code", where, "writable and executable");
      }
    } else if (segment.type == kSegmentStack) {
      out_.hardening.stack =
          segment.flags & kSegmentExecutable ? ElfStack::kExecutable : ElfStack::kNotExecutable;
    } else if (segment.type == kSegmentRelro && out_.hardening.relro == ElfRelro::kNone) {
      out_.hardening.relro = ElfRelro::kPartial;
    }
  }

  void read_sections(const Header& header) {
    if (header.section_count == 0 || header.section_table == 0)
      return note("elf.no_section_table", "header", "the section table was taken away");
    const std::size_t count = bounded(header, false);
    std::vector<std::uint32_t> names;
    names.reserve(count);
    out_.sections.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      ElfReader reader(bytes_, out_.is_64);
      if (!reader.seek(header.section_table + i * header.section_size).ok()) break;
      const Result<RawSection> raw = read_section(reader);
      if (!raw.ok()) break;
      out_.sections.push_back(raw->section);
      names.push_back(raw->name);
      if (raw->section.type != 0 && raw->section.type != kSectionNoBits &&
          !slice(bytes_, raw->section.offset, raw->section.size).ok())
        note("elf.bad_section", "section " + std::to_string(i), "its bytes are not in the file");
    }
    name_sections(header.names_section, names);
  }

  void name_sections(std::size_t table_index, const std::vector<std::uint32_t>& names) {
    if (table_index == kNoNames) return;
    if (table_index >= out_.sections.size())
      return note("elf.bad_section_table", "header", "the section of names is not in the table");
    const ElfSection& table = out_.sections[table_index];
    const Result<Bytes> text = slice(bytes_, table.offset, table.size);
    if (!text.ok()) return;  // reported as elf.bad_section
    for (std::size_t i = 0; i < names.size(); ++i)
      out_.sections[i].name = elf_string(*text, names[i], out_.anomalies);
  }

  // Debuggers and disassemblers go by the section, the phone by the segment.
  void compare_dynamic() {
    const auto segment =
        std::find_if(out_.segments.begin(), out_.segments.end(),
                     [](const ElfSegment& item) { return item.type == kSegmentDynamic; });
    const auto section =
        std::find_if(out_.sections.begin(), out_.sections.end(),
                     [](const ElfSection& item) { return item.type == kSectionDynamic; });
    if (segment == out_.segments.end() || section == out_.sections.end()) return;
    if (segment->offset != section->offset || segment->address != section->address)
      note("elf.dynamic_mismatch", "dynamic section",
           "the section table puts it at " + std::to_string(section->offset) +
               ", the segments at " + std::to_string(segment->offset));
  }

  // UPX writes its magic behind the program headers and again at the file's end.
  void find_packer() {
    constexpr std::size_t kStart = 1024;
    constexpr std::size_t kEnd = 128;
    constexpr std::string_view kUpx = "UPX!";
    const std::string_view text = as_text(bytes_);
    const std::string_view end = text.substr(text.size() - std::min(kEnd, text.size()));
    if (text.substr(0, kStart).find(kUpx) == std::string_view::npos &&
        end.find(kUpx) == std::string_view::npos)
      return;
    out_.packer = "UPX";
    note("elf.packed", "file", "the header of the UPX packer");
  }

  Bytes bytes_;
  ElfFile out_;
};

}  // namespace

bool looks_like_elf(Bytes bytes) {
  return as_text(bytes).starts_with(
      std::string_view("\x7f"
                       "ELF",
                       4));
}

Result<ElfFile> parse_elf(Bytes bytes) {
  if (!looks_like_elf(bytes) || bytes.size() < 16 || bytes[4] < 1 || bytes[4] > 2)
    return Error{ErrorCode::kInvalid, "no ELF header"};
  if (bytes[5] != 1) return Error{ErrorCode::kUnsupported, "a big-endian ELF file"};
  return Parser(bytes).run();
}

std::string_view android_abi(const ElfFile& file) {
  switch (file.machine) {
    case 3:
      return "x86";
    case 8:
      return file.is_64 ? "mips64" : "mips";
    case 40:
      return "armeabi-v7a";
    case 62:
      return "x86_64";
    case 183:
      return "arm64-v8a";
    case 243:
      return "riscv64";
    default:
      return {};
  }
}

}  // namespace bartizan::parse
