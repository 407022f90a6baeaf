// SPDX-License-Identifier: GPL-3.0-or-later
// The calibration samples on their way through the network, layer by layer, in float and, with error propagation, in
// networks whose earlier layers are quantized already.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "core/base/job.h"
#include "core/network/integer_layer.h"
#include "core/network/network.h"

namespace axescope {

/// A value of all samples; the same pointer is the same value.
using CalibrationValue = std::shared_ptr<const Tensor>;

/// One node of the graph that uses a layer; a layer may have several.
struct LayerUse {
  std::size_t layer = 0;
  std::size_t number = 0;                       // 0 … count − 1, in forward order
  std::size_t count = 1;                        // uses of this layer
  CalibrationValue x;                           // its inputs in the float network
  std::span<const CalibrationValue> quantized;  // in each branch; null in one that was given up
};

/// Called for each use of a layer, in forward order, before the layer runs there.
using LayerVisitor = std::function<Status(const LayerUse& use)>;

/// Called for each value of the float network, the input first, before anything reads it.
using ValueVisitor = std::function<void(std::size_t value, const Tensor& all)>;

/// Quantized networks that walk beside the float one. Where they run the same layers on the same values, and where
/// they do what the float network does, the work is done once.
struct CalibrationBranches {
  std::size_t count = 0;
  /// The layer as a branch runs it, asked after the layer's first visit; null for the float one.
  std::function<const IntegerLayer*(std::size_t branch, std::size_t layer)> layer;
  /// False for a branch that was given up: its values end.
  std::function<bool(std::size_t branch)> goesOn;
};

/// Runs all samples through the network node by node, in chunks over the threads of the arena; a value is freed after
/// its last use. Samples may be shaped otherwise than the network's, as Network::resized() allows.
Status walkCalibration(const Network& network, Tensor samples, const CalibrationBranches& branches,
                       const LayerVisitor& visit, const Job& job, const ValueVisitor& visitValue = {});

/// Bytes of the values that one walk of the float network holds at its widest place, per sample.
std::int64_t walkBytesPerSample(const Network& network);

}  // namespace axescope
