// SPDX-License-Identifier: GPL-3.0-or-later
// Everything that defines one point of a study. How each setting is named, shown, checked and read is said once, in
// setting_schema.h.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/error.h"
#include "core/datapath/datapath.h"
#include "core/number/integer_range.h"
#include "core/number/range_observer.h"
#include "core/ptq/quantize_layer.h"

namespace axescope {

enum class Propagation {
  automatic,  // on where the file has a graph and calibration inputs
  on,         // X̃ comes from the network with the earlier layers quantized
  off,        // each layer's inputs come from the float network, or from the layer's own dump
};

enum class LastLayer {
  automatic,  // floating for language modeling
  quantized,  // like the others
  floating,   // the layer that makes the network's outputs stays in float
};

struct PointSettings {
  Algorithm algorithm = Algorithm::optq;
  Constraint constraint = Constraint::axe;
  int weightBits = 4;
  int activationBits = 8;
  int innerBits = 16;         // 0: each layer the exact smallest safe width of its codes
  int outerBits = 0;          // 0: the exact smallest safe width
  std::int64_t tileSize = 0;  // 0: full K
  Overflow overflow = Overflow::wrap;
  ActivationEncoding activation = ActivationEncoding::asymmetric;
  ActivationRangeRule activationRange = ActivationRangeRule::percentile;
  double percentile = 99.999;  // of the percentile rule
  bool activationDynamic = false;
  WeightScale weightScale = WeightScale::absmax;
  GroupScale groupScale = GroupScale::off;
  int refineSweeps = 0;
  int trainingSteps = 200;  // of a2q and a2q-plus
  Preprocess preprocess = Preprocess::none;
  double magrAlpha = 1e-3;
  WeightRange weightRange = WeightRange::narrow;
  WeightQuantizer weightQuantizer = WeightQuantizer::uniform;
  bool actOrder = false;
  double damping = 0.01;
  ErrorReference errorReference = ErrorReference::original;
  Slack slack = Slack::floor;
  bool foldBatchNorm = false;
  int equalizeIterations = 0;  // 0: off
  double smoothQuant = 0.0;    // α; 0: off
  bool hadamard = false;
  int attentionBits = 0;  // of the operands of attention's products; 0: float
  bool biasCorrection = false;
  Propagation propagation = Propagation::automatic;
  std::string layers = "*";  // glob of the layers to quantize; the others stay in float
  LastLayer lastLayer = LastLayer::automatic;
  std::string skipLayers;  // glob of layers quantized at skipBits instead, with 32-bit accumulators
  int skipBits = 8;
  std::string overrides;                // widths of single layers, see layer_overrides.h
  std::int64_t evaluationSamples = 0;   // 0: all
  std::int64_t calibrationSamples = 0;  // 0: all
  std::int64_t seed = 0;                // 0: the first calibration samples; else a random choice of them

  friend bool operator==(const PointSettings&, const PointSettings&) = default;
};

/// Whether a layer's codes fit the 16 bits in which they are kept. Of an automatic quantizer those count that do.
/// Errors: invalidArgument with --weight-bits as object.
Status checkWeightFormat(int weightBits, WeightQuantizer quantizer, GroupScale groups);

/// Ranges and combinations. The error's object is the flag.
Status validate(const PointSettings& settings);

/// Settings that cannot influence the result at their defaults, so that equal work is recognised as equal: round to
/// nearest has no act-order unless a strict clip makes its codes depend on their order, and so on. a2q and a2q-plus
/// have their own constraint: all but `none` become the one whose budget and rounding they share and start from,
/// ep-init-a2q and ep-init. `propagation` and `lastLayer` must be
/// resolved.
PointSettings canonical(PointSettings settings);

/// The part that decides the codes: datapath and evaluation at their defaults where they do not matter.
PointSettings quantizationKey(PointSettings settings);

/// Glob with * and ?, matching a whole name.
bool globMatches(const std::string& pattern, const std::string& name);

}  // namespace axescope
