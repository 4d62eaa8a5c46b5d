#include "parse/elf/dynamic.h"

#include <algorithm>
#include <optional>
#include <string>

#include "parse/elf/layout.h"
#include "parse/elf/parser.h"

namespace bartizan::parse {
namespace {

// gABI figure 5-10, and the GNU extensions of binutils' elf/common.h.
enum Tag : std::uint64_t {
  kNeeded = 1,
  kHash = 4,
  kStringTable = 5,
  kSymbolTable = 6,
  kStringTableSize = 10,
  kInit = 12,
  kSoname = 14,
  kTextRelocations = 22,
  kBindNow = 24,
  kInitArraySize = 27,
  kFlags = 30,
  kPreinitArraySize = 33,
  kGnuHash = 0x6ffffef5,
  kFlags1 = 0x6ffffffb,
};
constexpr std::uint64_t kFlagTextRelocations = 4;
constexpr std::uint64_t kFlagBindNow = 8;
constexpr std::uint64_t kFlag1Now = 1;

struct Tables {
  std::optional<std::uint64_t> strings;
  std::uint64_t strings_size = 0;
  std::optional<std::uint64_t> symbols;
  std::optional<std::uint64_t> hash;
  std::optional<std::uint64_t> gnu_hash;
  std::vector<std::uint64_t> needed;
  std::optional<std::uint64_t> soname;
  bool bind_now = false;
};

class DynamicReader {
 public:
  DynamicReader(Bytes bytes, ElfFile& out) : bytes_(bytes), out_(out) {}

  void run() {
    const auto segment =
        std::find_if(out_.segments.begin(), out_.segments.end(),
                     [](const ElfSegment& item) { return item.type == kSegmentDynamic; });
    if (segment == out_.segments.end()) return;  // linked statically
    const Result<Bytes> dynamic = slice(bytes_, segment->offset, segment->file_size);
    if (!dynamic.ok()) return fail("elf.bad_dynamic", "the dynamic segment is not in the file");
    const Tables tables = read_tags(*dynamic);
    if (tables.bind_now && out_.hardening.relro == ElfRelro::kPartial)
      out_.hardening.relro = ElfRelro::kFull;
    read_names(tables);
  }

 private:
  void fail(std::string_view id, std::string_view detail) {
    note_anomaly(out_.anomalies, id, "dynamic section", detail);
    out_.truncated = true;
  }

  Tables read_tags(Bytes dynamic) {
    Tables tables;
    ElfReader reader(dynamic, out_.is_64);
    for (std::size_t i = 0;; ++i) {
      const Result<std::uint64_t> tag = reader.word();
      const Result<std::uint64_t> value = reader.word();
      if (!tag.ok() || !value.ok()) {
        fail("elf.bad_dynamic", "no end mark");
        return tables;
      }
      if (*tag == 0) return tables;
      if (i == kMaxElfHeaders) {
        fail("elf.limit", "too many entries");
        return tables;
      }
      take(*tag, *value, tables);
    }
  }

  void take(std::uint64_t tag, std::uint64_t value, Tables& tables) {
    switch (tag) {
      case kNeeded:
        tables.needed.push_back(value);
        break;
      case kHash:
        tables.hash = value;
        break;
      case kStringTable:
        tables.strings = value;
        break;
      case kSymbolTable:
        tables.symbols = value;
        break;
      case kStringTableSize:
        tables.strings_size = value;
        break;
      case kInit:
        out_.initialisers += value != 0;
        break;
      case kSoname:
        tables.soname = value;
        break;
      case kInitArraySize:
      case kPreinitArraySize:
        out_.initialisers += count_pointers(value);
        break;
      case kTextRelocations:
        note_text_relocations();
        break;
      case kBindNow:
        tables.bind_now = true;
        break;
      case kFlags:
        tables.bind_now |= (value & kFlagBindNow) != 0;
        if (value & kFlagTextRelocations) note_text_relocations();
        break;
      case kFlags1:
        tables.bind_now |= (value & kFlag1Now) != 0;
        break;
      case kGnuHash:
        tables.gnu_hash = value;
        break;
      default:
        break;
    }
  }

  // A size that the file could not hold is a lie, not a count.
  std::size_t count_pointers(std::uint64_t size) {
    if (size > bytes_.size()) {
      fail("elf.bad_dynamic", "an array of initialisers larger than the file");
      return 0;
    }
    return static_cast<std::size_t>(size) / (out_.is_64 ? 8 : 4);
  }

  void note_text_relocations() {
    if (!out_.hardening.text_relocations)
      note_anomaly(out_.anomalies, "elf.text_relocations", "dynamic section",
                   "the linker must write into code");
    out_.hardening.text_relocations = true;
  }

  // The file's bytes from `address` to the end of the segment that maps it.
  Result<Bytes> at_address(std::uint64_t address) const {
    for (const ElfSegment& segment : out_.segments) {
      if (segment.type != kSegmentLoad || address < segment.address ||
          address - segment.address >= segment.file_size)
        continue;
      BARTIZAN_ASSIGN(const Bytes mapped, slice(bytes_, segment.offset, segment.file_size));
      return mapped.subspan(static_cast<std::size_t>(address - segment.address));
    }
    return Error{ErrorCode::kInvalid, "an address that no segment maps"};
  }

