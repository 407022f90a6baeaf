// SPDX-License-Identifier: GPL-3.0-or-later
// Forward passes over data, and what they score.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
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

/// The network's output for samples [0, count), one row each, over the threads of the arena. Every batch writes its
/// own rows: the result does not depend on the number of threads. Errors: empty (count < 1), cancelled, and those of
/// loading and of the layer function.
Result<MatrixF> forwardAll(const Network& network, const BatchLoader& load, std::int64_t count,
                           const LayerFunction& layer, const Job& job);

/// The same from the middle on: with `start` (may be null, else a state of these `count` samples) nothing before its
/// node is run or loaded. With `keep` (may be null), the state at keep->node, after `start`, is left there.
Result<MatrixF> forwardAll(const Network& network, const BatchLoader& load, std::int64_t count,
                           const LayerFunction& layer, const NetworkState* start, NetworkState* keep, const Job& job);

/// Share of rows whose largest value is at the label's column; the lowest column wins a tie, a row with NaN is wrong.
/// Errors: wrongShape (numbers of rows and labels differ), empty, refused (a label outside the classes).
Result<double> top1(const MatrixF& logits, std::span<const std::int64_t> labels);

/// 10 log10(Σ reference² / Σ (reference − other)²) in float64; infinite for equal matrices. Same sizes.
double sqnrDb(const MatrixF& reference, const MatrixF& other);

}  // namespace axescope
