// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/score.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace axescope {
namespace {

TEST(Top1, TheLowestColumnWinsATie) {
  EXPECT_TRUE(isTop1(std::vector<float>{1, 1, 0}, 0));
  EXPECT_FALSE(isTop1(std::vector<float>{1, 1, 0}, 1));
  EXPECT_TRUE(isTop1(std::vector<float>{0, 0, 5}, 2));
}

TEST(Top1, ARowWithNanIsWrong) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(isTop1(std::vector<float>{nan, 1}, 0));
  EXPECT_FALSE(isTop1(std::vector<float>{1, nan}, 0));
}

TEST(Decibels, AreTheRatioOfPowers) {
  EXPECT_NEAR(decibels(25.0, 0.25), 20.0, 1e-9);
  EXPECT_EQ(decibels(25.0, 0.0), std::numeric_limits<double>::infinity());
  EXPECT_EQ(decibels(0.0, 1.0), -std::numeric_limits<double>::infinity());
}

TEST(NextTokenLoss, IsTheTextbookCrossEntropy) {
  constexpr std::size_t length = 7;
  constexpr std::size_t vocabulary = 5;
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0.0F, 4.0F);
  std::vector<float> logits(length * vocabulary);
  for (float& value : logits) value = normal(random);
  std::vector<float> tokens(length);
  for (float& token : tokens) token = static_cast<float>(random() % vocabulary);
  long double expected = 0.0L;
  for (std::size_t t = 0; t + 1 < length; ++t) {
    long double sum = 0.0L;
    for (std::size_t v = 0; v < vocabulary; ++v) sum += std::exp(static_cast<long double>(logits[t * vocabulary + v]));
    const auto next = static_cast<std::size_t>(tokens[t + 1]);
    expected -= std::log(std::exp(static_cast<long double>(logits[t * vocabulary + next])) / sum);
  }
  EXPECT_NEAR(nextTokenLoss(logits, tokens), static_cast<double>(expected), 1e-10);
}

TEST(NextTokenLoss, LargeLogitsDoNotOverflow) {
  EXPECT_NEAR(nextTokenLoss(std::vector<float>{5e4F, 0, 0, 0}, std::vector<float>{0, 0}), 0.0, 1e-12);
  EXPECT_NEAR(nextTokenLoss(std::vector<float>{5e4F, 0, 0, 0}, std::vector<float>{0, 1}), 5e4, 1e-6);
}

TEST(NextTokenLoss, OfOneTokenIsNothing) {
  EXPECT_EQ(nextTokenLoss(std::vector<float>{1, 2}, std::vector<float>{1}), 0.0);
}

}  // namespace
}  // namespace axescope
