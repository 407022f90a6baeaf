// SPDX-License-Identifier: GPL-3.0-or-later
// Operations of a point and their prices.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>

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

/// The same for a finished point, whose transforms are made again where it has any. Errors: those of transforms.
Result<NetworkCounts> countPoint(const Model& model, const PointResult& point, const Job& job);

/// Layers as settings alone tell them, before any code is chosen: outer widths ⌈P_I + log₂(K/T)⌉, core/README.md (5),
/// inner ones that are auto by the data type (1).
std::vector<LayerMeasurement> expectedLayers(const Model& model, const PointSettings& settings);

/// The prices of counts under every model that comes with the program. Never fails: those tables are sound.
void priceBuiltin(const NetworkCounts& counts, Measurement& measurement);

}  // namespace axescope
