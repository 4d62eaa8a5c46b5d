#include "base/tlsh.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/crypto.h"

namespace bartizan {
namespace {

constexpr std::size_t kBuckets = 128;  // of the 256, those that count
constexpr std::uint64_t kLeastBytes = 50;
constexpr std::size_t kHexDigits = 70;

// P. Pearson, "Fast Hashing of Variable-Length Text Strings", CACM 33 (6), 1990.
constexpr std::array<std::uint8_t, 256> kPearson = {
    1,   87,  49,  12,  176, 178, 102, 166, 121, 193, 6,   84,  249, 230, 44,  163, 14,  197, 213,
    181, 161, 85,  218, 80,  64,  239, 24,  226, 236, 142, 38,  200, 110, 177, 104, 103, 141, 253,
    255, 50,  77,  101, 81,  18,  45,  96,  31,  222, 25,  107, 190, 70,  86,  237, 240, 34,  72,
    242, 20,  214, 244, 227, 149, 235, 97,  234, 57,  22,  60,  250, 82,  175, 208, 5,   127, 199,
    111, 62,  135, 248, 174, 169, 211, 58,  66,  154, 106, 195, 245, 171, 17,  187, 182, 179, 0,
    243, 132, 56,  148, 75,  128, 133, 158, 100, 130, 126, 91,  13,  153, 246, 216, 219, 119, 68,
    223, 78,  83,  88,  201, 99,  122, 11,  92,  32,  136, 114, 52,  10,  138, 30,  48,  183, 156,
    35,  61,  26,  143, 74,  251, 94,  129, 162, 63,  152, 170, 7,   115, 167, 241, 206, 3,   150,
    55,  59,  151, 220, 90,  53,  23,  131, 125, 173, 15,  238, 79,  95,  89,  16,  105, 137, 225,
    224, 217, 160, 37,  123, 118, 73,  2,   157, 46,  116, 9,   145, 134, 228, 207, 212, 202, 215,
    69,  229, 27,  188, 67,  124, 168, 252, 42,  4,   29,  108, 21,  247, 19,  205, 39,  203, 233,
    40,  186, 147, 198, 192, 155, 33,  164, 191, 98,  204, 165, 180, 117, 76,  140, 36,  210, 172,
    41,  54,  159, 8,   185, 232, 113, 196, 231, 47,  146, 120, 51,  65,  28,  144, 254, 221, 93,
    189, 194, 139, 112, 43,  71,  109, 184, 209};

// The Pearson hash of a salt and one byte; two more bytes follow.
constexpr std::array<std::uint8_t, 256> begun_with(std::uint8_t salt) {
  std::array<std::uint8_t, 256> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = kPearson[kPearson[salt] ^ i];
  return out;
}
constexpr auto kSalt0 = begun_with(0);
constexpr auto kSalt2 = begun_with(2);
constexpr auto kSalt3 = begun_with(3);
constexpr auto kSalt5 = begun_with(5);
constexpr auto kSalt7 = begun_with(7);
constexpr auto kSalt11 = begun_with(11);
constexpr auto kSalt13 = begun_with(13);

std::uint8_t hash(const std::array<std::uint8_t, 256>& begun, std::uint8_t first,
                  std::uint8_t second, std::uint8_t third) {
  return kPearson[kPearson[begun[first] ^ second] ^ third];
}

std::uint8_t length_step(std::uint64_t size) {
  const double bytes = static_cast<double>(size);
  const double step = size <= 656    ? std::log(bytes) / std::log(1.5)
                      : size <= 3199 ? std::log(bytes) / std::log(1.3) - 8.72777
                                     : std::log(bytes) / std::log(1.1) - 62.5472;
  return static_cast<std::uint8_t>(static_cast<int>(std::floor(step)) & 0xff);
}

std::uint8_t swapped(std::uint8_t byte) { return static_cast<std::uint8_t>(byte << 4 | byte >> 4); }

int circular(int a, int b, int range) {
  const int difference = std::abs(a - b);
  return std::min(difference, range - difference);
}

int ratio_distance(int a, int b) {
  const int difference = circular(a, b, 16);
  return difference <= 1 ? difference : (difference - 1) * 12;
}

// Of the four buckets in a byte each: how far apart their quarters lie; from end to end counts 6.
int code_distance(std::uint8_t a, std::uint8_t b) {
  int sum = 0;
  for (int shift = 0; shift < 8; shift += 2) {
    const int difference = std::abs((a >> shift & 3) - (b >> shift & 3));
    sum += difference == 3 ? 6 : difference;
  }
  return sum;
}

}  // namespace

std::string to_string(const TlshDigest& digest) {
  std::array<std::uint8_t, kHexDigits / 2> bytes{
      swapped(digest.checksum), swapped(digest.length),
      static_cast<std::uint8_t>(digest.q1_ratio << 4 | digest.q2_ratio)};
  std::reverse_copy(digest.code.begin(), digest.code.end(), bytes.begin() + 3);
  std::string out = "T1" + hex(bytes);
  for (char& c : out) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

std::optional<TlshDigest> parse_tlsh(std::string_view text) {
  if (text.starts_with("T1")) text.remove_prefix(2);
  if (text.size() != kHexDigits) return std::nullopt;
  const auto bytes = unhex(text);
  if (!bytes.ok()) return std::nullopt;
  TlshDigest out{.checksum = swapped((*bytes)[0]),
                 .length = swapped((*bytes)[1]),
                 .q1_ratio = static_cast<std::uint8_t>((*bytes)[2] >> 4),
                 .q2_ratio = static_cast<std::uint8_t>((*bytes)[2] & 15)};
  std::reverse_copy(bytes->begin() + 3, bytes->end(), out.code.begin());
  return out;
}

int tlsh_distance(const TlshDigest& a, const TlshDigest& b) {
  const int steps = circular(a.length, b.length, 256);
  int sum = steps <= 1 ? steps : steps * 12;
  sum += ratio_distance(a.q1_ratio, b.q1_ratio) + ratio_distance(a.q2_ratio, b.q2_ratio);
  sum += a.checksum == b.checksum ? 0 : 1;
  for (std::size_t i = 0; i < a.code.size(); ++i) sum += code_distance(a.code[i], b.code[i]);
  return sum;
}

void Tlsh::update(Bytes bytes) {
  auto [c1, c2, c3, c4] = window_;
  std::uint8_t checksum = checksum_;
  std::uint64_t size = size_;
  for (const std::uint8_t c0 : bytes) {
    if (size >= window_.size()) {
      checksum = hash(kSalt0, c0, c1, checksum);
      ++counts_[0][hash(kSalt2, c0, c1, c2)];
      ++counts_[1][hash(kSalt3, c0, c1, c3)];
      ++counts_[2][hash(kSalt5, c0, c2, c3)];
      ++counts_[3][hash(kSalt7, c0, c2, c4)];
      ++counts_[4][hash(kSalt11, c0, c1, c4)];
      ++counts_[5][hash(kSalt13, c0, c3, c4)];
    }
    c4 = c3, c3 = c2, c2 = c1, c1 = c0;
    ++size;
  }
  window_ = {c1, c2, c3, c4};
  checksum_ = checksum;
  size_ = size;
}

std::optional<TlshDigest> Tlsh::finish() const {
  std::array<std::uint64_t, kBuckets> buckets{};
  for (std::size_t i = 0; i < kBuckets; ++i) {
    for (const auto& counts : counts_) buckets[i] += counts[i];
  }
  const auto used = std::count_if(buckets.begin(), buckets.end(), [](auto n) { return n != 0; });
  if (size_ < kLeastBytes || static_cast<std::size_t>(used) <= kBuckets / 2) return std::nullopt;
  std::array<std::uint64_t, kBuckets> sorted = buckets;
  std::sort(sorted.begin(), sorted.end());
  const std::uint64_t q1 = sorted[kBuckets / 4 - 1];
  const std::uint64_t q2 = sorted[kBuckets / 2 - 1];
  const std::uint64_t q3 = sorted[kBuckets * 3 / 4 - 1];
  if (q3 == 0) return std::nullopt;
  TlshDigest out{.checksum = checksum_,
                 .length = length_step(size_),
                 .q1_ratio = static_cast<std::uint8_t>(q1 * 100 / q3 % 16),
                 .q2_ratio = static_cast<std::uint8_t>(q2 * 100 / q3 % 16)};
  for (std::size_t i = 0; i < kBuckets; ++i) {
    const std::uint64_t n = buckets[i];
    const int quarter = n > q3 ? 3 : n > q2 ? 2 : n > q1 ? 1 : 0;
    out.code[i / 4] |= static_cast<std::uint8_t>(quarter << (i % 4 * 2));
  }
  return out;
}

}  // namespace bartizan
