// SPDX-License-Identifier: GPL-3.0-or-later
// Storage that is written again instead of returned to the system and zeroed anew.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <mutex>
#include <utility>
#include <vector>

namespace axescope {

/// Storage of this size if there is any, the one given back last: it is the likeliest to be in a cache. Else nothing.
template <class T>
std::vector<T> takeStorage(std::vector<std::vector<T>>& spare, std::int64_t size) {
  const auto found = std::find_if(spare.rbegin(), spare.rend(), [&](const std::vector<T>& storage) {
    return static_cast<std::int64_t>(storage.size()) == size;
  });
  if (found == spare.rend()) return {};
  std::vector<T> storage = std::move(*found);
  spare.erase(std::next(found).base());
  return storage;
}

/// What batches leave to those after them; from many threads at once.
template <class T>
class StoragePool {
 public:
  using Spare = std::vector<std::vector<T>>;

  Spare take() {
    const std::scoped_lock lock(mutex_);
    if (pool_.empty()) return {};
    Spare storage = std::move(pool_.back());
    pool_.pop_back();
    return storage;
  }
  void give(Spare storage) {
    const std::scoped_lock lock(mutex_);
    pool_.push_back(std::move(storage));
  }

 private:
  std::mutex mutex_;
  std::vector<Spare> pool_;
};

}  // namespace axescope
