// SPDX-License-Identifier: GPL-3.0-or-later
// Operations of a point and their prices.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/base/job.h"
#include "core/cost/builtin_cost_models.h"
#include "core/cost/network_counts.h"
#include "core/cost/pricing.h"
#include "core/study/model.h"
#include "core/study/point_result.h"
#include "core/study/settings.h"

namespace axescope {

/// How a layer of the point computes. `measured` tells the widths that settings leave to codes: the inner one where it
/// is auto, the outer one always.
LayerArithmetic layerArithmetic(const LayerInfo& info, const PointSettings& settings, const LayerMeasurement& measured);
/// What is between the point's layers.
ElementwiseArithmetic elementwiseArithmetic(const PointSettings& settings);

/// Operations of one sample. `network` is that of the point's transforms (Preparation::network()), null without a
/// graph; `layers` are those that the point quantizes.
NetworkCounts countPoint(const Model& model, const Network* network, const PointSettings& settings,
                         std::span<const LayerMeasurement> layers);

/// The same for finished points, whose transforms are made again, once for all points that share them.
class PointCounter {
 public:
  /// The model must outlive it.
  explicit PointCounter(const Model& model) : model_(model) {}
  /// Errors: those of transforms, cancelled.
  Result<NetworkCounts> count(const PointResult& point, const Job& job);

 private:
  const Model& model_;
  std::map<std::string, std::shared_ptr<const Network>> networks_;  // by preparation, of points with transforms
};

/// Fills in what finished points cost by a table of the user's. Errors: those of PointCounter and Pricing::price().
Status priceCustom(const Model& model, const CostModel& table, std::span<PointResult> points, const Job& job);

/// The same settings with float32 everywhere between the layers' accumulators: what quantizing that is compared with.
PointSettings withFloatBetweenLayers(PointSettings settings);

/// Layers as settings alone tell them, before any code is chosen, those with an automatic quantizer as uniform ones:
/// outer widths ⌈P_I + log₂(K/T)⌉, core/README.md (5), inner ones that are auto by the data type (1).
std::vector<LayerMeasurement> expectedLayers(const Model& model, const PointSettings& settings);

/// The prices of counts under every model that comes with the program. Never fails: those tables are sound.
void priceBuiltin(const NetworkCounts& counts, Measurement& measurement);

}  // namespace axescope
