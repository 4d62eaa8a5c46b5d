#include "parse/png/filters.h"

#include <algorithm>
#include <cstdlib>

namespace bartizan::parse {
namespace {

// Of left, above and above left the one nearest to left + above - above left.
std::uint8_t paeth(int left, int above, int corner) {
  const int to_left = std::abs(above - corner);
  const int to_above = std::abs(left - corner);
  const int to_corner = std::abs(left + above - 2 * corner);
  const int nearer = to_above <= to_corner ? above : corner;
  return static_cast<std::uint8_t>(to_left <= to_above && to_left <= to_corner ? left : nearer);
}

// The distance is known at compile time: the channels of a pixel, which do not depend on each
// other, are then undone side by side.
template <std::size_t kDistance>
void undo_average(std::span<std::uint8_t> row, const std::uint8_t* prior) {
  const std::size_t first = std::min(kDistance, row.size());
  for (std::size_t i = 0; i < first; ++i) row[i] = static_cast<std::uint8_t>(row[i] + prior[i] / 2);
  for (std::size_t i = first; i < row.size(); ++i)
    row[i] = static_cast<std::uint8_t>(row[i] + (row[i - kDistance] + prior[i]) / 2);
}

template <std::size_t kDistance>
void undo_paeth(std::span<std::uint8_t> row, const std::uint8_t* prior) {
  const std::size_t first = std::min(kDistance, row.size());
  for (std::size_t i = 0; i < first; ++i) row[i] = static_cast<std::uint8_t>(row[i] + prior[i]);
  int left[kDistance];
  int corner[kDistance];
  for (std::size_t i = 0; i < first; ++i) {
    left[i] = row[i];
    corner[i] = prior[i];
  }
  for (std::size_t at = first; at + kDistance <= row.size(); at += kDistance) {
    for (std::size_t i = 0; i < kDistance; ++i) {
      const int above = prior[at + i];
      left[i] = (row[at + i] + paeth(left[i], above, corner[i])) & 0xff;
      row[at + i] = static_cast<std::uint8_t>(left[i]);
      corner[i] = above;
    }
  }
}

template <std::size_t kDistance>
bool undo(std::uint8_t type, std::span<std::uint8_t> row, const std::uint8_t* prior) {
  switch (type) {
    case 0:
      return true;
    case 1:
      for (std::size_t i = kDistance; i < row.size(); ++i)
        row[i] = static_cast<std::uint8_t>(row[i] + row[i - kDistance]);
      return true;
    case 2:
      for (std::size_t i = 0; i < row.size(); ++i)
        row[i] = static_cast<std::uint8_t>(row[i] + prior[i]);
      return true;
    case 3:
      undo_average<kDistance>(row, prior);
      return true;
    case 4:
      undo_paeth<kDistance>(row, prior);
      return true;
    default:
      return false;
  }
}

}  // namespace

bool undo_png_filter(std::uint8_t type, std::span<std::uint8_t> row, const std::uint8_t* prior,
                     std::size_t distance) {
  switch (distance) {
    case 1:
      return undo<1>(type, row, prior);
    case 2:
      return undo<2>(type, row, prior);
    case 3:
      return undo<3>(type, row, prior);
    case 4:
      return undo<4>(type, row, prior);
    case 6:
      return undo<6>(type, row, prior);
    case 8:
      return undo<8>(type, row, prior);
    default:
      return false;
  }
}

}  // namespace bartizan::parse
