// SPDX-License-Identifier: GPL-3.0-or-later
// Overflow counts of emulated dot products. Only channels without a certificate are traced: a certified one counts
// its dot products and nothing else, because nothing else can happen.
#pragma once

#include <cstdint>
#include <vector>

#include "core/datapath/overflow_distribution.h"

namespace axescope {

/// Overflow of one channel, summed over dot products (see DotProductTrace).
struct ChannelOverflow {
  std::int64_t dotProducts = 0;
  std::int64_t overflowed = 0;   // dot products with any inner or outer event
  std::int64_t persistent = 0;   // of those: a final sum out of range
  std::int64_t transient = 0;    // of those: only on the way
  std::int64_t innerEvents = 0;  // additions that left the inner range
  std::int64_t outerEvents = 0;
  std::int64_t firstOverflow = -1;     // smallest position of a first overflow, −1 when none
  std::int64_t largestPartialSum = 0;  // largest |true partial sum| of a tile, 0 for a certified channel
  void merge(const ChannelOverflow& other);
  friend bool operator==(const ChannelOverflow&, const ChannelOverflow&) = default;
};

struct OverflowStatistics {
  std::int64_t dotLength = 0;  // K
  std::vector<ChannelOverflow> channels;
  std::vector<OverflowDistribution> distributions;  // of the channels, or none: not asked for

  /// For `channelCount` channels with their distributions; default construction asks for counts alone.
  static OverflowStatistics withDistributions(std::int64_t dotLength, std::int64_t channelCount);

  /// All channels together.
  ChannelOverflow total() const;
  /// Share of dot products with any overflow, 0 when there were none.
  double rate() const;
  /// Inner events per multiply-accumulate.
  double eventsPerMac() const;
  /// Over all channels, see OverflowDistribution.
  std::int64_t medianFirstOverflow() const;
  void merge(const OverflowStatistics& other);  // other may be empty
};

}  // namespace axescope
