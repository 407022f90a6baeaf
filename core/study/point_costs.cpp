// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/point_costs.h"

#include <mutex>
#include <utility>
#include <vector>

#include "core/budget/bounds.h"
#include "core/budget/tiling.h"
#include "core/study/layer_options.h"
#include "core/study/layer_overrides.h"
#include "core/study/preparation.h"
#include "core/study/study.h"
#include "core/study/transformation.h"

namespace axescope {

namespace {

bool hasZeroPoint(const LayerInfo& info, const PointSettings& settings) {
  if (info.givenInputQuantizer) return info.givenInputQuantizer->zeroPoint != 0;
  return settings.activation == ActivationEncoding::asymmetric || settings.activation == ActivationEncoding::centred;
}

Result<std::shared_ptr<const Network>> transformedNetwork(const Model& model, const PointSettings& key,
                                                          const Job& job) {
  std::vector<PreparedLayer> layers(model.dump().layers().size());
  for (std::size_t layer = 0; layer < layers.size(); ++layer) layers[layer].quantized = isSelected(model, key, layer);
  return transformLayers(model, key, layers, job);
}

// Compiled once: tables are tried out when they are, which takes longer than a small point. One thread at a time.
class BuiltinPricing {
 public:
  BuiltinPricing() {
    for (const CostModel& model : builtinCostModels()) models_.push_back(*Pricing::compile(model));
  }

  std::vector<Result<NetworkCost>> price(const NetworkCounts& counts) {
    const std::scoped_lock lock(mutex_);
    std::vector<Result<NetworkCost>> costs;
    for (const Pricing& model : models_) costs.push_back(model.price(counts));
    return costs;
  }

