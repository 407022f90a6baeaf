// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/read_ahead.h"

#include <algorithm>
#include <new>
#include <utility>

#include <fmt/format.h>

#include "core/base/thread_start.h"

namespace axescope {

ReadAhead::ReadAhead(BatchLoader load, std::int64_t count, std::int64_t batchSize, std::size_t ahead)
    : load_(std::move(load)), count_(count), batchSize_(batchSize), ahead_(ahead) {
  reader_ = startThread<std::thread>([this] { read(); });
}

ReadAhead::~ReadAhead() {
  close();
  reader_.join();
}

// Nothing may leave the reading thread as an exception.
Result<Tensor> ReadAhead::load(std::int64_t first, std::int64_t count) {
  try {
    return load_(first, count);
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::tooLarge, {}, "samples", fmt::format("memory for {} of them", count), "not enough");
  }
}

void ReadAhead::read() {
  for (std::int64_t first = 0; first < count_; first += batchSize_) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return finished_ || batches_.size() < ahead_; });
      if (finished_) return;
    }
    Batch batch{first, load(first, std::min(batchSize_, count_ - first))};
    const bool failed = !batch.samples;
    const std::lock_guard lock(mutex_);
    batches_.push_back(std::move(batch));
    changed_.notify_all();
    if (failed) break;
  }
  const std::lock_guard lock(mutex_);
  finished_ = true;
  changed_.notify_all();
}

std::optional<Batch> ReadAhead::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return finished_ || !batches_.empty(); });
  if (batches_.empty()) return {};
  Batch batch = std::move(batches_.front());
  batches_.pop_front();
  changed_.notify_all();
  return batch;
}

void ReadAhead::close() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  batches_.clear();
  changed_.notify_all();
}

}  // namespace axescope
