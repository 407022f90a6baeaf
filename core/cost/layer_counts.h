// SPDX-License-Identifier: GPL-3.0-or-later
// What a linear or convolution layer takes: products, accumulation by tile, and the work outside the accumulators.
#pragma once

#include <cstdint>
#include <vector>

#include "core/cost/operation_count.h"
#include "core/dump/dump.h"

namespace axescope {

/// How a weight enters a product: a multiplication, or what replaces it (arXiv 2404.00103, 1909.13144).
enum class ProductForm {
  multiplication,
  oneShift,   // power-of-two weights
  twoShifts,  // additive powers of two: two shifts and an addition
};

/// What multiplies in place of a float: an integer, or a shift where it is a power of two.
struct IntegerFactor {
  int bits = 31;
  bool isPowerOfTwo = false;
  friend bool operator==(const IntegerFactor&, const IntegerFactor&) = default;
};

/// What a quantized layer's datapath is.
struct LayerArithmetic {
  int weightBits = 8;
  int activationBits = 8;
  int innerBits = 32;
  int outerBits = 32;
  std::int64_t tileSize = 0;  // 0: K
  ProductForm product = ProductForm::multiplication;
  bool zeroPoint = false;      // activation codes have one
  bool dynamicInput = false;   // each row has scale and zero point of its own
  int tileMultiplierBits = 0;  // of group scales; 0: tiles have none
  bool tileMultiplierIsShift = false;
};

/// What is between layers.
struct ElementwiseArithmetic {
  bool isInteger = false;    // else float32, whatever the next members say
  int elementBits = 16;      // of a value that no layer's codes hold
  IntegerFactor scale{};     // of requantization
  IntegerFactor norm{};      // of normalizations' factors
  int sharedMultiplier = 0;  // bits of one more multiplier for a whole layer, where scales share it; 0: none
};

/// Codes of a node's values in an integer network, core/README.md (31).
struct CodesAround {
  std::vector<int> inputBits;     // of each input's codes as they come; 0: float32
  std::vector<bool> isConverted;  // whether they become other codes before the node takes them
  int outputBits = 0;             // 0: float32
  bool runsInFloat = false;
};

/// How often a layer runs for one sample.
struct LayerUseSize {
  std::int64_t dotProducts = 0;  // output elements
  std::int64_t inputs = 0;       // input elements
  std::int64_t rows = 1;         // of a linear layer: samples or tokens
};

/// One use of a quantized layer. MACs = dotProducts · K products and as many inner additions, each register starting at
/// 0; with more than one tile, as many outer additions as tiles. Bias and zero point of static codes are one constant,
/// added once per dot product. In float, input codes are made by multiplication, addition of the zero point and two
/// comparisons per element, of dynamic codes after a search of each row's range. In an integer network (`codes`, else
/// null) sums become the next codes at once, and inputs are converted only where they come in other codes. Bytes: every
/// weight, scale and bias once, inputs once, outputs once.
NodeCounts countQuantizedLayer(const LayerInfo& info, const LayerArithmetic& layer,
                               const ElementwiseArithmetic& elementwise, const LayerUseSize& use,
                               const CodesAround* codes = nullptr);

/// One use of a layer left in float32; in an integer network its codes become floats and floats codes.
NodeCounts countFloatLayer(const LayerInfo& info, const LayerUseSize& use, const CodesAround* codes = nullptr);

}  // namespace axescope
