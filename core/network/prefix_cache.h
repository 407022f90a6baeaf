// SPDX-License-Identifier: GPL-3.0-or-later
// Evaluations that begin alike need not begin anew: the state of the evaluation samples where two of them part is kept,
// within a bound of memory, for those that come after.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/network/evaluation.h"

namespace axescope {

/// By number of nodes done, 0 … nodes: a digest of all that decides the values then, the samples included. Equal
/// digests mean equal values.
using PrefixKeys = std::vector<std::string>;

/// Shared by threads.
class PrefixCache {
 public:
  explicit PrefixCache(std::int64_t mostBytes) : mostBytes_(mostBytes) {}

  /// Runs forwardAll() from the longest prefix that is kept. A prefix is kept once a second evaluation has it: what
  /// nobody shares takes no memory.
  Status forward(const Network& network, const BatchLoader& load, std::int64_t count, const LayerFunction& layer,
                 const PrefixKeys& keys, const OutputVisitor& visit, const Job& job);

 private:
  struct Kept {
    std::string key;
    std::shared_ptr<const NetworkState> state;
    std::int64_t bytes = 0;
    std::uint64_t lastUse = 0;
  };
  std::shared_ptr<const NetworkState> longestKept(const PrefixKeys& keys);
  std::size_t placeToKeep(const Network& network, std::int64_t count, const PrefixKeys& keys, std::size_t after);
  bool makeRoom(std::int64_t bytes);

  std::int64_t mostBytes_;
  std::mutex mutex_;
  std::int64_t promised_ = 0;  // bytes of states that are being made
  std::vector<Kept> kept_;
  std::uint64_t uses_ = 0;
  std::unordered_set<std::string> seen_;
};

}  // namespace axescope
