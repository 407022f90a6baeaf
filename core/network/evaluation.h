// SPDX-License-Identifier: GPL-3.0-or-later
// Forward passes over data, and what they score.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/job.h"
#include "core/linalg/matrix.h"
#include "core/network/network.h"
#include "core/network/read_ahead.h"

namespace axescope {

/// Samples per batch of a forward pass: as many as keep the network's largest value near the cache, 1 to 32.
/// Depends on the network alone, so that results do not depend on the machine.
std::int64_t forwardBatchSize(const Network& network);

/// The values of many samples in the middle of a network: nodes [0, node) are done.
struct NetworkState {
  std::size_t node = 0;
  std::vector<Tensor> values;  // by value; only those that Network::liveValues(node) names have anything

  /// Of the state that `samples` samples have there.
  static std::int64_t bytes(const Network& network, std::size_t node, std::int64_t samples);
};

/// Takes the outputs of samples from `first` on; called from many threads at once.
using OutputVisitor = std::function<Status(std::int64_t first, const Tensor& outputs)>;

/// Told of each stretch of nodes [first, last) before any sample passes it.
using StageVisitor = std::function<Status(std::size_t first, std::size_t last)>;

/// Runs samples [0, count) over the threads of the arena, batch by batch: what a batch gives does not depend on the
/// number of threads. With `start` (may be null, else a state of these `count` samples) nothing before its node is run
/// or loaded. With `keep` (may be null), the state at keep->node, after `start`, is left there. Without `visit` the
/// pass ends there. Errors: empty (count < 1), cancelled, and those of loading, of the layer function and of the
/// visitor.
Status forwardAll(const Network& network, const BatchLoader& load, std::int64_t count, const LayerFunction& layer,
                  const NetworkState* start, NetworkState* keep, const OutputVisitor& visit, const Job& job);

/// The same from the network's input, by Network::stages(): as many samples as a bound of memory allows for what they
/// leave between stages pass one before any passes the next, so that a network larger than memory is read once for
/// them all and not for each batch. What comes out is the same. `enter` may be null.
Status forwardInStages(const Network& network, const BatchLoader& load, std::int64_t count, const LayerFunction& layer,
                       const StageVisitor& enter, const OutputVisitor& visit, const Job& job);

/// The outputs of all samples, one row each.
Result<MatrixF> forwardAll(const Network& network, const BatchLoader& load, std::int64_t count,
                           const LayerFunction& layer, const Job& job);

/// Writes each sample's outputs to its row of a matrix of their size.
OutputVisitor intoRows(MatrixF& rows);

}  // namespace axescope
