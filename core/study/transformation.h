// SPDX-License-Identifier: GPL-3.0-or-later
// The settings' function-preserving transforms, applied to a model before anything of it is observed or quantized.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/base/job.h"
#include "core/network/network.h"
#include "core/study/preparation.h"

namespace axescope {

/// Whether the settings ask for any.
bool wantsTransforms(const PointSettings& key);

/// Quantizes norms, folds batch norms, equalizes, smooths and rotates, in this order, as `key` says: selected layers
/// get their new tensors and what was done to them. Layers with given weight scales stay as they are, and so do inputs
/// with a given quantizer. Returns the transformed network, null without a graph. Errors: invalidArgument (SmoothQuant
/// of a layer without calibration inputs), those of the data, cancelled.
Result<std::shared_ptr<const Network>> transformLayers(const Model& model, const PointSettings& key,
                                                       std::vector<PreparedLayer>& layers, const Job& job);

/// Model::streamLayerInput() with the pieces as the transformed layer sees them.
Status streamTransformedInput(const Model& model, std::size_t layer, const LayerTransform& transform,
                              const std::vector<std::int64_t>& chosen, const Job& job,
                              const std::function<Status(const Tensor& piece, std::int64_t first)>& use);

}  // namespace axescope
