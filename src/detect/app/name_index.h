// Names as 64-bit hashes in sorted arrays.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace bartizan::detect {

__extension__ typedef unsigned __int128 DoubleWord;

inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  // Both halves of a product, folded; the constants are odd and have no pattern.
  const DoubleWord product =
      static_cast<DoubleWord>(a ^ 0x9e3779b97f4a7c15) * (b ^ 0xd1342543de82ef95);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Not against an adversary: whoever relies on equality compares the names, and the sorted arrays
// cost no more for names that were made to collide.
inline std::uint64_t hash_name(std::string_view name) {
  std::uint64_t hash = name.size();
  while (name.size() >= sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, name.data(), sizeof word);
    hash = mix(hash, word);
    name.remove_prefix(sizeof word);
  }
  std::uint64_t rest = 0;
  if (!name.empty()) std::memcpy(&rest, name.data(), name.size());
  return mix(hash, rest);
}

// Finds the run of equal keys in a sorted array: by the top bits of the key, then by bisection.
class KeyIndex {
 public:
  KeyIndex() = default;
  // `key_of(i)` is the key of the i-th of `count` items, in ascending order.
  template <typename KeyOf>
  KeyIndex(std::uint32_t count, const KeyOf& key_of) {
    while (bits_ < 24 && (std::uint32_t{1} << bits_) < count) ++bits_;
    starts_.assign((std::size_t{1} << bits_) + 1, count);
    for (std::uint32_t i = count; i-- > 0;) starts_[bucket(key_of(i))] = i;
    for (std::size_t i = starts_.size() - 1; i-- > 0;) {
      if (starts_[i] > starts_[i + 1]) starts_[i] = starts_[i + 1];
    }
  }

  // The items with `key`: first and one past the last.
  template <typename KeyOf>
  std::pair<std::uint32_t, std::uint32_t> find(std::uint64_t key, const KeyOf& key_of) const {
    if (starts_.empty()) return {0, 0};
    const std::uint32_t end = starts_[bucket(key) + 1];
    const std::uint32_t first =
        bisect(starts_[bucket(key)], end, [&](std::uint32_t i) { return key_of(i) < key; });
    const std::uint32_t last =
        bisect(first, end, [&](std::uint32_t i) { return key_of(i) == key; });
    return {first, last};
  }

 private:
  std::size_t bucket(std::uint64_t key) const {
    return bits_ == 0 ? 0 : static_cast<std::size_t>(key >> (64 - bits_));
  }
  // The first for which `before` is false.
  template <typename Before>
  static std::uint32_t bisect(std::uint32_t first, std::uint32_t end, const Before& before) {
    while (first < end) {
      const std::uint32_t middle = first + (end - first) / 2;
      if (before(middle)) {
        first = middle + 1;
      } else {
        end = middle;
      }
    }
    return first;
  }

  unsigned bits_ = 0;
  std::vector<std::uint32_t> starts_;  // by bucket, and the end
};

}  // namespace bartizan::detect
