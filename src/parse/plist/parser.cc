#include "parse/plist/parser.h"

#include <algorithm>
#include <map>
#include <string>

#include "parse/domain/utf8.h"
#include "parse/plist/forms.h"

namespace bartizan::parse {

std::string utf8_of_utf16(Bytes units, bool big_endian) {
  std::string out;
  const auto unit = [&](std::size_t i) -> std::uint32_t {
    return big_endian ? units[i] << 8 | units[i + 1] : units[i + 1] << 8 | units[i];
  };
  for (std::size_t i = 0; i + 1 < units.size(); i += 2) {
    const std::uint32_t lead = unit(i);
    if (lead < 0xd800 || lead > 0xdfff) {
      append_utf8(out, lead);
      continue;
    }
    const std::uint32_t trail = lead < 0xdc00 && i + 3 < units.size() ? unit(i + 2) : 0;
    const bool pair = trail >= 0xdc00 && trail <= 0xdfff;
    append_utf8(out,
                pair ? 0x10000 + ((lead & 0x3ff) << 10) + (trail & 0x3ff) : kReplacementCharacter);
    if (pair) i += 2;
  }
  return out;
}

const PlistValue* PlistValue::find(std::string_view key) const {
  if (type != PlistType::kDictionary) return nullptr;
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const PlistEntry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &found->value;
}

std::string_view PlistValue::find_text(std::string_view key) const {
  const PlistValue* value = find(key);
  return value != nullptr && value->type == PlistType::kString ? value->text : std::string_view();
}

bool PlistValue::find_true(std::string_view key) const {
  const PlistValue* value = find(key);
  return value != nullptr && value->type == PlistType::kBoolean && value->boolean;
}

bool same_value(const PlistValue& a, const PlistValue& b) {
  if (a.type != b.type) return false;
  switch (a.type) {
    case PlistType::kNull:
      return true;
    case PlistType::kBoolean:
      return a.boolean == b.boolean;
    case PlistType::kInteger:
    case PlistType::kUid:
      return a.integer == b.integer;
    case PlistType::kReal:
      return a.real == b.real;
    case PlistType::kString:
      return a.text == b.text;
    case PlistType::kData:
      return a.data == b.data;
    case PlistType::kDate:
      return a.date == b.date;
    case PlistType::kArray:
      return std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), same_value);
    case PlistType::kDictionary:
      break;
  }
  if (a.entries.size() != b.entries.size()) return false;
  std::map<std::string_view, const PlistValue*> others;
  for (const PlistEntry& entry : b.entries) others.emplace(entry.key, &entry.value);
  return std::all_of(a.entries.begin(), a.entries.end(), [&](const PlistEntry& entry) {
    const auto other = others.find(entry.key);
    return other != others.end() && same_value(entry.value, *other->second);
  });
}

bool PlistBudget::take_value(std::size_t depth, std::size_t content_bytes) {
  content_bytes_ += content_bytes;
  if (++values_ <= kMaxPlistValues && depth < kMaxPlistDepth &&
      content_bytes_ <= kMaxPlistContentBytes)
    return true;
  if (!out_.truncated)
    note("plist.limit", "depth " + std::to_string(depth),
         depth < kMaxPlistDepth ? "too many or too large values" : "nested too deeply");
  out_.truncated = true;
  return false;
}

void PlistBudget::note(std::string_view id, std::string_view where, std::string_view detail) {
  note_anomaly(out_.anomalies, id, where, detail);
}

void settle_duplicates(std::vector<PlistEntry>& entries, DuplicateKey rule, PlistBudget& budget) {
  std::map<std::string_view, std::size_t> seen;
  std::vector<bool> superseded(entries.size(), false);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto [at, fresh] = seen.emplace(entries[i].key, i);
    if (fresh) continue;
    budget.note("plist.duplicate_key", entries[i].key, "readers may take either value");
    superseded[rule == DuplicateKey::kFirstCounts ? i : at->second] = true;
    if (rule == DuplicateKey::kLastCounts) at->second = i;
  }
  if (seen.size() == entries.size()) return;
  std::vector<PlistEntry> kept;
  kept.reserve(seen.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!superseded[i]) kept.push_back(std::move(entries[i]));
  }
  entries = std::move(kept);
}

Result<Plist> parse_plist(Bytes bytes) {
  if (bytes.size() > kMaxPlistBytes)
    return Error{ErrorCode::kLimit, "property list larger than the limit"};
  std::string_view text = as_text(bytes);
  if (text.starts_with("bplist0")) return parse_binary_plist(bytes);
  const bool little = text.starts_with("\xff\xfe");
  if (little || text.starts_with("\xfe\xff")) {
    Result<Plist> plist = parse_xml_plist(utf8_of_utf16(bytes.subspan(2), !little));
    if (plist.ok())
      note_anomaly(plist->anomalies, "plist.utf16", "offset 0",
                   "XML in UTF-16, which no tool writes");
    return plist;
  }
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  return parse_xml_plist(text);
}

}  // namespace bartizan::parse
