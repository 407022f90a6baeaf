// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/float_reach.h"

#include <algorithm>

#include <fmt/format.h>

namespace axescope {

namespace {

// float32 ends at 3.4e38 and has all its digits down to 1.2e-38. Values of a hundred-millionth of the largest still
// count.
constexpr double most = 1e37;
constexpr double least = 1e-30;

bool isWithin(double value) {
  return value >= least && value <= most;
}

}  // namespace

Status withinFloatReach(const MatrixF& weight, const InputStatistics& statistics) {
  if (weight.size() == 0) return {};
  const double square = statistics.s.diagonal().maxCoeff();
  const auto largest = static_cast<double>(weight.cwiseAbs().maxCoeff());
  if (square == 0.0 || largest == 0.0) return {};  // nothing arrives or nothing is weighed
  const auto terms = static_cast<double>(weight.cols());
  if (isWithin(square) && isWithin(largest * square) && terms * std::max(largest, 1.0) * square <= most) return {};
  return fail(ErrorCode::numerical, {}, {},
              "inputs and weights whose sums of products float32 holds: scale one of them by a power of two",
              fmt::format("squares of an input that add to {:.2g}, weights up to {:.2g}", square, largest));
}

}  // namespace axescope
