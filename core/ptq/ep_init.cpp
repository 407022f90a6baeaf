// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/ep_init.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/budget/l1_projection.h"

namespace axescope {

CodeMatrix epInit(const MatrixD& values, const AxeOptions& options, const WeightLevels& codes, L1Budget budget) {
  const double fullRadius = l1Budget(budget, options.innerBits, options.activations);
  constexpr double shrinkage = 0.98;
  // Far beyond any code, and small enough that a radius keeps its digits beside it: values of an absurd scale end in
  // codes like all others.
  constexpr double farBeyondCodes = 1 << 24;
  CodeMatrix result(values.rows(), values.cols());
  for (std::int64_t row = 0; row < values.rows(); ++row) {
    for (std::int64_t tile = 0; tile < options.tiling.tiles(); ++tile) {
      const std::int64_t begin = options.tiling.begin(tile);
      const std::int64_t end = options.tiling.end(tile);
      std::vector<double> part(values.data() + row * values.cols() + begin, values.data() + row * values.cols() + end);
      for (double& value : part) value = std::clamp(value, -farBeyondCodes, farBeyondCodes);
      TileSums sums;
      double radius = fullRadius;
      do {
        sums = {};
        const double lambda = softThreshold(part, radius);
        for (std::int64_t column = begin; column < end; ++column) {
          const double code = codes.towardZero(shrink(part[static_cast<std::size_t>(column - begin)], lambda));
          result(row, column) = static_cast<std::int16_t>(code);
          sums.add(static_cast<std::int64_t>(code));
        }
        radius *= shrinkage;
      } while (!fits(sums.extremes(options.activations), options.innerBits));
    }
  }
  return result;
}

}  // namespace axescope
