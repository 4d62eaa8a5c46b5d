#include "parse/dex/parser.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "parse/dex/reader.h"

namespace bartizan::parse {
namespace {

constexpr std::size_t kMaxContainedFiles = 500;
constexpr std::size_t kFileSizeField = 0x20;

DexFile parse_one(Bytes bytes, std::uint32_t header_offset, dex::WorkBudget& budget) {
  DexFile out{.bytes = bytes, .header_offset = header_offset};
  dex::OddityLog log;
  dex::Reading reading{
      .dex = out, .log = log, .budget = budget, .class_data = {}, .code_offset = {}};
  if (dex::read_header(reading)) {
    dex::read_map(reading);
    dex::read_strings(reading);
    dex::check_tables(reading);
    dex::read_classes(reading);
    dex::read_class_data(reading);
    dex::read_code(reading);
    dex::read_fingerprint(reading);
  } else {
    out.codes.emplace_back();
    out.truncated = true;
  }
  out.anomalies = std::move(log).take();
  return out;
}

// Where the next file of a container begins, or nothing past the last.
std::optional<std::uint32_t> next_header(const DexFile& dex) {
  if (dex.version < 41) return std::nullopt;
  ByteReader reader(dex.bytes);
  if (!reader.seek(dex.header_offset + kFileSizeField).ok()) return std::nullopt;
  const Result<std::uint32_t> size = reader.u32();
  if (!size.ok() || *size == 0) return std::nullopt;
  const std::uint64_t next = std::uint64_t{dex.header_offset} + *size;
  if (next >= dex.bytes.size()) return std::nullopt;
  return static_cast<std::uint32_t>(next);
}

}  // namespace

std::string_view to_string(DexWriter writer) {
  switch (writer) {
    case DexWriter::kUnknown:
      return "unknown";
    case DexWriter::kDx:
      return "dx";
    case DexWriter::kD8:
      return "d8";
    case DexWriter::kDexMerger:
      return "dexmerger";
    case DexWriter::kDexlib:
      return "dexlib";
  }
  return "unknown";
}

DexMethodId DexFile::method_id(std::uint32_t index) const {
  if (index >= method_ids.count) return {};
  return {method_ids.u16(index, 8, 0), method_ids.u16(index, 8, 2), method_ids.u32(index, 8, 4)};
}

DexFieldId DexFile::field_id(std::uint32_t index) const {
  if (index >= field_ids.count) return {};
  return {field_ids.u16(index, 8, 0), field_ids.u16(index, 8, 2), field_ids.u32(index, 8, 4)};
}

DexProtoId DexFile::proto_id(std::uint32_t index) const {
  if (index >= proto_ids.count) return {};
  return {proto_ids.u32(index, 12, 0), proto_ids.u32(index, 12, 4), proto_ids.u32(index, 12, 8)};
}

DexTypeList DexFile::type_list(std::uint32_t offset) const {
  if (offset == 0 || offset > bytes.size() || bytes.size() - offset < 4) return {};
  const std::uint32_t count = DexTable{bytes.data() + offset, 1}.u32(0, 4, 0);
  const std::size_t most = (bytes.size() - offset - 4) / sizeof(std::uint16_t);
  if (count > most) return {};
  return {bytes.data() + offset + 4, count};
}

std::string DexFile::prototype(std::uint32_t proto) const {
  const DexProtoId id = proto_id(proto);
  const DexTypeList parameters = type_list(id.parameters);
  constexpr std::uint32_t kMostParameters = 255;  // what an invoke instruction can pass
  std::string out = "(";
  for (std::uint32_t i = 0; i < std::min(parameters.count, kMostParameters); ++i)
    out += type(parameters[i]);
  return out.append(")").append(type(id.return_type));
}

std::vector<DexFile> parse_dex(Bytes bytes) {
  // Offsets in the format have 32 bits.
  constexpr std::size_t kMostBytes = 0xffffffff;
  if (bytes.size() > kMostBytes) bytes = bytes.first(kMostBytes);
  dex::WorkBudget budget(bytes.size());
  std::vector<DexFile> out;
  out.push_back(parse_one(bytes, 0, budget));
  while (const std::optional<std::uint32_t> next = next_header(out.back())) {
    if (out.size() == kMaxContainedFiles) {
      note_anomaly(out.back().anomalies, "dex.limit", "container", "more files than are read");
      out.back().truncated = true;
      break;
    }
    out.push_back(parse_one(bytes, *next, budget));
  }
  return out;
}

namespace dex {

bool OddityLog::again(std::string_view id) {
  for (Oddity& oddity : oddities_) {
    if (oddity.id.data() == id.data() || oddity.id == id) {
      ++oddity.count;
      return true;
    }
  }
  return false;
}

void OddityLog::note(std::string_view id, std::string_view where, std::uint64_t at,
                     std::string_view detail) {
  if (again(id)) return;
  std::vector<Anomaly> one;
  note_anomaly(one, id, std::string(where) + " " + std::to_string(at), detail);
  oddities_.push_back({id, std::move(one.front()), 1});
}

std::vector<Anomaly> OddityLog::take() && {
  std::vector<Anomaly> out;
  for (Oddity& oddity : oddities_) {
    if (oddity.count > 1)
      oddity.first.detail += ", and " + std::to_string(oddity.count - 1) + " more like it";
    out.push_back(std::move(oddity.first));
  }
  return out;
}

void Reading::over_budget(std::string_view what) {
  log.note("dex.limit", what, 0, "the same bytes are used over and over");
  dex.truncated = true;
}

}  // namespace dex
}  // namespace bartizan::parse
