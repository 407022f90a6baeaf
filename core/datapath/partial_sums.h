// SPDX-License-Identifier: GPL-3.0-or-later
// Where the partial sums of a tile go, addition by addition, and what the inner register holds instead.
#pragma once

#include <cstdint>
#include <vector>

#include "core/budget/certificate.h"
#include "core/linalg/matrix.h"

namespace axescope {

/// Counts of values in equally wide bins over [range.low, range.high].
struct PartialSumHistogram {
  IntegerRange range;
  std::vector<std::int64_t> counts;
  IntegerRange observed;  // least and most of the values; {0, 0} without any

  std::int64_t total() const;
};

struct PartialSums {
  PartialSumHistogram exact;      // true sums
  PartialSumHistogram wrapped;    // contents of a register that wraps
  PartialSumHistogram saturated;  // contents of one that saturates
  std::int64_t outside = 0;       // true sums beyond the register's range [−2^(P_I−1), 2^(P_I−1) − 1]
};

/// Every partial sum of tile `tile`, in the order of the columns: of the channels [firstChannel, firstChannel +
/// channels) of codes[C×K] with each row of activations[rows×K]. All three histograms have the same bins, over the
/// register's range and whatever true sums lie beyond it. Only the inner width of the datapath is used.
PartialSums tilePartialSums(const CodeMatrix& codes, std::int64_t firstChannel, std::int64_t channels,
                            const CodeMatrix& activations, const Tiling& tiling, std::int64_t tile, int innerBits,
                            int bins);

}  // namespace axescope
