// SPDX-License-Identifier: GPL-3.0-or-later
// How many points are worked on at once, and what is kept between them, so that a study stays within its memory.
#pragma once

#include <cstdint>
#include <limits>

#include "core/base/error.h"
#include "core/study/model.h"
#include "core/study/settings.h"

namespace axescope {

struct MemoryPlan {
  std::int64_t layerInputs = 0;  // bytes for statistics and matrices of layers with inputs of their own
  std::int64_t evaluation = 0;   // bytes for what evaluation may keep between points
  /// Without propagation: statistics of the network's layers are kept for all points; else each batch gathers them
  /// anew, layer by layer.
  bool keepsStatistics = true;
  std::int64_t codes =
      std::numeric_limits<std::int64_t>::max();  // bytes of a point's codes in memory; more go to a file
  int workers = 1;                               // batches of points side by side
  int pointsAtOnce = 1;                          // points of a batch, quantized together
};

/// Half of the machine's memory: what a study may use unless told otherwise.
std::int64_t defaultMemory();

/// Of float weights that a network keeps in memory, in a study of so much memory (bytes, 0: defaultMemory()).
std::int64_t mostWeightBytes(std::int64_t memory);
/// The same where every layer is wanted a few times at most.
std::int64_t mostWeightBytesOfOnePoint(std::int64_t memory);

/// From the sizes of the selected layers, of calibration samples and of the network's values; `key` from
/// preparationKey(), memory in bytes (0: defaultMemory()). Where memory is short, statistics are gathered again and
/// codes wait in a file before anything is refused. Errors: tooLarge, where not even one point fits, with what it would
/// take.
Result<MemoryPlan> planMemory(const Model& model, const PointSettings& key, std::int64_t memory, int threads);

/// Of a point alone: nothing large is kept for others, so that what it takes does not grow with the number of layers.
Result<MemoryPlan> planOnePoint(const Model& model, const PointSettings& key, std::int64_t memory);

}  // namespace axescope
