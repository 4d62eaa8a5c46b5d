#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "parse/plist/forms.h"
#include "parse/plist/parser.h"

namespace bartizan::parse {
namespace {

constexpr std::size_t kHeaderSize = 8;
constexpr std::size_t kTrailerSize = 32;
constexpr double kReferenceDate = 978307200;  // 2001-01-01T00:00:00Z, in Unix seconds

std::uint64_t big_endian_value(Bytes bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

double real_value(Bytes bytes) {
  const std::uint64_t bits = big_endian_value(bytes);
  if (bytes.size() == 4) {
    const auto narrow = static_cast<std::uint32_t>(bits);
    float value = 0;
    std::memcpy(&value, &narrow, sizeof value);
    return value;
  }
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

class BinaryReader {
 public:
  explicit BinaryReader(Bytes bytes) : bytes_(bytes), budget_(out_) { out_.binary = true; }

  Result<Plist> run() {
    if (bytes_.size() < kHeaderSize + kTrailerSize)
      return Error{ErrorCode::kInvalid, "a binary property list without a trailer"};
    const Bytes trailer = bytes_.last(kTrailerSize);
    offset_size_ = trailer[6];
    reference_size_ = trailer[7];
    const std::uint64_t count = big_endian_value(trailer.subspan(8, 8));
    const std::uint64_t top = big_endian_value(trailer.subspan(16, 8));
    const std::uint64_t table = big_endian_value(trailer.subspan(24, 8));
    if (offset_size_ < 1 || offset_size_ > 8 || reference_size_ < 1 || reference_size_ > 8)
      return Error{ErrorCode::kInvalid, "a binary property list with odd integer sizes"};
    if (count == 0 || count > bytes_.size() || top >= count)
      return Error{ErrorCode::kInvalid, "a binary property list with a bad number of objects"};
    BARTIZAN_ASSIGN(offsets_,
                    slice(bytes_.first(bytes_.size() - kTrailerSize), table, count * offset_size_));
    count_ = static_cast<std::size_t>(count);
    objects_ = bytes_.first(static_cast<std::size_t>(table));
    open_.assign(count_, false);
    if (table + count * offset_size_ != bytes_.size() - kTrailerSize)
      budget_.note("plist.trailing_data", "offset table", "bytes between table and trailer");
    BARTIZAN_ASSIGN(out_.root, object(static_cast<std::size_t>(top), 0));
    return std::move(out_);
  }

 private:
  struct Length {
    std::size_t count;
    std::size_t at;  // where the content starts
  };

  static Error broken(std::size_t index) {
    return {ErrorCode::kInvalid, "property list object " + std::to_string(index) + " is broken"};
  }

  // The low half of the marker, or an integer object that follows when it is 15.
  Result<Length> length(std::size_t index, std::size_t at) const {
    std::size_t count = objects_[at] & 15u;
    ++at;
    if (count == 15) {
      BARTIZAN_ASSIGN(const Bytes marker, slice(objects_, at, 1));
      if (marker[0] >> 4 != 1 || (marker[0] & 15) > 3) return broken(index);
      const std::size_t size = std::size_t{1} << (marker[0] & 15);
      BARTIZAN_ASSIGN(const Bytes value, slice(objects_, at + 1, size));
      const std::uint64_t wide = big_endian_value(value);
      if (wide > objects_.size()) return broken(index);
      count = static_cast<std::size_t>(wide);
      at += 1 + size;
    }
    return Length{.count = count, .at = at};
  }

  Result<PlistValue> object(std::size_t index, std::size_t depth) {
    const std::uint64_t offset =
        big_endian_value(offsets_.subspan(index * offset_size_, offset_size_));
    if (offset < kHeaderSize || offset >= objects_.size()) return broken(index);
    const auto at = static_cast<std::size_t>(offset);
    const std::uint8_t kind = objects_[at] >> 4;
    PlistValue value;
    if (!budget_.take_value(depth)) return value;
    switch (kind) {
      case 0x0:
        return simple(index, objects_[at]);
      case 0x1:
      case 0x2:
      case 0x3:
      case 0x8:
        return number(index, at);
      case 0x4:
      case 0x5:
      case 0x6:
        return content(index, at, depth);
      case 0xa:
      case 0xc:
      case 0xd:
        return container(index, at, depth);
      default:
        return broken(index);
    }
  }

  Result<PlistValue> simple(std::size_t index, std::uint8_t marker) const {
    PlistValue value;
    if (marker == 0) return value;
    if (marker != 8 && marker != 9) return broken(index);
    value.type = PlistType::kBoolean;
    value.boolean = marker == 9;
    return value;
  }

  Result<PlistValue> number(std::size_t index, std::size_t at) {
    const std::uint8_t kind = objects_[at] >> 4;
    const std::uint8_t low = objects_[at] & 15;
    if (kind != 8 && low > 4) return broken(index);
    const std::size_t size = kind == 8 ? low + 1u : std::size_t{1} << low;
    BARTIZAN_ASSIGN(const Bytes raw, slice(objects_, at + 1, size));
    PlistValue value;
    if (kind == 1) {
      if (size == 16 && big_endian_value(raw.first(8)) != 0)
        budget_.note("plist.bad_value", "object " + std::to_string(index), "wider than 64 bits");
      value.type = PlistType::kInteger;
      value.integer =
          static_cast<std::int64_t>(big_endian_value(raw.last(std::min<std::size_t>(size, 8))));
      return value;
    }
    if (kind == 8) {
      value.type = PlistType::kUid;
      value.integer = static_cast<std::int64_t>(big_endian_value(raw));
      return value;
    }
    if (size != 4 && size != 8) return broken(index);
    value.real = real_value(raw);
    value.type = kind == 2 ? PlistType::kReal : PlistType::kDate;
    if (kind == 3) {
      constexpr double kMostSeconds = 1e11;  // some 3,000 years either way
      if (!std::isfinite(value.real) || std::abs(value.real) > kMostSeconds) {
        budget_.note("plist.bad_value", "object " + std::to_string(index), "a date out of range");
        value.real = 0;
      }
      value.date = from_millis(static_cast<std::int64_t>((value.real + kReferenceDate) * 1000));
    }
    return value;
  }

  Result<PlistValue> content(std::size_t index, std::size_t at, std::size_t depth) {
    const std::uint8_t kind = objects_[at] >> 4;
    BARTIZAN_ASSIGN(const Length length_of, length(index, at));
    const std::uint64_t size = std::uint64_t{length_of.count} * (kind == 6 ? 2 : 1);
    BARTIZAN_ASSIGN(const Bytes raw, slice(objects_, length_of.at, size));
    PlistValue value;
    if (!budget_.take_value(depth, raw.size())) return value;
    value.type = kind == 4 ? PlistType::kData : PlistType::kString;
    if (kind == 4) value.data.assign(raw.begin(), raw.end());
    if (kind == 5) value.text = as_text(raw);
    if (kind == 6) value.text = utf8_of_utf16(raw, true);
    return value;
  }

  Result<PlistValue> container(std::size_t index, std::size_t at, std::size_t depth) {
    PlistValue value;
    if (open_[index]) {
      budget_.note("plist.cycle", "object " + std::to_string(index), "contains itself");
      return value;
    }
    const bool dictionary = objects_[at] >> 4 == 0xd;
    BARTIZAN_ASSIGN(const Length length_of, length(index, at));
    const std::uint64_t references =
        std::uint64_t{length_of.count} * (dictionary ? 2 : 1) * reference_size_;
    BARTIZAN_ASSIGN(const Bytes raw, slice(objects_, length_of.at, references));
    value.type = dictionary ? PlistType::kDictionary : PlistType::kArray;
    open_[index] = true;
    const Status read = dictionary ? read_entries(raw, length_of.count, depth, value)
                                   : read_items(raw, length_of.count, depth, value);
    open_[index] = false;
    if (!read.ok()) return read.error();
    if (dictionary) settle_duplicates(value.entries, DuplicateKey::kFirstCounts, budget_);
    return value;
  }

  Result<PlistValue> referenced(Bytes references, std::size_t position, std::size_t depth) {
    const std::uint64_t index =
        big_endian_value(references.subspan(position * reference_size_, reference_size_));
    if (index >= count_) return Error{ErrorCode::kInvalid, "a reference to no object"};
    return object(static_cast<std::size_t>(index), depth + 1);
  }

  Status read_items(Bytes references, std::size_t count, std::size_t depth, PlistValue& out) {
    for (std::size_t i = 0; i < count && !out_.truncated; ++i) {
      BARTIZAN_ASSIGN(PlistValue item, referenced(references, i, depth));
      out.items.push_back(std::move(item));
    }
    return {};
  }

  Status read_entries(Bytes references, std::size_t count, std::size_t depth, PlistValue& out) {
    for (std::size_t i = 0; i < count && !out_.truncated; ++i) {
      BARTIZAN_ASSIGN(PlistValue key, referenced(references, i, depth));
      if (key.type != PlistType::kString) {
        budget_.note("plist.bad_value", "key " + std::to_string(i), "a key that is no text");
        continue;
      }
      BARTIZAN_ASSIGN(PlistValue value, referenced(references, count + i, depth));
      out.entries.push_back({.key = std::move(key.text), .value = std::move(value)});
    }
    return {};
  }

  Bytes bytes_;
  Bytes objects_;  // from the start of the file to the offset table
  Bytes offsets_;
  std::size_t count_ = 0;
  std::size_t offset_size_ = 0;
  std::size_t reference_size_ = 0;
  std::vector<bool> open_;  // containers on the way from the root to where we are
  Plist out_;
  PlistBudget budget_;
};

}  // namespace

Result<Plist> parse_binary_plist(Bytes bytes) { return BinaryReader(bytes).run(); }

}  // namespace bartizan::parse
