#include "parse/domain/punycode.h"

#include <cstdint>
#include <limits>

namespace bartizan::parse {
namespace {

// RFC 3492 section 5.
constexpr std::uint32_t kBase = 36;
constexpr std::uint32_t kLeast = 1;  // tmin
constexpr std::uint32_t kMost = 26;  // tmax
constexpr std::uint32_t kSkew = 38;
constexpr std::uint32_t kDamp = 700;
constexpr std::uint32_t kFirstBias = 72;
constexpr std::uint32_t kFirstCodePoint = 0x80;
constexpr std::uint32_t kMaxInteger = std::numeric_limits<std::uint32_t>::max();

std::uint32_t adapt(std::uint32_t delta, std::uint32_t count, bool first) {
  delta /= first ? kDamp : 2;
  delta += delta / count;
  std::uint32_t steps = 0;
  for (; delta > (kBase - kLeast) * kMost / 2; steps += kBase) delta /= kBase - kLeast;
  return steps + (kBase - kLeast + 1) * delta / (delta + kSkew);
}

std::uint32_t threshold(std::uint32_t step, std::uint32_t bias) {
  if (step <= bias) return kLeast;
  return step - bias >= kMost ? kMost : step - bias;
}

// kBase when `c` is no digit.
std::uint32_t digit_value(char c) {
  if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a');
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0') + 26;
  return kBase;
}

char digit(std::uint32_t value) {
  return static_cast<char>(value < 26 ? 'a' + value : '0' + (value - 26));
}

const Error kOverflow{ErrorCode::kInvalid, "a punycode number is too large"};

// A generalized variable-length integer added to `start`; takes its digits from `ascii`.
Result<std::uint32_t> read_number(std::string_view& ascii, std::uint32_t start,
                                  std::uint32_t bias) {
  std::uint32_t value = start;
  std::uint32_t weight = 1;
  for (std::uint32_t step = kBase;; step += kBase) {
    const std::uint32_t next = ascii.empty() ? kBase : digit_value(ascii.front());
    if (next == kBase) return Error{ErrorCode::kInvalid, "a punycode digit is wanted"};
    ascii.remove_prefix(1);
    if (next > (kMaxInteger - value) / weight) return kOverflow;
    value += next * weight;
    const std::uint32_t limit = threshold(step, bias);
    if (next < limit) return value;
    if (weight > kMaxInteger / (kBase - limit)) return kOverflow;
    weight *= kBase - limit;
  }
}

void write_number(std::uint32_t value, std::uint32_t bias, std::string& out) {
  for (std::uint32_t step = kBase;; step += kBase) {
    const std::uint32_t limit = threshold(step, bias);
    if (value < limit) break;
    out += digit(limit + (value - limit) % (kBase - limit));
    value = (value - limit) / (kBase - limit);
  }
  out += digit(value);
}

}  // namespace

Result<std::u32string> decode_punycode(std::string_view ascii) {
  if (ascii.size() > kMaxLabel) return Error{ErrorCode::kLimit, "the label is too long"};
  std::u32string out;
  if (const std::size_t hyphen = ascii.rfind('-'); hyphen != std::string_view::npos) {
    for (const char c : ascii.substr(0, hyphen)) {
      if (static_cast<unsigned char>(c) >= kFirstCodePoint)
        return Error{ErrorCode::kInvalid, "punycode is ASCII"};
      out += static_cast<char32_t>(c);
    }
    ascii.remove_prefix(hyphen + 1);
  }
  std::uint32_t code_point = kFirstCodePoint;
  std::uint32_t place = 0;
  std::uint32_t bias = kFirstBias;
  while (!ascii.empty()) {
    const std::uint32_t before = place;
    BARTIZAN_ASSIGN(place, read_number(ascii, before, bias));
    const auto count = static_cast<std::uint32_t>(out.size()) + 1;
    bias = adapt(place - before, count, before == 0);
    if (place / count > kMaxInteger - code_point) return kOverflow;
    code_point += place / count;
    place %= count;
    if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff))
      return Error{ErrorCode::kInvalid, "punycode names no character"};
    out.insert(place, 1, static_cast<char32_t>(code_point));
    ++place;
  }
  return out;
}

Result<std::string> encode_punycode(std::u32string_view label) {
  if (label.size() > kMaxLabel) return Error{ErrorCode::kLimit, "the label is too long"};
  std::string out;
  for (const char32_t c : label) {
    if (c < kFirstCodePoint) out += static_cast<char>(c);
  }
  const auto basic = static_cast<std::uint32_t>(out.size());
  if (basic > 0) out += '-';
  std::uint32_t code_point = kFirstCodePoint;
  std::uint32_t delta = 0;
  std::uint32_t bias = kFirstBias;
  for (std::uint32_t handled = basic; handled < label.size();) {
    std::uint32_t next = 0x10ffff;
    for (const char32_t c : label) {
      if (c >= code_point && c < next) next = c;
    }
    // At most 1,024 code points of at most 0x10ffff each: the product fits 32 bits.
    delta += (next - code_point) * (handled + 1);
    code_point = next;
    for (const char32_t c : label) {
      if (c < code_point) ++delta;
      if (c != code_point) continue;
      write_number(delta, bias, out);
      bias = adapt(delta, handled + 1, handled == basic);
      delta = 0;
      ++handled;
    }
    ++delta;
    ++code_point;
  }
  return out;
}

}  // namespace bartizan::parse
