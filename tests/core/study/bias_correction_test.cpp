// SPDX-License-Identifier: GPL-3.0-or-later
// Bias correction on the committed samples: convolutions, a depthwise one, linear layers, with and without propagation.
#include <gtest/gtest.h>

#include "core/hdf5/writer.h"
#include "core/network/calibration.h"
#include "core/network/float_layer.h"
#include "core/network/integer_layer.h"
#include "core/study/measurement.h"
#include "core/study/quantization.h"
#include "core/study/study.h"

namespace axescope {
namespace {

std::unique_ptr<Model> open(const char* sample) {
  auto opened = Model::open(std::string(AXESCOPE_SOURCE_DIR) + "/samples/" + sample);
  EXPECT_TRUE(opened.has_value()) << opened.error().line();
  return opened ? std::move(*opened) : nullptr;
}

std::vector<PointSettings> offAndOn(const char* propagate) {
  Study study;
  for (const auto& [key, text] : {std::pair{"propagate", propagate},
                                  {"algorithm", "rtn"},
                                  {"calibration_samples", "96"},
                                  {"inner_bits", "14"},
                                  {"tile", "16"},
                                  {"activation_bits", "5"},
                                  {"bias_correction", "off,on"}}) {
    EXPECT_TRUE(study.set(key, std::string_view(text)).has_value()) << key;
  }
  return *study.points({.propagation = true});
}

Preparation prepare(const Model& model, const PointSettings& settings) {
  const PointSettings key = preparationKey(settings);
  auto made = Preparation::make(model, key, *planMemory(model, key, 0, 2), {});
  EXPECT_TRUE(made) << made.error().line();
  return *std::move(made);
}

std::vector<double> channelMeans(const LayerInfo& info, const Tensor& values) {
  std::vector<double> means(static_cast<std::size_t>(info.channels), 0.0);
  const std::int64_t positions = info.kind == LayerKind::linear ? 1 : values.sampleSize() / info.channels;
  for (std::size_t i = 0; i < values.data.size(); ++i) {
    const auto channel = static_cast<std::int64_t>(i) / positions % info.channels;
    means[static_cast<std::size_t>(channel)] += static_cast<double>(values.data[i]);
  }
  for (double& mean : means) mean *= static_cast<double>(info.channels) / static_cast<double>(values.data.size());
  return means;
}

// Means of what each layer gives, in float and quantized, at the inputs that it was quantized for.
void expectEqualMeans(const Model& model, const Preparation& preparation, const QuantizedModel& quantized,
                      bool propagates, bool expected) {
  std::vector<std::optional<IntegerLayer>> layers(quantized.size());
  for (std::size_t i = 0; i < quantized.size(); ++i) {
    layers[i].emplace(IntegerLayer::exact(model.dump().layers()[i], **quantized.layer(i)));
  }
  const CalibrationBranches branches{.count = 1,
                                     .layer = [&](std::size_t, std::size_t layer) { return &*layers[layer]; },
                                     .goesOn = [](std::size_t) { return true; }};
  const LayerVisitor visit = [&](const LayerUse& use) -> Status {
    const LayerInfo& info = model.dump().layers()[use.layer];
    Tensor reference{*layerOutputShape(info, use.x->shape), {}};
    reference.data.resize(static_cast<std::size_t>(reference.size()));
    AXESCOPE_CHECK(model.network()->floatLayer(use.layer, *use.x, reference));
    Tensor output;
    AXESCOPE_CHECK(layers[use.layer]->run(propagates ? *use.quantized.front() : *use.x, output, nullptr));
    const auto a = channelMeans(info, reference);
    const auto b = channelMeans(info, output);
    double largest = 0.0;
    double size = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      largest = std::max(largest, std::abs(a[i] - b[i]));
      size = std::max(size, std::abs(a[i]));
    }
    if (expected) {
      EXPECT_LT(largest, 1e-5 * size) << info.name;
    } else {
      EXPECT_GT(largest, 1e-4 * size) << info.name;
    }
    return {};
  };
  EXPECT_TRUE(preparation.layerCount() > 0);
  EXPECT_TRUE(walkCalibration(*model.network(), *model.calibrationSamples(96, 0), branches, visit, {}));
}

TEST(BiasCorrection, MakesTheMeanErrorOfEveryLayerVanish) {
  const auto model = open("digits-cnn.h5");
  ASSERT_TRUE(model);
  for (const char* propagate : {"on", "off"}) {
    const auto settings = offAndOn(propagate);
    ASSERT_EQ(settings.size(), 2U);
    const Preparation preparation = prepare(*model, settings.front());
    const auto models = quantizeModels(*model, preparation, settings, {});
    for (std::size_t i = 0; i < settings.size(); ++i) {
      ASSERT_TRUE(models[i]) << models[i].error().line();
      expectEqualMeans(*model, preparation, *models[i], std::string_view(propagate) == "on",
                       settings[i].biasCorrection);
    }
  }
}

TEST(BiasCorrection, ChangesNoCodeWithoutPropagation) {
  const auto model = open("digits-cnn.h5");
  ASSERT_TRUE(model);
  const auto settings = offAndOn("off");
  const auto models = quantizeModels(*model, prepare(*model, settings.front()), settings, {});
  for (std::size_t layer = 0; layer < models[0]->size(); ++layer) {
    EXPECT_EQ((*models[0]->layer(layer))->codes, (*models[1]->layer(layer))->codes);
    EXPECT_NE((*models[0]->layer(layer))->bias, (*models[1]->layer(layer))->bias);
  }
}

// The error of the statistics and the one through the datapath stay the same thing.
TEST(BiasCorrection, TheReportedErrorIsTheOneMeasured) {
  const auto model = open("fir-bank.h5");
  ASSERT_TRUE(model);
  Study study;
  for (const auto& [key, text] : {std::pair{"constraint", "none"},
                                  {"inner_bits", "32"},
                                  {"bias_correction", "off,on"},
                                  {"algorithm", "rtn"},
                                  {"weight_bits", "3"}}) {
    ASSERT_TRUE(study.set(key, std::string_view(text)).has_value());
  }
  const auto settings = *study.points({});
  const Preparation preparation = prepare(*model, settings.front());
  const auto models = quantizeModels(*model, preparation, settings, {});
  EvaluationCache cache(0);
  std::vector<double> errors;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const auto measured = measure(*model, preparation, *models[i], settings[i], nullptr, cache, {});
    ASSERT_TRUE(measured) << measured.error().line();
    errors.push_back(*measured->measurement.error);
    EXPECT_NEAR(*measured->measurement.sqnrDb, -20.0 * std::log10(errors.back()), 0.01);
  }
  EXPECT_LT(errors[1], errors[0]);
}