 private:
  std::mutex mutex_;
  std::vector<Pricing> models_;
};

}  // namespace

LayerArithmetic layerArithmetic(const LayerInfo& info, const PointSettings& settings,
                                const LayerMeasurement& measured) {
  const LayerWidths widths = widthsOf(settings, info.name);
  LayerArithmetic layer;
  layer.weightBits = widths.weightBits;
  layer.activationBits = info.givenInputQuantizer ? info.givenInputQuantizer->bits : widths.activationBits;
  layer.innerBits = widths.innerBits == 0 ? measured.smallestInnerBits : widths.innerBits;
  layer.outerBits = measured.outerBits;
  layer.tileSize = widths.tileSize;
  if (measured.weightQuantizer == WeightQuantizer::powerOfTwo) layer.product = ProductForm::oneShift;
  if (measured.weightQuantizer == WeightQuantizer::additivePowerOfTwo) layer.product = ProductForm::twoShifts;
  layer.zeroPoint = hasZeroPoint(info, settings);
  layer.dynamicInput = settings.activationDynamic && info.kind == LayerKind::linear && !info.givenInputQuantizer;
  constexpr int integerMultiplierBits = 4;
  constexpr int shiftDistanceBits = 2;
  if (settings.groupScale != GroupScale::off) {
    layer.tileMultiplierIsShift = settings.groupScale == GroupScale::powerOfTwo;
    layer.tileMultiplierBits = layer.tileMultiplierIsShift ? shiftDistanceBits : integerMultiplierBits;
  }
  return layer;
}

ElementwiseArithmetic elementwiseArithmetic(const PointSettings& settings) {
  ElementwiseArithmetic elementwise;
  elementwise.isInteger = settings.arithmetic == Arithmetic::integer;
  elementwise.elementBits = settings.elementBits;
  const bool shifts = settings.scaleQuantization == ScaleQuantization::powerOfTwo;
  if (settings.scaleQuantization != ScaleQuantization::off) elementwise.scale = {settings.scaleBits, shifts};
  if (settings.scaleQuantization == ScaleQuantization::shared) elementwise.sharedMultiplier = mostScaleBits;
  // A norm's factor a s_x/s_y is one multiplier of the scales' width; a shift where all three are powers of two.
  elementwise.norm = elementwise.scale;
  elementwise.norm.isPowerOfTwo = shifts && settings.quantNorm == NormQuantization::powerOfTwo;
  return elementwise;
}

PointSettings withFloatBetweenLayers(PointSettings settings) {
  const PointSettings plain;
  settings.arithmetic = Arithmetic::floating;
  settings.scaleQuantization = plain.scaleQuantization;
  settings.scaleBits = plain.scaleBits;
  settings.quantNorm = plain.quantNorm;
  settings.normBits = plain.normBits;
  settings.elementBits = plain.elementBits;
  return settings;
}

NetworkCounts countPoint(const Model& model, const Network* network, const PointSettings& settings,
                         std::span<const LayerMeasurement> layers) {
  const std::vector<LayerInfo>& infos = model.dump().layers();
  std::vector<std::optional<LayerArithmetic>> arithmetic(infos.size());
  for (const LayerMeasurement& measured : layers) {
    const auto index = model.dump().layerIndex(measured.layer);
    if (index) arithmetic[*index] = layerArithmetic(infos[*index], settings, measured);
  }
  const ElementwiseArithmetic elementwise = elementwiseArithmetic(settings);
  if (network != nullptr) return countNetwork(*network, arithmetic, elementwise);
  std::vector<std::int64_t> macs(infos.size());
  for (std::size_t layer = 0; layer < infos.size(); ++layer) macs[layer] = model.macsPerSample(layer);
  return countLayers(infos, arithmetic, macs, elementwise);
}

Result<NetworkCounts> PointCounter::count(const PointResult& point, const Job& job) {
  AXESCOPE_CHECK(job.check());
  const PointSettings key = preparationKey(point.settings);
  if (model_.network() == nullptr || !wantsTransforms(key)) {
    return countPoint(model_, model_.network(), point.settings, point.layers);
  }
  std::shared_ptr<const Network>& network = networks_[toJson(key)];
  if (network == nullptr) {
    AXESCOPE_TRY(network, transformedNetwork(model_, key, job));
  }
  return countPoint(model_, network.get(), point.settings, point.layers);
}

Status priceCustom(const Model& model, const CostModel& table, std::span<PointResult> points, const Job& job) {
  AXESCOPE_TRY(const Pricing pricing, Pricing::compile(table));
  PointCounter counter(model);
  for (PointResult& point : points) {
    if (point.failed()) continue;
    AXESCOPE_TRY(const NetworkCounts counts, counter.count(point, job));
    AXESCOPE_TRY(const NetworkCost cost, pricing.price(counts));
    point.measurement.customCost = cost.all.total();
  }
  return {};
}

std::vector<LayerMeasurement> expectedLayers(const Model& model, const PointSettings& settings) {
  const PointSettings key = preparationKey(settings);
  std::vector<LayerMeasurement> layers;
  for (std::size_t index = 0; index < model.dump().layers().size(); ++index) {
    if (!isSelected(model, key, index)) continue;
    const LayerInfo& info = model.dump().layers()[index];
    const Datapath datapath = layerDatapath(info, settings);
    LayerMeasurement layer;
    layer.layer = info.name;
    const WeightQuantizer quantizer = widthsOf(settings, info.name).weightQuantizer;
    if (quantizer != WeightQuantizer::automatic) layer.weightQuantizer = quantizer;
    const LayerArithmetic arithmetic = layerArithmetic(info, settings, layer);
    const Tiling tiling = Tiling::of(info.k(), datapath.tileSize);
    layer.smallestInnerBits = dataTypeBound(tiling.tileSize, {arithmetic.weightBits, layer.weightQuantizer},
                                            arithmetic.activationBits, hasSignedCodes(settings.activation));
    const int inner = datapath.innerBits == 0 ? layer.smallestInnerBits : datapath.innerBits;
    layer.outerBits = datapath.outerBits == 0 ? publishedOuterBits(inner, tiling.tiles()) : datapath.outerBits;
    layers.push_back(std::move(layer));
  }
  return layers;
}

void priceBuiltin(const NetworkCounts& counts, Measurement& measurement) {
  static BuiltinPricing pricing;
  const std::vector<Result<NetworkCost>> costs = pricing.price(counts);
  for (std::size_t i = 0; i < costs.size(); ++i) {
    if (!costs[i]) continue;
    const SharedCost& all = costs[i]->all;
    measurement.costs[i] = all.total();
    if (builtinTables()[i].name == shareCostModel && all.total() > 0.0) {
      measurement.elementwiseShare = all[CostShare::elementwise] / all.total();
    }
  }
}

}  // namespace axescope
