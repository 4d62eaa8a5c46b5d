#include <algorithm>
#include <cstring>

#include "parse/dex/parser.h"
#include "parse/dex/reader.h"

namespace bartizan::parse {
namespace {

// Bytes of the UTF-16 unit at the start of `text`, which is not ASCII; 0: malformed.
std::size_t mutf8_unit(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  const std::size_t length = lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  return length;
}

// The order of MUTF-8 bytes is that of the UTF-16 units, but for U+0000, which is written c0 80.
bool mutf8_less(std::string_view left, std::string_view right) {
  const auto [a, b] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
  if (a == left.end() || b == right.end()) return a == left.end() && b != right.end();
  const auto unit = [](char lead) {
    return lead == '\xc0' ? 0 : static_cast<int>(static_cast<std::uint8_t>(lead));
  };
  return unit(*a) < unit(*b);
}

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighBits = 0x8080808080808080;

struct Scanned {
  std::size_t size;
  bool ascii;
  bool ended;  // a zero was found
};

// Finds the zero that ends the string, eight bytes at a time: strings are a third of a file.
Scanned scan_string(const std::uint8_t* start, const std::uint8_t* end) {
  const std::uint8_t* at = start;
  std::uint64_t high = 0;
  for (; end - at >= 8; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    if (((word - kOnes) & ~word & kHighBits) != 0) break;
    high |= word & kHighBits;
  }
  for (; at != end && *at != 0; ++at) high |= *at & 0x80u;
  return {static_cast<std::size_t>(at - start), high == 0, at != end};
}

}  // namespace

std::uint32_t mutf8_length(std::string_view text) {
  std::uint32_t units = 0;
  while (!text.empty()) {
    const auto lead = static_cast<std::uint8_t>(text[0]);
    const std::size_t length = lead != 0 && lead < 0x80 ? 1 : mutf8_unit(text);
    if (length == 0) return kNoDexIndex;
    text.remove_prefix(length);
    ++units;
  }
  return units;
}

namespace dex {
namespace {

class StringTable {
 public:
  explicit StringTable(Reading& reading) : reading_(reading), dex_(reading.dex) {}

  void read() {
    // A string takes four bytes of id and more than two of data.
    const std::uint32_t count = std::min(
        dex_.string_ids.count, static_cast<std::uint32_t>(dex_.bytes.size() / kLeastBytes));
    if (count < dex_.string_ids.count) reading_.over_budget("string_ids");
    dex_.strings.resize(count);
    dex_.strings_sorted = true;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (!read_one(i)) return;
    }
  }

 private:
  static constexpr std::size_t kLeastBytes = 7;

  // False: the budget is spent.
  bool read_one(std::uint32_t index) {
    const std::uint32_t offset = dex_.string_ids.u32(index, 4, 0);
    if (offset >= dex_.bytes.size()) return note_missing(index, "offset outside of the file");
    LebReader reader(dex_.bytes.subspan(offset));
    const std::uint32_t units = reader.next();
    if (reader.failed) return note_missing(index, "its length is cut");
    const std::uint8_t* const start = reader.position();
    const Scanned text = scan_string(start, dex_.bytes.data() + dex_.bytes.size());
    if (!text.ended) return note_missing(index, "it has no end");
    if (!reading_.budget.spend(text.size + 2)) {
      reading_.over_budget("string");
      return false;
    }
    const DexString string{static_cast<std::uint32_t>(start - dex_.bytes.data()),
                           static_cast<std::uint32_t>(text.size)};
    dex_.strings[index] = string;
    check_text(index, units, text);
    return true;
  }

  void check_text(std::uint32_t index, std::uint32_t units, const Scanned& text) {
    const std::string_view string = dex_.string(index);
    const std::uint32_t length =
        text.ascii ? static_cast<std::uint32_t>(text.size) : mutf8_length(string);
    if (length != units)
      reading_.log.note("dex.bad_string", "string", index,
                        length == kNoDexIndex ? "not modified UTF-8" : "its length is another");
    if (index == 0 || string > dex_.string(index - 1)) return;
    dex_.strings_sorted = false;
    if (!mutf8_less(dex_.string(index - 1), string))
      reading_.log.note("dex.unsorted_strings", "string", index,
                        "Android refuses a table out of order");
  }

  bool note_missing(std::uint32_t index, std::string_view why) {
    reading_.log.note("dex.string_outside_file", "string", index, why);
    dex_.truncated = true;
    return true;
  }

  Reading& reading_;
  DexFile& dex_;
};

}  // namespace

void read_strings(Reading& reading) { StringTable(reading).read(); }

}  // namespace dex
}  // namespace bartizan::parse
