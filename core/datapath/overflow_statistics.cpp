// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/overflow_statistics.h"

#include <algorithm>
#include <cassert>
#include <cstddef>

namespace axescope {

void ChannelOverflow::merge(const ChannelOverflow& other) {
  dotProducts += other.dotProducts;
  overflowed += other.overflowed;
  persistent += other.persistent;
  transient += other.transient;
  innerEvents += other.innerEvents;
  outerEvents += other.outerEvents;
  if (firstOverflow < 0 || (other.firstOverflow >= 0 && other.firstOverflow < firstOverflow)) {
    firstOverflow = other.firstOverflow;
  }
  largestPartialSum = std::max(largestPartialSum, other.largestPartialSum);
}

OverflowStatistics OverflowStatistics::withDistributions(std::int64_t dotLength, std::int64_t channelCount) {
  OverflowStatistics statistics{.dotLength = dotLength, .channels = {}, .distributions = {}};
  statistics.channels.resize(static_cast<std::size_t>(channelCount));
  statistics.distributions.resize(static_cast<std::size_t>(channelCount));
  return statistics;
}

ChannelOverflow OverflowStatistics::total() const {
  ChannelOverflow sum;
  for (const ChannelOverflow& channel : channels) sum.merge(channel);
  return sum;
}

double OverflowStatistics::rate() const {
  const ChannelOverflow sum = total();
  return sum.dotProducts == 0 ? 0.0 : static_cast<double>(sum.overflowed) / static_cast<double>(sum.dotProducts);
}

double OverflowStatistics::eventsPerMac() const {
  const ChannelOverflow sum = total();
  const double macs = static_cast<double>(sum.dotProducts) * static_cast<double>(dotLength);
  return macs == 0.0 ? 0.0 : static_cast<double>(sum.innerEvents) / macs;
}

std::int64_t OverflowStatistics::medianFirstOverflow() const {
  OverflowDistribution firsts;
  for (const OverflowDistribution& channel : distributions) {
    firsts.merge({.firstOverflows = channel.firstOverflows, .tiles = {}});
  }
  return firsts.medianFirstOverflow();
}

void OverflowStatistics::merge(const OverflowStatistics& other) {
  if (other.channels.empty()) return;
  if (channels.empty()) {
    *this = other;
    return;
  }
  assert(channels.size() == other.channels.size() && dotLength == other.dotLength);
  for (std::size_t c = 0; c < channels.size(); ++c) channels[c].merge(other.channels[c]);
  assert(distributions.size() == other.distributions.size());
  for (std::size_t c = 0; c < distributions.size(); ++c) distributions[c].merge(other.distributions[c]);
}

}  // namespace axescope
