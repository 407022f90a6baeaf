// SPDX-License-Identifier: GPL-3.0-or-later
// Quantized codes through the point's datapath: certificates, task accuracy, errors, overflow.
#pragma once

#include <optional>
#include <vector>

#include "core/base/job.h"
#include "core/network/quantized_model.h"
#include "core/study/evaluation_cache.h"
#include "core/study/point_result.h"
#include "core/study/preparation.h"

namespace axescope {

/// Overflow is counted addition by addition on at most this many samples; accuracy always uses all of them.
inline constexpr std::int64_t overflowSamples = 256;

struct MeasuredPoint {
  Measurement measurement;
  std::vector<LayerMeasurement> layers;
};

/// Where every accumulator is guaranteed the score does not depend on the datapath; it is empty where a layer's
/// activation scale is not known. `exactScore` is shared by points with the same codes: read when this point is
/// guaranteed and it is set, set when this point is guaranteed and it is not. May be null. `cache` is shared by points
/// with the same preparation.
Result<MeasuredPoint> measure(const Model& model, const Preparation& preparation, const QuantizedModel& quantized,
                              const PointSettings& settings, std::optional<Score>* exactScore, EvaluationCache& cache,
                              const Job& job);

}  // namespace axescope
