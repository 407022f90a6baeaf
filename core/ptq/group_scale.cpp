// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/group_scale.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>

namespace axescope {

namespace {

// Ascending.
std::span<const std::int16_t> allowedMultipliers(GroupScale groups) {
  static const std::vector<std::int16_t> integers{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  static const std::vector<std::int16_t> shifts{1, 2, 4, 8};
  return groups == GroupScale::integer ? integers : shifts;
}

// Of tiles with these largest magnitudes; `most` is the largest of them and gets the multiplier that is returned.
std::int16_t chooseMultipliers(std::span<const double> magnitudes, double most, GroupScale groups,
                               std::span<std::int16_t> multipliers) {
  const std::span<const std::int16_t> allowed = allowedMultipliers(groups);
  int common = allowed.back();
  for (std::size_t t = 0; t < magnitudes.size(); ++t) {
    multipliers[t] =
        *std::ranges::find_if(allowed, [&](std::int16_t m) { return m * most >= allowed.back() * magnitudes[t]; });
    if (magnitudes[t] > 0.0) common = std::gcd(common, static_cast<int>(multipliers[t]));
  }
  for (std::size_t t = 0; t < magnitudes.size(); ++t) {
    // A tile of zeros has nothing to scale.
    multipliers[t] = static_cast<std::int16_t>(magnitudes[t] > 0.0 ? multipliers[t] / common : 1);
  }
  return static_cast<std::int16_t>(allowed.back() / common);
}

}  // namespace

std::int64_t largestMultiplier(GroupScale groups) {
  return groups == GroupScale::off ? 1 : allowedMultipliers(groups).back();
}

GroupedScales groupedScales(const MatrixF& weight, const WeightLevels& levels, WeightScaleRule rule, GroupScale groups,
                            const Tiling& tiling) {
  if (groups == GroupScale::off || tiling.tiles() == 1) return {weightScales(weight, levels, rule), {}};
  const std::int64_t last = -levels.range().low;
  assert(last * largestMultiplier(groups) <= -twosComplement(mostCodeBits).low);
  const auto end = static_cast<double>(last);
  CodeMatrix multipliers = CodeMatrix::Ones(weight.rows(), tiling.tiles());
  std::vector<double> scales(static_cast<std::size_t>(weight.rows()), 1.0);
  std::vector<double> magnitudes(static_cast<std::size_t>(tiling.tiles()));
  for (Eigen::Index c = 0; c < weight.rows(); ++c) {
    const std::span row(weight.data() + c * weight.cols(), static_cast<std::size_t>(weight.cols()));
    for (std::int64_t t = 0; t < tiling.tiles(); ++t) {
      const auto begin = static_cast<std::size_t>(tiling.begin(t));
      magnitudes[static_cast<std::size_t>(t)] =
          largestMagnitude(row.subspan(begin, static_cast<std::size_t>(tiling.end(t)) - begin));
    }
    const double most = *std::ranges::max_element(magnitudes);
    if (most == 0.0) continue;
    const std::span<std::int16_t> ofTiles(&multipliers(c, 0), magnitudes.size());
    const double start = most / end / chooseMultipliers(magnitudes, most, groups, ofTiles);
    scales[static_cast<std::size_t>(c)] =
        rule == WeightScaleRule::absmax ? start : leastErrorScale(row, start, levels, tiling.tileSize, ofTiles);
  }
  return {std::move(scales), TileMultipliers(tiling, std::move(multipliers))};
}

}  // namespace axescope
