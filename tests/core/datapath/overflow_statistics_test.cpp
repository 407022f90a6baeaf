// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/overflow_statistics.h"

#include <gtest/gtest.h>

namespace axescope {
namespace {

ChannelOverflow example() {
  return {.dotProducts = 10,
          .overflowed = 4,
          .persistent = 3,
          .transient = 1,
          .innerEvents = 8,
          .outerEvents = 2,
          .firstOverflow = 5,
          .largestPartialSum = 100};
}

TEST(OverflowStatistics, MergingAddsCountsAndKeepsTheExtremes) {
  ChannelOverflow sum = example();
  ChannelOverflow other = example();
  other.firstOverflow = 3;
  other.largestPartialSum = 90;
  sum.merge(other);
  EXPECT_EQ(sum, (ChannelOverflow{.dotProducts = 20,
                                  .overflowed = 8,
                                  .persistent = 6,
                                  .transient = 2,
                                  .innerEvents = 16,
                                  .outerEvents = 4,
                                  .firstOverflow = 3,
                                  .largestPartialSum = 100}));
}

TEST(OverflowStatistics, NoOverflowIsNotAnEarlyOne) {
  ChannelOverflow sum = example();
  sum.merge(ChannelOverflow{.dotProducts = 1});
  EXPECT_EQ(sum.firstOverflow, 5);
  ChannelOverflow none;
  none.merge(example());
  EXPECT_EQ(none.firstOverflow, 5);
}

TEST(OverflowStatistics, RatesOverAllChannels) {
  OverflowStatistics statistics{.dotLength = 16, .channels = {example(), {.dotProducts = 10}}, .distributions = {}};
  EXPECT_DOUBLE_EQ(statistics.rate(), 4.0 / 20.0);
  EXPECT_DOUBLE_EQ(statistics.eventsPerMac(), 8.0 / (20.0 * 16.0));
  statistics.merge({});
  EXPECT_EQ(statistics.total().dotProducts, 20);
  OverflowStatistics empty;
  empty.merge(statistics);
  EXPECT_EQ(empty.dotLength, 16);
  EXPECT_EQ(empty.channels, statistics.channels);
  empty.merge(statistics);
  EXPECT_EQ(empty.total().innerEvents, 16);
}

TEST(OverflowStatistics, MedianOverAllChannels) {
  OverflowStatistics statistics = OverflowStatistics::withDistributions(4, 2);
  EXPECT_EQ(statistics.medianFirstOverflow(), -1);
  statistics.distributions[0].firstOverflows = {0, 3, 0, 0};
  statistics.distributions[1].firstOverflows = {0, 0, 0, 4};
  EXPECT_EQ(statistics.medianFirstOverflow(), 3);
  EXPECT_EQ(statistics.distributions[0].medianFirstOverflow(), 1);
  OverflowStatistics sum = OverflowStatistics::withDistributions(4, 2);
  sum.merge(statistics);
  sum.merge(statistics);
  EXPECT_EQ(sum.distributions[1].firstOverflows, (std::vector<std::int64_t>{0, 0, 0, 8}));
}

TEST(OverflowStatistics, NothingEmulatedIsNoOverflow) {
  EXPECT_EQ(OverflowStatistics{}.rate(), 0.0);
  EXPECT_EQ(OverflowStatistics{}.eventsPerMac(), 0.0);
}

}  // namespace
}  // namespace axescope
