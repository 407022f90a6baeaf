// SPDX-License-Identifier: GPL-3.0-or-later
// What points with the same inputs share: activation quantizers, input statistics and feedback matrices, each
// computed exactly once.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/base/job.h"
#include "core/network/layer_statistics.h"
#include "core/ptq/feedback.h"
#include "core/ptq/statistics.h"
#include "core/study/model.h"
#include "core/study/settings.h"

namespace axescope {

/// The settings a Preparation depends on, all others at their defaults.
PointSettings preparationKey(const PointSettings& settings);

/// Stands for a scale that neither data nor file tells. No file accepts it.
inline constexpr double unknownScale = 0.0;

/// Feedback matrices of a layer's groups under one choice of algorithm, act-order and damping.
using LayerFeedback = std::vector<Feedback>;

struct PreparedLayer {
  bool quantized = false;     // selected by the settings' globs, and Model::canQuantize()
  bool skipped = false;       // quantized at skipBits, 32-bit accumulators
  ActivationQuantizer input;  // from data or from the file; else its scale is unknownScale, and only its codes count
  bool hasInputs = false;     // the scale is known
  std::shared_ptr<const LayerTensors> tensors;
  /// By group, of all uses of the layer; empty with propagation or without calibration inputs.
  std::vector<InputStatistics> statistics;
  /// With propagation, of a layer that the graph uses several times: the float network's inputs at all uses but the
  /// first, to which each point adds what its quantized layers make of the first.
  std::shared_ptr<const LayerStatistics> laterUses;

  /// Computed on first use, then shared; safe from several threads.
  Result<std::shared_ptr<const LayerFeedback>> feedbackFor(const FeedbackOptions& options,
                                                           const std::string& name) const;

 private:
  struct CachedFeedback {
    FeedbackOptions options;
    std::shared_ptr<const LayerFeedback> matrices;
  };
  mutable std::shared_ptr<std::mutex> mutex_ = std::make_shared<std::mutex>();
  mutable std::vector<CachedFeedback> cache_;
};

/// Matrices for each group; errors name the layer.
Result<LayerFeedback> layerFeedback(const std::vector<InputStatistics>& statistics, const FeedbackOptions& options,
                                    const std::string& name);

class Preparation {
 public:
  /// `key` from preparationKey(), propagation resolved. Errors: those of the data, numerical, cancelled.
  static Result<Preparation> make(const Model& model, const PointSettings& key, const Job& job);

  const PreparedLayer& layer(std::size_t index) const { return layers_[index]; }
  std::size_t layerCount() const { return layers_.size(); }
  /// With error propagation: the calibration samples, to be walked by each point.
  const std::optional<Tensor>& calibration() const { return calibration_; }

 private:
  std::vector<PreparedLayer> layers_;
  std::optional<Tensor> calibration_;
};

}  // namespace axescope
