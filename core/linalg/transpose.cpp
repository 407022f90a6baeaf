// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linalg/transpose.h"

#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

namespace axescope {

namespace {

// One row of a square tile. Compilers turn the extension into what the machine has.
template <class T, std::size_t side>
struct Lanes {
  using Vector __attribute__((vector_size(side * sizeof(T)))) = T;
};

// Elements of a and b in turn: first[] from the lower halves of both, second[] from the upper ones.
template <class Vector, std::size_t... i>
void zip(const Vector& a, const Vector& b, Vector& first, Vector& second, std::index_sequence<i...> /*lanes*/) {
  constexpr std::size_t side = sizeof...(i);
  first = __builtin_shufflevector(a, b, static_cast<int>(i / 2 + (i % 2) * side)...);
  second = __builtin_shufflevector(a, b, static_cast<int>(side / 2 + i / 2 + (i % 2) * side)...);
}

// Zipping row i with row i + side/2, log2(side) times, turns rows into columns.
template <class T, std::size_t side>
void transposeTile(const T* from, std::int64_t fromStride, T* to, std::int64_t toStride) {
  using Vector = typename Lanes<T, side>::Vector;
  constexpr auto lanes = std::make_index_sequence<side>{};
  std::array<Vector, side> rows;
  for (std::size_t i = 0; i < side; ++i) {
    std::memcpy(&rows[i], from + static_cast<std::int64_t>(i) * fromStride, sizeof(Vector));
  }
#pragma GCC unroll 4
  for (std::size_t stage = 1; stage < side; stage *= 2) {
    std::array<Vector, side> zipped;
#pragma GCC unroll 8
    for (std::size_t i = 0; i < side / 2; ++i) {
      zip(rows[i], rows[i + side / 2], zipped[2 * i], zipped[2 * i + 1], lanes);
    }
    rows = zipped;
  }
  for (std::size_t i = 0; i < side; ++i) {
    std::memcpy(to + static_cast<std::int64_t>(i) * toStride, &rows[i], sizeof(Vector));
  }
}

template <class T>
void transposeEach(const T* from, std::int64_t rows, std::int64_t columns, std::int64_t fromStride, T* to,
                   std::int64_t toStride) {
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      to[column * toStride + row] = from[row * fromStride + column];
    }
  }
}

template <class T, std::size_t side>
void transposeTiles(const T* from, std::int64_t rows, std::int64_t columns, std::int64_t fromStride, T* to,
                    std::int64_t toStride) {
  constexpr auto step = static_cast<std::int64_t>(side);
  const std::int64_t wholeRows = rows / step * step;
  const std::int64_t wholeColumns = columns / step * step;
  // Along the rows inside: what is written next to each other follows each other. Few planes are open at a time, whose
  // distances are often powers of two that share a set of the cache.
  for (std::int64_t column = 0; column < wholeColumns; column += step) {
    T* const target = to + column * toStride;
    for (std::int64_t row = 0; row < wholeRows; row += step) {
      transposeTile<T, side>(from + row * fromStride + column, fromStride, target + row, toStride);
    }
    transposeEach(from + wholeRows * fromStride + column, rows - wholeRows, step, fromStride, target + wholeRows,
                  toStride);
  }
  transposeEach(from + wholeColumns, rows, columns - wholeColumns, fromStride, to + wholeColumns * toStride, toStride);
}

constexpr std::size_t byteSide = 16;
constexpr std::size_t wordSide = 8;

}  // namespace

void transpose(const std::uint8_t* from, std::int64_t rows, std::int64_t columns, std::int64_t fromStride,
               std::uint8_t* to, std::int64_t toStride) {
  transposeTiles<std::uint8_t, byteSide>(from, rows, columns, fromStride, to, toStride);
}

void transpose(const std::int32_t* from, std::int64_t rows, std::int64_t columns, std::int64_t fromStride,
               std::int32_t* to, std::int64_t toStride) {
  transposeTiles<std::int32_t, wordSide>(from, rows, columns, fromStride, to, toStride);
}

void transpose(const float* from, std::int64_t rows, std::int64_t columns, std::int64_t fromStride, float* to,
               std::int64_t toStride) {
  transposeTiles<float, wordSide>(from, rows, columns, fromStride, to, toStride);
}

}  // namespace axescope
