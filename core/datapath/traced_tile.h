// SPDX-License-Identifier: GPL-3.0-or-later
// The inner accumulators of one tile, one addition at a time, with everything that overflow statistics ask for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "core/datapath/stepwise_lanes.h"

namespace axescope {

enum class InnerRule { proven, wrap, saturate };

template <class Word>
using Lanes = std::array<Word, static_cast<std::size_t>(stepwiseLanes)>;

template <class Word>
constexpr Word never = std::numeric_limits<Word>::max();

/// Inner accumulators of one tile, one sample in each lane, after its steps.
template <class Word>
struct TileLanes {
  alignas(64) Lanes<Word> content{};
  alignas(64) Lanes<Word> trueSum{};
  alignas(64) Lanes<Word> lowest{};  // of the true sums, 0 included
  alignas(64) Lanes<Word> highest{};
  alignas(64) Lanes<Word> events{};
  alignas(64) Lanes<Word> firstEvent{};  // step within the tile, or never
};

/// q[length], x[length×stepwiseLanes]; no register and no true sum may leave 32 bits.
void addTracedTile(InnerRule rule, const std::int16_t* q, const std::int16_t* x, std::int64_t length, int bits,
                   TileLanes<std::int32_t>& tile);

}  // namespace axescope
