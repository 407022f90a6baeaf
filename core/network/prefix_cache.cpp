// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/prefix_cache.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace axescope {

namespace {

// Multiply-accumulates of one sample in nodes [first, last).
std::int64_t macs(const Network& network, std::size_t first, std::size_t last) {
  std::int64_t sum = 0;
  for (std::size_t node = first; node < last; ++node) {
    const auto layer = network.nodes()[node].layer;
    if (layer) sum += elements(network.valueShape(node + 1)) * network.layerInfo(*layer).k();
  }
  return sum;
}

// Keeping less of the network's work than this is not worth the memory and the copies.
constexpr std::int64_t leastShare = 16;

constexpr std::size_t mostSeen = 1 << 17;

}  // namespace

std::shared_ptr<const NetworkState> PrefixCache::longestKept(const PrefixKeys& keys) {
  Kept* longest = nullptr;
  for (Kept& kept : kept_) {
    const std::size_t node = kept.state->node;
    if (kept.key == keys[node] && (longest == nullptr || node > longest->state->node)) longest = &kept;
  }
  if (longest == nullptr) return nullptr;
  longest->lastUse = ++uses_;
  return longest->state;
}

// The latest place that an earlier evaluation passed too and whose state fits; `after` where there is none.
std::size_t PrefixCache::placeToKeep(const Network& network, std::int64_t count, const PrefixKeys& keys,
                                     std::size_t after) {
  const std::int64_t worthIt = macs(network, 0, network.nodes().size()) / leastShare;
  for (std::size_t node = keys.size() - 1; node > after; --node) {
    if (!seen_.contains(keys[node])) continue;
    if (macs(network, after, node) <= worthIt) break;
    if (NetworkState::bytes(network, node, count) <= mostBytes_) return node;
  }
  return after;
}

bool PrefixCache::makeRoom(std::int64_t bytes) {
  std::int64_t taken = promised_ + bytes;
  for (const Kept& kept : kept_) taken += kept.bytes;
  while (taken > mostBytes_ && !kept_.empty()) {
    const auto oldest = std::min_element(kept_.begin(), kept_.end(),
                                         [](const Kept& a, const Kept& b) { return a.lastUse < b.lastUse; });
    taken -= oldest->bytes;
    kept_.erase(oldest);
  }
  return taken <= mostBytes_;
}

Status PrefixCache::forward(const Network& network, const BatchLoader& load, std::int64_t count,
                            const LayerFunction& layer, const PrefixKeys& keys, const OutputVisitor& visit,
                            const Job& job) {
  assert(keys.size() == network.nodes().size() + 1);
  std::shared_ptr<const NetworkState> start;
  auto state = std::make_shared<NetworkState>();
  std::int64_t bytes = 0;
  {
    const std::scoped_lock lock(mutex_);
    start = longestKept(keys);
    const std::size_t begin = start ? start->node : 0;
    state->node = placeToKeep(network, count, keys, begin);
    if (seen_.size() < mostSeen) seen_.insert(keys.begin(), keys.end());
    if (state->node > begin) bytes = NetworkState::bytes(network, state->node, count);
    if (!makeRoom(bytes)) bytes = 0;
    promised_ += bytes;
  }
  const bool keeps = bytes > 0;
  Status status = forwardAll(network, load, count, layer, start.get(), keeps ? state.get() : nullptr, visit, job);
  const std::scoped_lock lock(mutex_);
  promised_ -= bytes;
  if (keeps && status) kept_.push_back({keys[state->node], std::move(state), bytes, ++uses_});
  return status;
}

}  // namespace axescope
