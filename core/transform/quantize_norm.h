// SPDX-License-Identifier: GPL-3.0-or-later
// QuantNorm: the parameters of norms in few bits. After PikeLPN (arXiv 2404.00103); core/README.md (30).
#pragma once

#include "core/transform/transformed_model.h"

namespace axescope {

enum class NormQuantization {
  off,
  fixedPoint,  // integers times one scale of the tensor
  powerOfTwo,  // scales and gains are powers of two, shifts and biases fixed-point
};

inline constexpr int leastNormBits = 2;
inline constexpr int mostNormBits = 16;

/// What a batch norm does to a channel, a = γ/√(σ² + ε) and b = β − aμ, becomes what `bits` signed bits can say, and so
/// do gains and biases of layer_norm and rms_norm. Nodes stay, with params of their own; folding them afterwards
/// carries the quantized a and b into the layer's scales and bias. The float function changes. Nothing without a graph.
/// Errors: those of the params, with the node.
Status quantizeNorms(TransformedModel& model, NormQuantization rule, int bits);

/// The values as the rule leaves them, `exponents` where they may become powers of two: u·S with S = max|v| /
/// (2^(bits−1) − 1), or the nearest ±2^n; zeros stay.
std::vector<float> quantizeNormValues(const std::vector<float>& values, bool exponents, int bits);

}  // namespace axescope
