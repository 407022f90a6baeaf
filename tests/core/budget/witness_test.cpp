// SPDX-License-Identifier: GPL-3.0-or-later
#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "core/budget/certificate.h"

namespace axescope {
namespace {

TEST(Witness, ChoosesTheEndThatDrivesEachProduct) {
  const std::vector<std::int16_t> codes{3, -2, 0};
  EXPECT_EQ(witness(codes, {-8, 7}, Extreme::highest), (std::vector<std::int16_t>{7, -8, 0}));
  EXPECT_EQ(witness(codes, {-8, 7}, Extreme::lowest), (std::vector<std::int16_t>{-8, 7, 0}));
  EXPECT_EQ(witness(codes, {0, 255}, Extreme::highest), (std::vector<std::int16_t>{255, 0, 0}));
}

TEST(Witness, DotProductIsThePredictedExtreme) {
  std::mt19937 generator(29);
  for (int round = 0; round < 200; ++round) {
    const IntegerRange activations{-static_cast<std::int64_t>(generator() % 300),
                                   static_cast<std::int64_t>(generator() % 300)};
    const auto k = static_cast<Eigen::Index>(1 + generator() % 80);
    CodeMatrix codes(1, k);
    for (Eigen::Index i = 0; i < k; ++i)
      codes(0, i) = static_cast<std::int16_t>(static_cast<int>(generator() % 255) - 127);
    const Certificate certificate(codes, Tiling::of(k, 0), activations, 32, 0);
    const IntegerRange extremes = certificate.sums(0, 0).extremes(activations);
    const std::span row(codes.data(), static_cast<std::size_t>(k));
    const auto highest = witness(row, activations, Extreme::highest);
    const auto lowest = witness(row, activations, Extreme::lowest);
    EXPECT_EQ(std::inner_product(row.begin(), row.end(), highest.begin(), std::int64_t{0}), extremes.high);
    EXPECT_EQ(std::inner_product(row.begin(), row.end(), lowest.begin(), std::int64_t{0}), extremes.low);
  }
}

}  // namespace
}  // namespace axescope
