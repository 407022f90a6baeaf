// SPDX-License-Identifier: GPL-3.0-or-later
// What a layer's calibration inputs say, gathered once and shared by every point that sees the same inputs.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/bounded_cache.h"
#include "core/base/error.h"
#include "core/ptq/feedback.h"
#include "core/ptq/statistics.h"

namespace axescope {

/// Feedback matrices of a layer's groups under one choice of algorithm, act-order and damping.
using LayerFeedback = std::vector<Feedback>;

/// Statistics by group, and the feedback matrices made of them.
class LayerInputs {
 public:
  explicit LayerInputs(std::vector<InputStatistics> groups) : groups_(std::move(groups)) {}

  const std::vector<InputStatistics>& groups() const { return groups_; }
  /// Computed on first use; safe from several threads. Errors: numerical, naming the layer.
  Result<std::shared_ptr<const LayerFeedback>> feedbackFor(const FeedbackOptions& options,
                                                           const std::string& name) const;
  /// Of statistics and matrices so far.
  std::int64_t bytes() const;

 private:
  struct Made {
    FeedbackOptions options;
    std::shared_ptr<const LayerFeedback> matrices;
  };
  std::vector<InputStatistics> groups_;
  mutable std::mutex mutex_;
  mutable std::vector<Made> made_;
};

/// Of a study's layers.
using LayerInputsCache = BoundedCache<LayerInputs>;

}  // namespace axescope
