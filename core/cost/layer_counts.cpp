// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/layer_counts.h"

#include <algorithm>

#include "core/budget/tiling.h"
#include "core/cost/requantization_counts.h"

namespace axescope {

namespace {

using enum OperationKind;
using enum OperationRole;

constexpr std::int64_t floatBytes = 4;

std::int64_t bytesOf(std::int64_t count, int bits) {
  constexpr std::int64_t byteBits = 8;
  return (count * bits + byteBits - 1) / byteBits;
}

NodeCounts countsOf(const LayerInfo& info) {
  NodeCounts counts;
  counts.op = name(info.kind);
  counts.widths.k = info.k();
  counts.widths.tileSize = info.k();
  return counts;
}

void addProducts(const LayerArithmetic& layer, std::int64_t macs, NodeCounts& counts) {
  const Operand activation = integerOf(layer.activationBits);
  const int productBits = layer.activationBits + layer.weightBits;
  const Operand weight{layer.product == ProductForm::multiplication ? NumberType::integer : NumberType::powerOfTwo,
                       layer.weightBits};
  switch (layer.product) {
    case ProductForm::multiplication:
      counts.add({multiply, product, activation, weight, macs});
      break;
    case ProductForm::oneShift:
      counts.add({shift, product, activation, weight, macs});
      break;
    case ProductForm::twoShifts:
      counts.add({shift, product, activation, weight, 2 * macs});
      counts.add({add, product, integerOf(productBits), integerOf(productBits), macs});
      break;
  }
  counts.add(
      {add, innerAccumulation, integerOf(layer.innerBits), integerOf(std::min(productBits, layer.innerBits)), macs});
}

void addTiles(const LayerArithmetic& layer, std::int64_t tiles, std::int64_t dotProducts, NodeCounts& counts) {
  if (tiles < 2) return;
  const Operand inner = integerOf(layer.innerBits);
  if (layer.tileMultiplierBits > 0) {
    const Operand multiplier{layer.tileMultiplierIsShift ? NumberType::powerOfTwo : NumberType::integer,
                             layer.tileMultiplierBits};
    counts.add(
        {layer.tileMultiplierIsShift ? shift : multiply, outerAccumulation, inner, multiplier, dotProducts * tiles});
  }
  counts.add({add, outerAccumulation, integerOf(layer.outerBits), inner, dotProducts * tiles});
}

// Float values to codes, and sums of codes to float values.
void addFloatScaling(const LayerArithmetic& layer, const LayerUseSize& use, bool hasBias, NodeCounts& counts) {
  counts.add({multiply, quantization, float32, float32, use.inputs});
  counts.add({compare, quantization, float32, float32, 2 * use.inputs});
  if (layer.zeroPoint) counts.add({add, quantization, float32, float32, use.inputs});
  counts.add({multiply, scaling, float32, float32, use.dotProducts});
  if (layer.dynamicInput) {
    const Operand sum = integerOf(layer.outerBits);
    counts.add({compare, quantization, float32, float32, 2 * use.inputs});  // least and greatest
    counts.add({divide, quantization, float32, float32, 2 * use.rows});     // the scale and one over it
    counts.add({multiply, scaling, float32, float32, use.dotProducts});     // s_t s_c
    if (layer.zeroPoint) {
      counts.add({multiply, zeroPoint, integerOf(layer.activationBits), sum, use.dotProducts});
      counts.add({add, zeroPoint, sum, sum, use.dotProducts});
    }
  }
  const bool foldsZeroPoint = layer.zeroPoint && !layer.dynamicInput;
  if (hasBias || foldsZeroPoint) counts.add({add, bias, float32, float32, use.dotProducts});
}

void addIntegerScaling(const LayerArithmetic& layer, const ElementwiseArithmetic& elementwise, const LayerUseSize& use,
                       bool hasBias, const CodesAround& codes, NodeCounts& counts) {
  const Operand sum = integerOf(layer.outerBits);
  if (hasBias || layer.zeroPoint) counts.add({add, bias, sum, sum, use.dotProducts});
  addConversions(codes, {use.inputs}, elementwise, counts);
  if (elementwise.sharedMultiplier > 0) {
    const int factorBits = elementwise.scale.bits;
    counts.add({multiply, scaling, sum, integerOf(factorBits), use.dotProducts});
    addRequantization(scaling, layer.outerBits + factorBits, {elementwise.sharedMultiplier, false}, use.dotProducts,
                      counts);
  } else {
    addRequantization(scaling, layer.outerBits, elementwise.scale, use.dotProducts, counts);
  }
}

}  // namespace

NodeCounts countQuantizedLayer(const LayerInfo& info, const LayerArithmetic& layer,
                               const ElementwiseArithmetic& elementwise, const LayerUseSize& use,
                               const CodesAround* codes) {
  const Tiling tiling = Tiling::of(info.k(), layer.tileSize);
  NodeCounts counts = countsOf(info);
  counts.widths = {.weightBits = layer.weightBits,
                   .activationBits = layer.activationBits,
                   .innerBits = layer.innerBits,
                   .outerBits = layer.outerBits,
                   .tileSize = tiling.tileSize,
                   .k = info.k()};
  addProducts(layer, use.dotProducts * info.k(), counts);
  addTiles(layer, tiling.tiles(), use.dotProducts, counts);
  const bool isInteger = codes != nullptr && !codes->runsInFloat;
  if (isInteger) {
    addIntegerScaling(layer, elementwise, use, info.hasBias, *codes, counts);
  } else {
    addFloatScaling(layer, use, info.hasBias, counts);
    if (codes != nullptr) addFloatPassage(*codes, {use.inputs}, use.dotProducts, counts);
  }
  const std::int64_t scaleBytes =
      isInteger ? bytesOf(info.channels, elementwise.scale.bits) : info.channels * floatBytes;
  const std::int64_t biasBytes = info.hasBias ? info.channels * floatBytes : 0;
  const std::int64_t multiplierBytes =
      layer.tileMultiplierBits > 0 ? bytesOf(info.channels * tiling.tiles(), layer.tileMultiplierBits) : 0;
  counts.add({byte, weights, integerOf(layer.weightBits), integerOf(layer.weightBits),
              bytesOf(info.weights(), layer.weightBits) + scaleBytes + biasBytes + multiplierBytes});
  const std::int64_t outputBytes =
      isInteger ? bytesOf(use.dotProducts, codes->outputBits) : use.dotProducts * floatBytes;
  counts.add({byte, values, integerOf(layer.activationBits), integerOf(layer.activationBits),
              bytesOf(use.inputs, layer.activationBits) + outputBytes});
  return counts;
}

NodeCounts countFloatLayer(const LayerInfo& info, const LayerUseSize& use, const CodesAround* codes) {
  NodeCounts counts = countsOf(info);
  const std::int64_t macs = use.dotProducts * info.k();
  counts.add({multiply, product, float32, float32, macs});
  counts.add({add, innerAccumulation, float32, float32, macs});
  if (info.hasBias) counts.add({add, bias, float32, float32, use.dotProducts});
  if (codes != nullptr) addFloatPassage(*codes, {use.inputs}, use.dotProducts, counts);
  counts.add({byte, weights, float32, float32, info.parameters() * floatBytes});
  counts.add({byte, values, float32, float32, (use.inputs + use.dotProducts) * floatBytes});
  return counts;
}

}  // namespace axescope
