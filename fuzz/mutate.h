// Mutants of an input: the same ones in every run with the same seed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <random>
#include <vector>

namespace bartizan::fuzz {

using Input = std::vector<std::uint8_t>;

inline std::size_t below(std::mt19937& random, std::size_t bound) { return random() % bound; }

// Values that break length fields: none, one, the edges of signed and unsigned.
inline constexpr std::uint32_t kEdges[] = {0,      1,      0x7f,       0x80,       0xff,
                                           0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff};

// A piece of `from` laid over a place of `input`, such as one header over the next.
inline void splice(const Input& from, Input& input, std::mt19937& random) {
  if (from.empty() || input.empty()) return;
  const std::size_t at = below(random, from.size());
  const std::size_t length = std::min({4 + below(random, 60), from.size() - at, input.size()});
  const std::size_t to = below(random, input.size() - length + 1);
  const Input piece(from.begin() + static_cast<std::ptrdiff_t>(at),
                    from.begin() + static_cast<std::ptrdiff_t>(at + length));
  std::copy(piece.begin(), piece.end(), input.begin() + static_cast<std::ptrdiff_t>(to));
}

// One of: a bit, a byte, an edge value over four bytes, a cut, a piece laid over another place, a
// piece repeated.
inline void change(Input& input, std::mt19937& random) {
  const std::size_t at = below(random, input.size());
  switch (below(random, 6)) {
    case 0:
      input[at] ^= static_cast<std::uint8_t>(1U << below(random, 8));
      break;
    case 1:
      input[at] = static_cast<std::uint8_t>(random());
      break;
    case 2: {
      const std::uint32_t edge = kEdges[below(random, std::size(kEdges))];
      for (std::size_t i = 0; i < 4 && at + i < input.size(); ++i)
        input[at + i] = static_cast<std::uint8_t>(edge >> (8 * i));
      break;
    }
    case 3:
      input.resize(at);
      break;
    case 4:
      splice(Input(input), input, random);
      break;
    default: {
      const std::size_t length = std::min<std::size_t>(1 + below(random, 64), input.size() - at);
      const Input piece(input.begin() + static_cast<std::ptrdiff_t>(at),
                        input.begin() + static_cast<std::ptrdiff_t>(at + length));
      input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), piece.begin(), piece.end());
    }
  }
}

// One to `most` changes.
inline Input mutate(const Input& original, std::mt19937& random, std::size_t most = 8) {
  Input input = original;
  for (std::size_t changes = 1 + below(random, most); changes > 0 && !input.empty(); --changes)
    change(input, random);
  input.shrink_to_fit();  // so that the address sanitizer sees a read past the end
  return input;
}

}  // namespace bartizan::fuzz
