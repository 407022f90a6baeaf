// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the points of a study in the background, each preparation and each quantization once.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "core/base/job.h"
#include "core/study/model.h"
#include "core/study/point_result.h"

namespace axescope {

struct RunSummary {
  std::size_t finished = 0;  // without the failed ones
  std::size_t failed = 0;
  std::size_t preparations = 0;   // how many were made
  std::size_t quantizations = 0;  // sets of codes, each shared by its points
  /// What all failed points have in common; empty where none failed or their reasons are of different kinds.
  std::optional<ErrorCode> failureCode;
};

/// Receives each point as it ends, from any worker thread. An error stops the run and is returned by it; tooLarge, want
/// of memory, only when it has come back for five seconds of being offered the point again.
using PointSink = std::function<Status(const PointResult&)>;

/// Points come in groups that share preparation and codes, several quantized together, within the arena of the caller
/// and the job's memory. A point that fails has its
/// reason in the result and never stops the others. On a stop request running points are abandoned: cancelled.
/// Errors: cancelled; those of the sink; inUse when someone wrote into the model's file; tooLarge when there is not
/// even memory to say why a point failed.
Result<RunSummary> runPoints(const Model& model, const std::vector<PointSettings>& points, const PointSink& sink,
                             const Job& job);

/// Points of `wanted` whose settings are not among `done`; failed ones are to be tried again.
std::vector<PointSettings> remainingPoints(const std::vector<PointSettings>& wanted,
                                           const std::vector<PointResult>& done);

/// What stays of `done` when `again` is run: all but failed points that are among it.
std::vector<PointResult> keptPoints(std::vector<PointResult> done, const std::vector<PointSettings>& again);

/// Time left, from the pace so far; empty before the first point.
std::optional<std::chrono::duration<double>> remainingTime(std::size_t done, std::size_t total,
                                                           std::chrono::duration<double> spent);

}  // namespace axescope
