// SPDX-License-Identifier: GPL-3.0-or-later
// What points with the same inputs share: activation quantizers, input statistics and feedback matrices.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/base/job.h"
#include "core/integer/value_range.h"
#include "core/network/calibration.h"
#include "core/network/layer_statistics.h"
#include "core/study/layer_inputs.h"
#include "core/study/memory_plan.h"
#include "core/study/model.h"
#include "core/study/settings.h"
#include "core/transform/layer_transform.h"

namespace axescope {

/// The settings a Preparation depends on, all others at their defaults.
PointSettings preparationKey(const PointSettings& settings);

/// Stands for a scale that neither data nor file tells. No file accepts it.
inline constexpr double unknownScale = 0.0;

struct PreparedLayer {
  bool quantized = false;     // selected by the settings' globs, and Model::canQuantize()
  ActivationQuantizer input;  // from data or from the file; else its scale is unknownScale, and only its codes count
  bool dynamicInput = false;  // each row has a scale of its own: of `input` only the codes' range counts
  bool hasInputs = false;     // the scale is known, or each row's own
  std::shared_ptr<const LayerTensors> transformed;  // null without transforms: the model's tensors
  LayerTransform transform;                         // what the settings' transforms did to it
  /// With propagation, of a layer that the graph uses several times: the float network's inputs at all uses but the
  /// first, to which each point adds what its quantized layers make of the first.
  std::shared_ptr<const LayerStatistics> laterUses;
};

/// Whether the settings select the layer and something can be said of it.
bool isSelected(const Model& model, const PointSettings& key, std::size_t layer);

class Preparation {
 public:
  /// `key` from preparationKey(), propagation resolved. Errors: those of the data, numerical, cancelled. The model
  /// must outlive it.
  static Result<Preparation> make(const Model& model, const PointSettings& key, const MemoryPlan& plan, const Job& job);

  const PreparedLayer& layer(std::size_t index) const { return layers_[index]; }
  /// Of a layer, as transformed. Errors: those of reading.
  Result<std::shared_ptr<const LayerTensors>> tensors(std::size_t layer) const;
  std::size_t layerCount() const { return layers_.size(); }
  /// The network of the transformed layers, the model's own without transforms; null without a graph. In float it
  /// computes what the model's computes, but for attention that rounds its operands.
  const Network* network() const { return transformed_ ? transformed_.get() : model_->network(); }
  const MemoryPlan& plan() const { return plan_; }
  bool propagates() const { return key_.propagation == Propagation::on; }
  /// The calibration samples, to be walked by each batch of points: with error propagation, and where the plan does not
  /// keep statistics.
  const std::optional<Tensor>& calibration() const { return calibration_; }
  /// With integer arithmetic: by value of the network, the codes of those that no layer's codes stand for.
  const std::vector<ActivationQuantizer>& elements() const { return elements_; }
  /// What the inputs of a layer say, of all its uses; null where the network is walked or without calibration inputs.
  /// Layers with inputs of their own are read when they are asked for, and again where memory did not allow to keep
  /// them. Errors: those of reading, cancelled.
  Result<std::shared_ptr<const LayerInputs>> inputs(std::size_t layer, const Job& job) const;

 private:
  Preparation(const Model& model, PointSettings key, const MemoryPlan& plan);
  Status selectLayers();
  ValueVisitor elementVisitor();
  Status observeOwnInputs(std::size_t layer, const Job& job);
  Result<std::shared_ptr<const LayerInputs>> gatherOwnInputs(std::size_t layer, const Job& job) const;

  const Model* model_;
  PointSettings key_;
  MemoryPlan plan_;
  std::vector<PreparedLayer> layers_;
  std::shared_ptr<const Network> transformed_;  // null without transforms
  std::optional<Tensor> calibration_;
  std::vector<ActivationQuantizer> elements_;                // by value
  std::vector<std::shared_ptr<const LayerInputs>> ofGraph_;  // by layer
  std::unique_ptr<LayerInputsCache> own_;
};

}  // namespace axescope
