// SPDX-License-Identifier: GPL-3.0-or-later
// One thread reads batches a little ahead of the threads that compute: HDF5 has one lock, so more readers would
// only wait for each other.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "core/base/error.h"
#include "core/linalg/matrix.h"

namespace axescope {

/// Reads samples [first, first + count).
using BatchLoader = std::function<Result<Tensor>(std::int64_t first, std::int64_t count)>;

struct Batch {
  std::int64_t first = 0;  // its first sample
  Result<Tensor> samples;
};

class ReadAhead {
 public:
  /// Starts reading batches of batchSize of the samples [0, count), at most `ahead` of them in memory unread.
  ReadAhead(BatchLoader load, std::int64_t count, std::int64_t batchSize, std::size_t ahead);
  /// Stops reading and joins.
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// The next batch, in order, from any thread; nothing after the last batch, a failed one, or close().
  std::optional<Batch> next();
  void close();

 private:
  void read();
  Result<Tensor> load(std::int64_t first, std::int64_t count);

  BatchLoader load_;
  std::int64_t count_;
  std::int64_t batchSize_;
  std::size_t ahead_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> batches_;
  bool finished_ = false;
  std::thread reader_;
};

}  // namespace axescope