  void read_names(const Tables& tables) {
    if (!tables.strings) return;
    Result<Bytes> strings = at_address(*tables.strings);
    if (!strings.ok()) return fail("elf.bad_dynamic", "the string table is not in the file");
    if (tables.strings_size > strings->size())
      fail("elf.bad_dynamic", "the string table reaches beyond its segment");
    const Bytes text = strings->first(
        static_cast<std::size_t>(std::min<std::uint64_t>(tables.strings_size, strings->size())));
    for (const std::uint64_t name : tables.needed)
      out_.needed.push_back(elf_string(text, name, out_.anomalies));
    if (tables.soname) out_.soname = elf_string(text, *tables.soname, out_.anomalies);
    if (tables.symbols) read_symbols(tables, text);
  }

  void read_symbols(const Tables& tables, Bytes text) {
    const Result<Bytes> symbols = at_address(*tables.symbols);
    if (!symbols.ok()) return fail("elf.bad_symbol_table", "not in the file");
    const std::size_t item = out_.is_64 ? 24 : 16;
    std::uint64_t count = symbol_count(tables);
    if (count > symbols->size() / item) {
      fail("elf.bad_symbol_table", std::to_string(count) + " symbols reach beyond the segment");
      count = symbols->size() / item;
    }
    if (count > kMaxElfSymbols) {
      fail("elf.limit", std::to_string(count) + " symbols");
      count = kMaxElfSymbols;
    }
    for (std::size_t i = 1; i < count; ++i) take_symbol(symbols->subspan(i * item, item), text);
  }

  void take_symbol(Bytes symbol, Bytes text) {
    ByteReader reader(symbol);
    const std::uint32_t name = reader.u32().value_or(0);
    (void)reader.skip(out_.is_64 ? 2 : 10);
    const std::uint16_t section = reader.u16().value_or(0);
    if (name == 0) return;
    const std::string_view spelled = elf_string(text, name, out_.anomalies);
    if (spelled.empty()) return;
    (section == 0 ? out_.imports : out_.exports).push_back(spelled);
    out_.hardening.stack_protector |= spelled == "__stack_chk_fail";
  }

  // The symbol table does not say how long it is; the hash tables do.
  std::uint64_t symbol_count(const Tables& tables) {
    if (tables.hash) {
      const Result<Bytes> hash = at_address(*tables.hash);
      if (hash.ok()) {
        ByteReader reader(*hash);
        (void)reader.skip(4);  // nbucket
        return reader.u32().value_or(0);
      }
    }
    if (tables.gnu_hash) {
      const Result<Bytes> hash = at_address(*tables.gnu_hash);
      const Result<std::uint64_t> count =
          hash.ok() ? gnu_symbol_count(*hash) : Result<std::uint64_t>(hash.error());
      if (count.ok()) return *count;
    }
    fail("elf.bad_symbol_table", "no hash table says how many symbols there are");
    return 0;
  }

  // The highest index a bucket starts at, and from there to the chain's end (its lowest bit set).
  Result<std::uint64_t> gnu_symbol_count(Bytes hash) const {
    ByteReader reader(hash);
    BARTIZAN_ASSIGN(const std::uint32_t buckets, reader.u32());
    BARTIZAN_ASSIGN(const std::uint32_t first, reader.u32());
    BARTIZAN_ASSIGN(const std::uint32_t bloom_words, reader.u32());
    const std::uint64_t bloom = std::uint64_t{bloom_words} * (out_.is_64 ? 8 : 4);
    BARTIZAN_ASSIGN(const Bytes bucket_bytes, slice(hash, 16 + bloom, std::uint64_t{buckets} * 4));
    std::uint32_t last = 0;
    for (ByteReader bucket(bucket_bytes); !bucket.at_end();)
      last = std::max(last, bucket.u32().value_or(0));
    if (last < first) return std::uint64_t{first};
    const std::uint64_t chains = 16 + bloom + std::uint64_t{buckets} * 4;
    ByteReader chain(hash);
    BARTIZAN_TRY(chain.seek(static_cast<std::size_t>(chains)));
    if (std::uint64_t{last - first} * 4 > chain.remaining())
      return Error{ErrorCode::kInvalid, "a chain outside the file"};
    BARTIZAN_TRY(chain.skip(std::size_t{last - first} * 4));
    for (std::uint64_t index = last;; ++index) {
      BARTIZAN_ASSIGN(const std::uint32_t value, chain.u32());
      if (value & 1) return index + 1;
    }
  }

  Bytes bytes_;
  ElfFile& out_;
};

}  // namespace

std::string_view elf_string(Bytes table, std::uint64_t offset, std::vector<Anomaly>& anomalies) {
  if (offset < table.size()) {
    const std::string_view rest =
        as_text(table).substr(static_cast<std::size_t>(offset), kMaxElfNameBytes);
    const std::size_t end = rest.find('\0');
    if (end != std::string_view::npos) return rest.substr(0, end);
  }
  note_anomaly(anomalies, "elf.bad_string", "offset " + std::to_string(offset),
               "outside its table, or without an end");
  return {};
}

void read_dynamic(Bytes bytes, ElfFile& out) { DynamicReader(bytes, out).run(); }

}  // namespace bartizan::parse
