// SPDX-License-Identifier: GPL-3.0-or-later
// The whole grid of widths, tiles and weight bits: eight minutes of one processor, so not among the fast tests. Prints
// its extremes.
#include <algorithm>
#include <iostream>

#include "against_published.h"

namespace axescope {
namespace {

using testing::AgainstPublished;

TEST(AgainstPublishedGrid, NeverWorseByMoreThanHalfAPercent) {
  const AgainstPublished layer;
  for (const Constraint constraint : {Constraint::axe, Constraint::axeInputs}) {
    double best = 1.0;
    double worst = 0.0;
    int points = 0;
    for (std::size_t algorithm = 0; algorithm < AgainstPublished::algorithms.size(); ++algorithm) {
      for (int innerBits = 12; innerBits <= 20; ++innerBits) {
        for (const std::int64_t tileSize : {32, 64, 128, 0}) {
          for (const int weightBits : {3, 4, 6, 8}) {
            const double ratio = layer.ours(algorithm, innerBits, tileSize, weightBits, constraint) /
                                 layer.published(algorithm, innerBits, tileSize, weightBits);
            EXPECT_LE(ratio, 1.005) << innerBits << 'x' << tileSize << " W" << weightBits;
            best = std::min(best, ratio);
            worst = std::max(worst, ratio);
            ++points;
          }
        }
      }
    }
    std::cout << (constraint == Constraint::axe ? "axe" : "axe-inputs") << ": " << points << " points, error " << best
              << " to " << worst << " of published AXE's\n";
  }
}

}  // namespace
}  // namespace axescope