// Points with the same codes and other biases share an evaluation cache without taking each other's values.
TEST(BiasCorrection, CachedEvaluationsTellBiasesApart) {
  const auto model = open("digits-cnn.h5");
  ASSERT_TRUE(model);
  const auto settings = offAndOn("off");
  const Preparation preparation = prepare(*model, settings.front());
  const auto models = quantizeModels(*model, preparation, settings, {});
  EvaluationCache shared(std::int64_t{1} << 30);
  std::vector<double> sqnr;
  for (const std::size_t i : {0, 1, 0, 1}) {
    EvaluationCache alone(0);
    const auto together = measure(*model, preparation, *models[i], settings[i], nullptr, shared, {});
    const auto fresh = measure(*model, preparation, *models[i], settings[i], nullptr, alone, {});
    ASSERT_TRUE(together && fresh);
    EXPECT_EQ(together->measurement.sqnrDb, fresh->measurement.sqnrDb);
    sqnr.push_back(*fresh->measurement.sqnrDb);
  }
  EXPECT_NE(sqnr[0], sqnr[1]);
}

TEST(BiasCorrection, NeedsCalibrationInputs) {
  const std::string path = ::testing::TempDir() + "weights_only.h5";
  auto writer = hdf5::Writer::create(path);
  ASSERT_TRUE(writer);
  const std::vector<float> weight{1, 2, 3, 4, 5, 6};
  ASSERT_TRUE(writer->attribute("/", "format", std::string("axescope-dump")));
  ASSERT_TRUE(writer->attribute("/", "version", std::int64_t{1}));
  ASSERT_TRUE(writer->attribute("/", "model", std::string("weights")));
  ASSERT_TRUE(writer->attribute("/", "task", std::string("none")));
  ASSERT_TRUE(writer->group("/layers"));
  ASSERT_TRUE(writer->group("/layers/fc"));
  ASSERT_TRUE(writer->attribute("/layers/fc", "kind", std::string("linear")));
  ASSERT_TRUE(writer->attribute("/layers/fc", "axis_order", std::string("OI")));
  ASSERT_TRUE(writer->tensor("/layers/fc/weight", std::vector<std::int64_t>{2, 3}, std::span<const float>(weight)));
  ASSERT_TRUE(writer->commit());
  const auto model = Model::open(path);
  ASSERT_TRUE(model) << model.error().line();
  const auto settings = offAndOn("off");
  const auto models = quantizeModels(**model, prepare(**model, settings.front()), settings, {});
  EXPECT_TRUE(models[0]);
  ASSERT_FALSE(models[1]);
  EXPECT_EQ(models[1].error().code, ErrorCode::invalidArgument);
  EXPECT_NE(models[1].error().line().find("bias correction"), std::string::npos);
}

}  // namespace
}  // namespace axescope
