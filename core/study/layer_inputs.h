// SPDX-License-Identifier: GPL-3.0-or-later
// What a layer's calibration inputs say, gathered once and shared by every point that sees the same inputs.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

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

/// Layers' inputs within a bound of memory: those used longest ago go first and are gathered again when they are
/// wanted. The one just asked for is always kept.
class LayerInputsCache {
 public:
  using Gather = std::function<Result<std::shared_ptr<const LayerInputs>>()>;
  explicit LayerInputsCache(std::int64_t mostBytes) : mostBytes_(mostBytes) {}

  /// Whoever asks first gathers, others wait for it. Errors are gather's and are not kept.
  Result<std::shared_ptr<const LayerInputs>> get(std::size_t layer, const Gather& gather);

 private:
  struct Entry {
    std::mutex gathering;
    std::shared_ptr<const LayerInputs> inputs;
    std::uint64_t lastUse = 0;
  };
  void drop(std::size_t kept);

  std::int64_t mostBytes_;
  std::mutex mutex_;
  std::map<std::size_t, std::shared_ptr<Entry>> entries_;
  std::uint64_t uses_ = 0;
};

}  // namespace axescope
