// SPDX-License-Identifier: GPL-3.0-or-later
// One addition at a time, many samples abreast: the same additions as emulateDotProduct in the order in which codes and
// activations lie, with one sample in each lane of the machine's vectors.
#pragma once

#include <cstdint>

#include "core/budget/certificate.h"
#include "core/datapath/datapath.h"
#include "core/datapath/overflow_statistics.h"

namespace axescope {

inline constexpr std::int64_t stepwiseLanes = 128;

/// What the events of the lanes are added to; null is not asked for. dotProducts is the caller's to count.
struct ChannelStatistics {
  ChannelOverflow* counts = nullptr;
  OverflowDistribution* distribution = nullptr;  // only beside counts
};

/// Contents of the outer accumulators of one channel for the samples in the lanes. q[K] are the channel's codes,
/// x[K×stepwiseLanes] the activations, zeros in unused lanes (which never overflow); no product exceeds largestProduct
/// in magnitude. Both may be reordered within the certificate's tiles. results[stepwiseLanes].
void emulateInLanes(const std::int16_t* q, const std::int16_t* x, std::int64_t largestProduct,
                    const Certificate& certificate, std::int64_t channel, const Datapath& datapath,
                    std::int64_t* results, const ChannelStatistics& statistics);

}  // namespace axescope
