// SPDX-License-Identifier: GPL-3.0-or-later
// What can be made again, within a bound of memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "core/base/error.h"

namespace axescope {

/// Values by number: those used longest ago go first and are made again when they are wanted. The one just asked for is
/// always kept, and whoever holds one keeps it alive. Value has bytes(), which may grow. Safe from several threads.
template <class Value>
class BoundedCache {
 public:
  using Make = std::function<Result<std::shared_ptr<const Value>>()>;
  explicit BoundedCache(std::int64_t mostBytes) : mostBytes_(mostBytes) {}

  /// Whoever asks first makes, others wait for it. Errors are make's and are not kept.
  Result<std::shared_ptr<const Value>> get(std::size_t key, const Make& make) {
    std::shared_ptr<Entry> entry;
    {
      const std::scoped_lock lock(mutex_);
      auto& place = entries_[key];
      if (!place) place = std::make_shared<Entry>();
      place->lastUse = ++uses_;
      entry = place;
    }
    std::shared_ptr<const Value> value;
    {
      const std::scoped_lock lock(entry->making);
      if (!entry->value) {
        AXESCOPE_TRY(entry->value, make());
      }
      value = entry->value;
    }
    drop(key);
    return value;
  }

 private:
  struct Entry {
    std::mutex making;
    std::shared_ptr<const Value> value;
    std::uint64_t lastUse = 0;
  };

  void drop(std::size_t kept) {
    const std::scoped_lock lock(mutex_);
    // What is being made at this moment counts when it is there.
    const auto bytes = [](Entry& entry) {
      const std::unique_lock idle(entry.making, std::try_to_lock);
      return idle && entry.value ? entry.value->bytes() : std::int64_t{0};
    };
    while (true) {
      std::int64_t sum = 0;
      auto oldest = entries_.end();
      for (auto at = entries_.begin(); at != entries_.end(); ++at) {
        const std::int64_t here = bytes(*at->second);
        sum += here;
        if (at->first == kept || here == 0) continue;
        if (oldest == entries_.end() || at->second->lastUse < oldest->second->lastUse) oldest = at;
      }
      if (sum <= mostBytes_ || oldest == entries_.end()) return;
      entries_.erase(oldest);
    }
  }

  std::int64_t mostBytes_;
  std::mutex mutex_;
  std::map<std::size_t, std::shared_ptr<Entry>> entries_;
  std::uint64_t uses_ = 0;
};

}  // namespace axescope
