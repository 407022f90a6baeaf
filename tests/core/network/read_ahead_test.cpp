// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/read_ahead.h"

#include <atomic>
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace axescope {
namespace {

using testing::ElementsAre;

Result<Tensor> loadCount(std::int64_t, std::int64_t count) {
  return Tensor{{count}, {}};
}

TEST(ReadAhead, DeliversAllBatchesInOrder) {
  ReadAhead reader(loadCount, 10, 4, 2);
  std::vector<std::int64_t> firsts;
  std::vector<std::int64_t> counts;
  while (auto batch = reader.next()) {
    firsts.push_back(batch->first);
    counts.push_back(batch->samples->samples());
  }
  EXPECT_THAT(firsts, ElementsAre(0, 4, 8));
  EXPECT_THAT(counts, ElementsAre(4, 4, 2));
}

TEST(ReadAhead, ReadsNoFurtherThanAllowed) {
  std::atomic<int> loads = 0;
  ReadAhead reader(
      [&](std::int64_t first, std::int64_t count) {
        ++loads;
        return loadCount(first, count);
      },
      100, 1, 3);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_LE(loads, 3);
  EXPECT_EQ(reader.next()->first, 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_LE(loads, 4);
}

TEST(ReadAhead, AFailedBatchIsTheLast) {
  ReadAhead reader(
      [](std::int64_t first, std::int64_t count) -> Result<Tensor> {
        if (first == 1) return fail(ErrorCode::corrupt, "f", "o", "e", "g");
        return loadCount(first, count);
      },
      5, 1, 5);
  EXPECT_TRUE(reader.next()->samples);
  EXPECT_EQ(reader.next()->samples.error().code, ErrorCode::corrupt);
  EXPECT_FALSE(reader.next());
}

TEST(ReadAhead, MemoryThatIsNotThereIsAFailedBatch) {
  ReadAhead reader([](std::int64_t, std::int64_t) -> Result<Tensor> { throw std::bad_alloc(); }, 5, 1, 5);
  EXPECT_EQ(reader.next()->samples.error().code, ErrorCode::tooLarge);
  EXPECT_FALSE(reader.next());
}

TEST(ReadAhead, CloseAndDestructionStopTheReader) {
  ReadAhead closed(loadCount, 1'000'000'000, 1, 2);
  closed.close();
  EXPECT_FALSE(closed.next());
  const ReadAhead destroyed(loadCount, 1'000'000'000, 1, 2);
}

}  // namespace
}  // namespace axescope
