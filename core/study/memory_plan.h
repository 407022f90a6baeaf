// SPDX-License-Identifier: GPL-3.0-or-later
// How many points are worked on at once, and what is kept between them, so that a study stays within its memory.
#pragma once

#include <cstdint>

#include "core/base/error.h"
#include "core/study/model.h"
#include "core/study/settings.h"

namespace axescope {

struct MemoryPlan {
  std::int64_t layerInputs = 0;  // bytes for statistics and matrices of layers with inputs of their own
  std::int64_t evaluation = 0;   // bytes for what evaluation may keep between points
  int workers = 1;               // batches of points side by side
  int pointsAtOnce = 1;          // points of a batch, quantized together
};

/// Half of the machine's memory: what a study may use unless told otherwise.
std::int64_t defaultMemory();

/// From the sizes of the selected layers, of calibration samples and of the network's values; `key` from
/// preparationKey(), memory in bytes (0: defaultMemory()). Errors: tooLarge, where not even one point fits, with what
/// it would take.
Result<MemoryPlan> planMemory(const Model& model, const PointSettings& key, std::int64_t memory, int threads);

}  // namespace axescope
