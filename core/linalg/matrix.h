// SPDX-License-Identifier: GPL-3.0-or-later
// Dense matrices, row-major as in the dumps, and tensors of any rank.
#pragma once

#include <cstdint>
#include <functional>
#include <numeric>
#include <span>
#include <vector>

#include <Eigen/Core>

namespace axescope {

using MatrixF = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using MatrixD = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using VectorD = Eigen::VectorXd;
/// Integer codes of weights or activations: 16 bits hold every format of 1 to 16 bits that is offered.
using CodeMatrix = Eigen::Matrix<std::int16_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using AccumulatorMatrix = Eigen::Matrix<std::int64_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Row-major array of float32 of any rank; axis 0 is the sample.
struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<float> data;

  std::int64_t size() const {
    return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
  }
  /// Number of values in one sample.
  std::int64_t sampleSize() const {
    return shape.empty() ? 1 : std::accumulate(shape.begin() + 1, shape.end(), std::int64_t{1}, std::multiplies<>());
  }
  std::int64_t samples() const { return shape.empty() ? 1 : shape.front(); }
  /// A copy of samples [first, first + count).
  Tensor slice(std::int64_t first, std::int64_t count) const {
    Tensor part{shape, {}};
    part.shape.front() = count;
    const auto begin = data.begin() + first * sampleSize();
    part.data.assign(begin, begin + count * sampleSize());
    return part;
  }
};

}  // namespace axescope
