// SPDX-License-Identifier: GPL-3.0-or-later
#include "against_published.h"

namespace axescope {
namespace {

using testing::AgainstPublished;

TEST(AgainstPublished, BudgetScalesAndRefinementHaveLessThanHalfTheErrorUnderTightBudgets) {
  const AgainstPublished layer;
  for (std::size_t algorithm = 0; algorithm < AgainstPublished::algorithms.size(); ++algorithm) {
    for (const auto& [innerBits, tileSize] : {std::pair<int, std::int64_t>{16, 0}, {14, 64}}) {
      const double published = layer.published(algorithm, innerBits, tileSize, 4);
      const double axe = layer.ours(algorithm, innerBits, tileSize, 4, Constraint::axe);
      EXPECT_LE(axe, 0.40 * published);
    }
  }
}

TEST(AgainstPublished, TheMetricOfTheInputsIsBetterThanThatOfTheWeights) {
  const AgainstPublished layer(48);
  EXPECT_LT(layer.ours(1, 14, 64, 4, Constraint::axeInputs), 0.96 * layer.ours(1, 14, 64, 4, Constraint::axe));
}

TEST(AgainstPublished, NeverWorseAtTheCornersOfTheGrid) {
  const AgainstPublished layer(48);
  for (const int innerBits : {12, 20}) {
    for (const std::int64_t tileSize : {32, 0}) {
      for (const int weightBits : {3, 8}) {
        EXPECT_LE(layer.ours(1, innerBits, tileSize, weightBits, Constraint::axe),
                  1.005 * layer.published(1, innerBits, tileSize, weightBits))
            << innerBits << 'x' << tileSize << " W" << weightBits;
      }
    }
  }
}

}  // namespace
}  // namespace axescope
