#include <algorithm>
#include <string>

#include "parse/dex/reader.h"

namespace bartizan::parse::dex {
namespace {

// Item types of the map.
constexpr std::uint16_t kClassDef = 0x0006;
constexpr std::uint16_t kMethodHandle = 0x0008;
constexpr std::uint16_t kMapList = 0x1000;
constexpr std::uint16_t kTypeList = 0x1001;
constexpr std::uint16_t kCode = 0x2001;
constexpr std::uint16_t kStringData = 0x2002;
constexpr std::uint16_t kDebugInfo = 0x2003;

// Types of the map's items from the data section on, in the order they lie in the file.
std::vector<std::uint16_t> data_order(const DexFile& dex) {
  const Result<Bytes> field = slice(dex.bytes, std::uint64_t{dex.header_offset} + 0x34, 4);
  if (!field.ok()) return {};
  const std::uint32_t offset = DexTable{field->data(), 1}.u32(0, 4, 0);
  ByteReader reader(dex.bytes);
  if (!reader.seek(offset).ok()) return {};
  const Result<std::uint32_t> stated = reader.u32();
  constexpr std::uint32_t kMostItemTypes = 32;
  if (!stated.ok() || *stated > kMostItemTypes) return {};
  const Result<Bytes> items = reader.take(std::size_t{*stated} * 12);
  if (!items.ok()) return {};
  std::vector<std::uint16_t> out;
  for (std::uint32_t i = 0; i < *stated; ++i) {
    const std::uint16_t type = DexTable{items->data(), *stated}.u16(i, 12, 0);
    if (type > kMethodHandle) out.push_back(type);
  }
  return out;
}

// Each tool writes the sections of the data in an order of its own: dx as in
// com.android.dx.dex.file.DexFile, its merger the map first, d8 as in
// com.android.tools.r8.dex.FileWriter, dexlib2 (smali, apktool) the strings first as in
// org.jf.dexlib2.writer.DexWriter.
DexWriter writer_of(const std::vector<std::uint16_t>& order) {
  if (order.empty()) return DexWriter::kUnknown;
  if (order.front() == kMapList) return DexWriter::kDexMerger;
  const auto place = [&](std::uint16_t type) {
    return std::find(order.begin(), order.end(), type) - order.begin();
  };
  const auto absent = static_cast<std::ptrdiff_t>(order.size());
  if (place(kTypeList) != absent || place(kCode) != absent) {
    if (order.front() == kStringData) return DexWriter::kDexlib;
    if (place(kDebugInfo) != absent)
      return place(kDebugInfo) < place(kStringData) ? DexWriter::kD8 : DexWriter::kDx;
  }
  return DexWriter::kUnknown;
}

// "~~R8{"backend":"dex",...,"version":"8.2.42"}" (com.android.tools.r8.dex.Marker) as "r8 8.2.42".
std::string compiler_of(std::string_view marker) {
  constexpr std::string_view kVersion = "\"version\":\"";
  std::string out = marker[2] == 'R' ? "r8" : marker[2] == 'L' ? "l8" : "d8";
  if (const std::size_t at = marker.find(kVersion); at != std::string_view::npos) {
    const std::string_view version = marker.substr(at + kVersion.size());
    out += " " + printable(version.substr(0, version.find('"')), 32);
  }
  return out;
}

bool is_marker(std::string_view text) {
  return text.starts_with("~~D8{") || text.starts_with("~~R8{") || text.starts_with("~~L8{");
}

}  // namespace

void read_fingerprint(Reading& reading) {
  DexFile& dex = reading.dex;
  dex.writer = writer_of(data_order(dex));
  // The strings are sorted and '~' comes last of ASCII; a table out of order is read from the end
  // all the same.
  for (std::size_t i = dex.strings.size(); i-- > 0;) {
    const std::string_view text = dex.string(static_cast<std::uint32_t>(i));
    if (is_marker(text)) {
      dex.compiler = compiler_of(text);
      return;
    }
    if (dex.strings_sorted && !text.empty() && text < "~") return;
  }
}

}  // namespace bartizan::parse::dex
