// SPDX-License-Identifier: GPL-3.0-or-later
// Random integer codes for tests of the datapath.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "core/linalg/matrix.h"
#include "core/number/integer_range.h"

namespace axescope {

inline std::int64_t drawBetween(std::int64_t low, std::int64_t high, std::mt19937& generator) {
  return std::uniform_int_distribution<std::int64_t>(low, high)(generator);
}

inline CodeMatrix drawCodes(std::int64_t rows, std::int64_t cols, IntegerRange range, std::mt19937& generator) {
  CodeMatrix codes(rows, cols);
  std::generate(codes.data(), codes.data() + codes.size(),
                [&] { return static_cast<std::int16_t>(drawBetween(range.low, range.high, generator)); });
  return codes;
}

inline std::vector<std::int16_t> drawRow(std::int64_t length, IntegerRange range, std::mt19937& generator) {
  const CodeMatrix row = drawCodes(1, length, range, generator);
  return {row.data(), row.data() + row.size()};
}

}  // namespace axescope
