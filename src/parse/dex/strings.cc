#include "parse/dex/strings.h"

#include <algorithm>
#include <string>

namespace bartizan::parse {
namespace {

constexpr std::size_t kStringIdsSizeField = 0x38;
constexpr std::size_t kMaxStringBytes = 64 << 10;

// The bytes of the string_data_item at `offset`: a ULEB128 length in UTF-16 units, text, zero.
Result<std::string_view> string_at(Bytes dex, std::uint32_t offset) {
  ByteReader reader(dex);
  BARTIZAN_TRY(reader.seek(offset));
  for (int i = 0;; ++i) {
    BARTIZAN_ASSIGN(const std::uint8_t byte, reader.u8());
    if (!(byte & 0x80)) break;
    if (i == 4) return Error{ErrorCode::kInvalid, "ULEB128 longer than five bytes"};
  }
  const std::string_view rest = as_text(dex).substr(reader.position(), kMaxStringBytes);
  return rest.substr(0, rest.find('\0'));
}

}  // namespace

DexStrings visit_dex_strings(Bytes dex, const std::function<void(std::string_view)>& visit) {
  DexStrings out;
  if (!as_text(dex).starts_with("dex\n"))
    note_anomaly(out.anomalies, "dex.bad_magic", "offset 0", "not the magic of a DEX file");
  ByteReader header(dex);
  const bool has_header = header.seek(kStringIdsSizeField).ok();
  const Result<std::uint32_t> count = header.u32();
  const Result<std::uint32_t> table = header.u32();
  if (!has_header || !count.ok() || !table.ok() ||
      !slice(dex, *table, std::uint64_t{*count} * 4).ok()) {
    note_anomaly(out.anomalies, "dex.bad_string_table", "header", "the table is not in the file");
    out.truncated = true;
    return out;
  }
  ByteReader ids(dex.subspan(*table, std::size_t{*count} * 4));
  std::size_t left = dex.size() * 2;
  while (!ids.at_end()) {
    const Result<std::string_view> text = string_at(dex, *ids.u32());
    if (!text.ok()) {
      note_anomaly(out.anomalies, "dex.string_outside_file",
                   "string " + std::to_string(out.visited), text.error().message);
      out.truncated = true;
      continue;
    }
    if (text->size() > left) {
      note_anomaly(out.anomalies, "dex.limit", "string " + std::to_string(out.visited),
                   "strings share their bytes over and over");
      out.truncated = true;
      return out;
    }
    left -= text->size();
    visit(*text);
    ++out.visited;
  }
  return out;
}

}  // namespace bartizan::parse
