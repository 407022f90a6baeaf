// SPDX-License-Identifier: GPL-3.0-or-later
// One addition at a time, many samples abreast: the same additions as emulateDotProduct in the natural order, with one
// sample in each lane of the machine's vectors.
#pragma once

#include <cstdint>

#include "core/budget/certificate.h"
#include "core/datapath/datapath.h"
#include "core/datapath/overflow_statistics.h"

namespace axescope {

inline constexpr std::int64_t stepwiseLanes = 128;

/// Contents of the outer accumulators of one channel for the samples in the lanes. q[K] are the channel's codes,
/// x[K×stepwiseLanes] the activations, zeros in unused lanes (which never overflow); no product exceeds largestProduct
/// in magnitude. results[stepwiseLanes]. With `statistics` (may be null) the events of the lanes are added to it;
/// dotProducts is the caller's to count.
void emulateInLanes(const std::int16_t* q, const std::int16_t* x, std::int64_t largestProduct,
                    const Certificate& certificate, std::int64_t channel, const Datapath& datapath,
                    std::int64_t* results, ChannelOverflow* statistics);

}  // namespace axescope
