// The filters of PNG's rows (section 9 of the specification). Private to the folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace bartizan::parse {

// Undoes filter `type` of a row in its place. `prior` is the row above, undone, of the same size;
// `distance` the bytes from a pixel to the next, 1 for smaller ones. False: there is no such
// filter.
bool undo_png_filter(std::uint8_t type, std::span<std::uint8_t> row, const std::uint8_t* prior,
                     std::size_t distance);

}  // namespace bartizan::parse
