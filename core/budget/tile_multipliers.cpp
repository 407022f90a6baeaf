// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/budget/tile_multipliers.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <utility>
#include <vector>

namespace axescope {

TileMultipliers::TileMultipliers(const Tiling& tiling, CodeMatrix values) {
  assert(values.cols() == tiling.tiles() && (values.array() >= 1).all());
  if ((values.array() == 1).all()) return;
  tiling_ = tiling;
  values_ = std::move(values);
}

std::span<const std::int16_t> TileMultipliers::ofTiles(std::int64_t channel) const {
  if (allOnes()) return {};
  return {values_.row(channel).data(), static_cast<std::size_t>(values_.cols())};
}

std::int64_t TileMultipliers::largest() const {
  return allOnes() ? 1 : std::int64_t{values_.maxCoeff()};
}

std::int64_t TileMultipliers::largestSum(const Tiling& tiling) const {
  if (allOnes()) return tiling.tiles();
  return values_.cast<std::int64_t>().rowwise().sum().maxCoeff();
}

bool TileMultipliers::fit(std::int64_t channels, const Tiling& tiling) const {
  return allOnes() || (values_.rows() == channels && tiling_ == tiling);
}

CodeMatrix TileMultipliers::values(std::int64_t channels, const Tiling& tiling) const {
  assert(fit(channels, tiling));
  if (allOnes()) return CodeMatrix::Ones(channels, tiling.tiles());
  return values_;
}

TileMultipliers TileMultipliers::of(std::span<const std::int64_t> channels) const {
  if (allOnes()) return {};
  return {tiling_, values_(std::vector<std::int64_t>(channels.begin(), channels.end()), Eigen::all)};
}

TileMultipliers TileMultipliers::middleRows(std::int64_t first, std::int64_t channels) const {
  if (allOnes()) return {};
  return {tiling_, values_.middleRows(first, channels)};
}

TileMultipliers TileMultipliers::repeated(std::int64_t times) const {
  if (allOnes()) return {};
  return {tiling_, values_.replicate(times, 1)};
}

ChannelUnitCodes::ChannelUnitCodes(const CodeMatrix& codes, const TileMultipliers& multipliers) {
  if (multipliers.allOnes()) {
    given_ = &codes;
    return;
  }
  made_.resize(codes.rows(), codes.cols());
  for (Eigen::Index channel = 0; channel < codes.rows(); ++channel) {
    for (Eigen::Index column = 0; column < codes.cols(); ++column) {
      made_(channel, column) =
          static_cast<std::int16_t>(codes(channel, column) * multipliers.ofColumn(channel, column));
    }
  }
}

}  // namespace axescope
