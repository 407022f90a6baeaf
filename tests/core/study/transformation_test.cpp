// SPDX-License-Identifier: GPL-3.0-or-later
// Transforms as settings of a point: the float function stays, what is off changes nothing, files stay true.
#include "core/study/transformation.h"

#include <cmath>
#include <mutex>

#include <gtest/gtest.h>

#include "core/base/parallel.h"
#include "core/hdf5/writer.h"
#include "core/network/evaluation.h"
#include "core/study/measurement.h"
#include "core/study/quantization.h"
#include "core/study/quantized_point.h"
#include "core/study/runner.h"
#include "core/study/study.h"

namespace axescope {
namespace {

using Axes = std::vector<std::pair<std::string, std::string>>;

std::unique_ptr<Model> open(const std::string& path) {
  auto opened = Model::open(path);
  EXPECT_TRUE(opened.has_value()) << opened.error().line();
  return opened ? std::move(*opened) : nullptr;
}

std::unique_ptr<Model> openSample(const char* sample) {
  return open(std::string(AXESCOPE_SOURCE_DIR) + "/samples/" + sample);
}

std::vector<PointSettings> points(const Axes& axes, bool canPropagate = true) {
  Study study;
  for (const auto& [key, text] : axes) EXPECT_TRUE(study.set(key, std::string_view(text)).has_value()) << key;
  auto made = study.points({.propagation = canPropagate});
  EXPECT_TRUE(made.has_value());
  return *made;
}

Result<Preparation> prepare(const Model& model, const PointSettings& settings) {
  const PointSettings key = preparationKey(settings);
  return Preparation::make(model, key, *planMemory(model, key, 0, 2), {});
}

const std::vector<Axes>& transforms() {
  static const std::vector<Axes> all{{{"equalize", "20"}},
                                     {{"smooth_quant", "0.5"}},
                                     {{"hadamard", "on"}},
                                     {{"tile_balance", "on"}, {"tile", "16"}},
                                     {{"equalize", "3"},
                                      {"smooth_quant", "0.8"},
                                      {"hadamard", "on"},
                                      {"fold_batch_norm", "on"},
                                      {"tile_balance", "on"},
                                      {"tile", "32"}}};
  return all;
}

TEST(Transformation, LeavesTheFloatFunctionOfTheDigitsNetwork) {
  const auto model = openSample("digits-cnn.h5");
  ASSERT_TRUE(model);
  const auto before = model->floatRun(100, {})->outputs;
  for (const Axes& axes : transforms()) {
    const PointSettings settings = points(axes).front();
    const auto preparation = prepare(*model, settings);
    ASSERT_TRUE(preparation) << preparation.error().line();
    ASSERT_NE(preparation->network(), model->network());
    const Network& network = *preparation->network();
    const auto after = forwardAll(network, model->evaluationLoader(), 100, network.floatLayers(), {});
    ASSERT_TRUE(after) << after.error().line();
    EXPECT_LT((*after - *before).cwiseAbs().maxCoeff(), 1e-4F * before->cwiseAbs().maxCoeff()) << axes.front().first;
    EXPECT_NE(*after, *before) << axes.front().first << " did nothing";
  }
}

TEST(Transformation, OffIsTheModelItself) {
  const auto model = openSample("digits-cnn.h5");
  ASSERT_TRUE(model);
  const auto preparation = prepare(*model, points({}).front());
  ASSERT_TRUE(preparation);
  EXPECT_EQ(preparation->network(), model->network());
  for (std::size_t layer = 0; layer < preparation->layerCount(); ++layer) {
    EXPECT_FALSE(preparation->layer(layer).transform.changesInput());
    EXPECT_EQ(*preparation->tensors(layer), *model->network()->layer(layer));
  }
}

std::vector<PointResult> run(const Model& model, const std::vector<PointSettings>& settings) {
  std::vector<PointResult> results;
  std::mutex mutex;
  const PointSink sink = [&](const PointResult& result) -> Status {
    EXPECT_FALSE(result.failed()) << result.failure;
    const std::scoped_lock lock(mutex);
    results.push_back(result);
    return {};
  };
  withThreads(2, [&] { EXPECT_TRUE(runPoints(model, settings, sink, {}).has_value()); });
  std::ranges::sort(results, {}, [](const PointResult& r) { return toJson(r.settings); });
  return results;
}

// The digits network has no batch norm: everything goes the transformed way and comes out bit for bit the same.
TEST(Transformation, ThatFindsNothingToDoGivesTheSameBits) {
  const auto model = openSample("digits-cnn.h5");
  ASSERT_TRUE(model);
  for (const char* propagate : {"on", "off"}) {
    const Axes axes{
        {"propagate", propagate}, {"calibration_samples", "64"}, {"eval_samples", "150"},      {"inner_bits", "12,16"},
        {"tile", "32"},           {"constraint", "none,axe"},    {"fold_batch_norm", "off,on"}};
    const auto results = run(*model, points(axes));
    ASSERT_EQ(results.size(), 8U);
    for (std::size_t i = 0; i < 4; ++i) {
      const PointResult& off = results[i];
      PointSettings wanted = off.settings;
      wanted.foldBatchNorm = !wanted.foldBatchNorm;
      const auto on = std::ranges::find(results, wanted, &PointResult::settings);
      ASSERT_NE(on, results.end());
      EXPECT_EQ(on->measurement.accuracy, off.measurement.accuracy);
      EXPECT_EQ(on->measurement.error, off.measurement.error);
      EXPECT_EQ(on->measurement.sqnrDb, off.measurement.sqnrDb);
    }
  }
}

TEST(Transformation, WideCodesThroughTransformedLayersComeNearTheFloatNetwork) {
  const auto model = openSample("digits-cnn.h5");
  ASSERT_TRUE(model);
  for (const char* propagate : {"on", "off"}) {
    for (Axes axes : transforms()) {
      axes.insert(axes.end(), {{"propagate", propagate},
                               {"weight_bits", "8"},
                               {"inner_bits", "32"},
                               {"constraint", "none"},
                               {"eval_samples", "200"},
                               {"calibration_samples", "128"}});
      const auto results = run(*model, points(axes));
      ASSERT_EQ(results.size(), 1U);
      EXPECT_GT(*results.front().measurement.sqnrDb, 20.0) << axes.front().first;
      EXPECT_LT(*results.front().measurement.error, 0.1) << axes.front().first;
    }
  }
}

// Layers with inputs of their own and no graph: the error of the statistics is the one through the datapath.
TEST(Transformation, OfLayersWithoutAGraphIsMeasuredAsItIsQuantized) {
  const auto model = openSample("fir-bank.h5");
  ASSERT_TRUE(model);
  const auto results = run(*model, points({{"smooth_quant", "0,0.5"},
                                           {"hadamard", "off,on"},
                                           {"tile_balance", "off,on"},
                                           {"tile", "16"},
                                           {"constraint", "none"},
                                           {"weight_bits", "8"},
                                           {"inner_bits", "32"}},
                                          false));
  ASSERT_EQ(results.size(), 8U);
  for (const PointResult& result : results) {
    EXPECT_NEAR(*result.measurement.sqnrDb, -20.0 * std::log10(*result.measurement.error), 0.01);
  }
}

TEST(Transformation, PointsWithEqualTransformsSharePreparations) {
  PointSettings a;
  PointSettings b = a;
  b.biasCorrection = true;
  b.innerBits = 12;
  EXPECT_EQ(preparationKey(a), preparationKey(b));
  for (const Axes& axes : transforms()) {
    EXPECT_NE(preparationKey(points(axes).front()), preparationKey(a)) << axes.front().first;
    EXPECT_NE(quantizationKey(points(axes).front()), quantizationKey(points({}).front())) << axes.front().first;
  }
}

TEST(Transformation, RotatedInputsNeedCodesWithBothSigns) {
  PointSettings settings;
  settings.hadamard = true;
  EXPECT_TRUE(validate(settings));
  settings.activation = ActivationEncoding::unsignedSymmetric;
  ASSERT_FALSE(validate(settings));
  EXPECT_EQ(validate(settings).error().object, "--hadamard");
}

TEST(Transformation, TilesAreBalancedForTheTilesOfThePoint) {
  const PointSettings narrow = points({{"tile_balance", "on"}, {"tile", "16"}}).front();
  PointSettings wide = narrow;
  wide.tileSize = 32;
  EXPECT_NE(preparationKey(narrow), preparationKey(wide));
  PointSettings whole = narrow;
  whole.tileSize = 0;
  EXPECT_FALSE(canonical(whole).tileBalance) << "one tile has nothing to balance";
  whole.overrides = "hidden:tile=32";
  EXPECT_TRUE(canonical(whole).tileBalance);
  EXPECT_EQ(preparationKey(whole).overrides, "hidden:tile=32");
}

// y = s_x s (Σ q (x_int − z)) + b with x_int of the inputs as the file says: divided, rotated, reordered, quantized.
TEST(Transformation, AQuantizedFileSaysWhatItsCodesMean) {
  const auto model = openSample("fir-bank.h5");
  ASSERT_TRUE(model);
  const PointSettings settings = points({{"smooth_quant", "0.5"},
                                         {"hadamard", "on"},
                                         {"tile_balance", "on"},
                                         {"tile", "16"},
                                         {"weight_bits", "8"},
                                         {"constraint", "none"},
                                         {"inner_bits", "32"}},
                                        false)
                                     .front();
  const auto point = quantizePoint(*model, settings, "{}", 5, {});
  ASSERT_TRUE(point) << point.error().line();
  const std::string path = ::testing::TempDir() + "transformed.h5";
  ASSERT_TRUE(writeQuantizedFile(path, point->file));
  const auto file = readQuantizedFile(path);
  ASSERT_TRUE(file) << file.error().line();
  std::size_t transformed = 0;
  for (const QuantizedFileLayer& layer : file->layers) {
    if (layer.info.kind != LayerKind::linear) continue;
    ++transformed;
    ASSERT_EQ(layer.inputScaling.size(), static_cast<std::size_t>(layer.info.inputs));
    const std::size_t index = *model->dump().layerIndex(layer.info.name);
    const LayerTensors original = *model->dump().loadLayer(index);
    Tensor x = *model->dump().loadLayerInput(index, 0, 5);
    const Eigen::Map<const MatrixF> inputs(x.data.data(), 5, layer.info.inputs);
    const MatrixD wanted = inputs.cast<double>() * original.weight.cast<double>().transpose();
    LayerTransform transform;
    transform.divisors = layer.inputScaling;
    transform.rotation = layer.inputRotation;
    transform.order = layer.inputPermutation;
    EXPECT_FALSE(transform.order.empty());
    Tensor seen = x;
    transformInput(layer.info, transform, seen);
    std::vector<std::int16_t> codes(seen.data.size());
    layer.input.quantize(seen.data, codes);
    EXPECT_EQ(codes, layer.inputCodes);
    const Eigen::Map<const CodeMatrix> stored(codes.data(), 5, layer.info.inputs);
    MatrixD found = layer.input.scale *
                    (stored.cast<double>().array() - static_cast<double>(layer.input.zeroPoint)).matrix() *
                    layer.codes.cast<double>().transpose();
    for (Eigen::Index c = 0; c < found.cols(); ++c) found.col(c) *= layer.weightScale[static_cast<std::size_t>(c)];
    EXPECT_LT((found - wanted).norm(), 0.05 * wanted.norm()) << layer.info.name;
  }
  EXPECT_GT(transformed, 0U);
}

// Layers of eight inputs: plain, with weight scales of its own, with a quantizer of its own, and without inputs.
std::string craftedDump(bool withUnseen) {
  const std::string path = ::testing::TempDir() + (withUnseen ? "given_unseen.h5" : "given.h5");
  auto writer = hdf5::Writer::create(path);
  EXPECT_TRUE(writer);
  EXPECT_TRUE(writer->attribute("/", "format", std::string("axescope-dump")));
  EXPECT_TRUE(writer->attribute("/", "version", std::int64_t{1}));
  EXPECT_TRUE(writer->attribute("/", "model", std::string("given")));
  EXPECT_TRUE(writer->attribute("/", "task", std::string("none")));
  const std::vector<std::int64_t> weightShape{4, 8};
  const std::vector<std::int64_t> inputShape{20, 8};
  const std::vector<std::int64_t> scaleShape{4};
  std::vector<std::string> names{"plain", "scaled", "seen"};
  if (withUnseen) names.emplace_back("unseen");
  for (const std::string& name : names) {
    const std::string group = "/layers/" + name;
    std::vector<float> weight;
    std::vector<float> input;
    for (int i = 0; i < 32; ++i) weight.push_back(std::sin(static_cast<float>(7 * i)));
    for (int i = 0; i < 160; ++i) input.push_back(std::sin(static_cast<float>(5 * i)) * static_cast<float>(i % 8));
    EXPECT_TRUE(writer->group(group));
    EXPECT_TRUE(writer->attribute(group, "kind", std::string("linear")));
    EXPECT_TRUE(writer->attribute(group, "axis_order", std::string("OI")));
    EXPECT_TRUE(writer->tensor(group + "/weight", weightShape, std::span<const float>(weight)));
    if (name != "unseen") {
      EXPECT_TRUE(writer->tensor(group + "/input", inputShape, std::span<const float>(input)));
    }
    if (name == "scaled") {
      const std::vector<double> scales(4, 0.125);
      EXPECT_TRUE(writer->tensor(group + "/weight_scale", scaleShape, std::span<const double>(scales)));
    }
    if (name == "seen") {
      EXPECT_TRUE(writer->attribute(group, "input_scale", 0.05));
      EXPECT_TRUE(writer->attribute(group, "input_zero_point", std::int64_t{0}));
      EXPECT_TRUE(writer->attribute(group, "input_signed", std::int64_t{1}));
      EXPECT_TRUE(writer->attribute(group, "input_bits", std::int64_t{8}));
    }
  }
  EXPECT_TRUE(writer->commit());
  return path;
}

TEST(Transformation, LeavesLayersWithGivenScalesOrQuantizersAsTheyAre) {
  const auto model = open(craftedDump(false));
  ASSERT_TRUE(model);
  const auto preparation = prepare(*model, points({{"smooth_quant", "0.5"}, {"hadamard", "on"}}, false).front());
  ASSERT_TRUE(preparation) << preparation.error().line();
  for (std::size_t i = 0; i < preparation->layerCount(); ++i) {
    const LayerTensors original = *model->dump().loadLayer(i);
    const bool plain = model->dump().layers()[i].name == "plain";
    EXPECT_EQ(preparation->layer(i).transform.changesInput(), plain);
    EXPECT_EQ((*preparation->tensors(i))->weight != original.weight, plain);
  }
}

// A quantized file holds no float layer: what one of them took up would be lost.
TEST(Transformation, TouchesOnlyLayersThatAreQuantized) {
  const auto model = openSample("digits-cnn.h5");
  ASSERT_TRUE(model);
  const auto preparation = prepare(
      *model, points({{"equalize", "20"}, {"smooth_quant", "0.5"}, {"hadamard", "on"}, {"layers", "hidden"}}).front());
  ASSERT_TRUE(preparation) << preparation.error().line();
  for (std::size_t i = 0; i < preparation->layerCount(); ++i) {
    const bool changed = model->dump().layers()[i].name == "hidden";
    EXPECT_EQ((*preparation->network()->layer(i))->weight != (*model->network()->layer(i))->weight, changed);
    EXPECT_EQ(preparation->layer(i).transform.divisors.empty(), !changed) << "executed, not absorbed";
    EXPECT_TRUE(preparation->layer(i).transform.absorbed.empty());
  }
}

TEST(Transformation, SmoothQuantNeedsCalibrationInputs) {
  const auto model = open(craftedDump(true));
  ASSERT_TRUE(model);
  const auto refused = prepare(*model, points({{"smooth_quant", "0.5"}, {"algorithm", "rtn"}}, false).front());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalidArgument);
  EXPECT_NE(refused.error().line().find("--smooth-quant"), std::string::npos) << refused.error().line();
}

}  // namespace
}  // namespace axescope
