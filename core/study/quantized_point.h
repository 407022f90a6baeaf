// SPDX-License-Identifier: GPL-3.0-or-later
// One point of a study with its integers: what `quantize` writes and what the window inspects.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/dump/quantized_file.h"
#include "core/study/model.h"
#include "core/study/settings.h"

namespace axescope {

struct QuantizedPoint {
  QuantizedFile file;
  std::vector<double> layerErrors;  // by layer of the file: ‖WX − QX̃‖/‖WX‖, or ‖W − Q‖/‖W‖ without inputs
};

QuantizedFileHead quantizedFileHead(const Model& model, const PointSettings& settings, const std::string& provenance);

/// Takes the layers of a quantized point one by one, in the file's order, each with its error.
using QuantizedLayerSink = std::function<Status(QuantizedFileLayer layer, double error)>;

/// Quantizes with one setting, propagation resolved, and hands over layer by layer; what is held meanwhile is about a
/// layer's statistics and the calibration samples at one place of the network, whatever the number of layers. Up to
/// `inputSamples` input samples of each layer are kept as codes: its own, or what the network feeds it. Errors: those
/// of planMemory(), Preparation::make(), quantizeModels() and of the sink.
Status quantizePoint(const Model& model, const PointSettings& settings, std::int64_t inputSamples,
                     const QuantizedLayerSink& sink, const Job& job);

/// The same with all layers in memory.
Result<QuantizedPoint> quantizePoint(const Model& model, const PointSettings& settings, const std::string& provenance,
                                     std::int64_t inputSamples, const Job& job);

}  // namespace axescope
