// SPDX-License-Identifier: GPL-3.0-or-later
// Points whose network runs in integers from the input's codes to the logits.
#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "core/base/parallel.h"
#include "core/study/measurement.h"
#include "core/study/quantization.h"
#include "core/study/quantized_point.h"
#include "core/study/runner.h"
#include "core/study/study.h"

namespace axescope {
namespace {

namespace fs = std::filesystem;

using Axes = std::map<std::string, std::string>;

const fs::path digits = fs::path(AXESCOPE_SOURCE_DIR) / "samples" / "digits-cnn.h5";

std::unique_ptr<Model> opened(const fs::path& file) {
  auto model = Model::open(file);
  EXPECT_TRUE(model) << model.error().line();
  return model ? *std::move(model) : nullptr;
}

PointSettings settingsOf(const Model& model, const Axes& axes) {
  Study study;
  for (const auto& [key, text] : axes) EXPECT_TRUE(study.set(key, std::string_view(text))) << key;
  const auto points = study.points(model.studyDefaults());
  EXPECT_TRUE(points) << points.error().line();
  return points->front();
}

PointResult measured(const Model& model, const Axes& axes, int threads = 2) {
  PointResult answer;
  const PointSink sink = [&](const PointResult& result) -> Status {
    answer = result;
    return {};
  };
  withThreads(threads, [&] { EXPECT_TRUE(runPoints(model, {settingsOf(model, axes)}, sink, {})); });
  return answer;
}

const Axes wide{
    {"algorithm", "optq"}, {"weight_bits", "8"}, {"activation_bits", "8"}, {"inner_bits", "20"}, {"tile", "64"}};

Axes with(Axes axes, const Axes& more) {
  for (const auto& [key, value] : more) axes[key] = value;
  return axes;
}

TEST(IntegerArithmetic, KeepsTheAccuracyOfFloatArithmeticWithoutAnyFloatOperation) {
  const auto model = opened(digits);
  const PointResult floats = measured(*model, wide);
  const PointResult integers = measured(*model, with(wide, {{"arithmetic", "integer"}}));
  ASSERT_FALSE(integers.failed()) << integers.failure;
  EXPECT_FALSE(floats.measurement.floatOperations.has_value());
  EXPECT_EQ(integers.measurement.floatOperations, 0);
  EXPECT_TRUE(integers.measurement.guaranteed);
  EXPECT_NEAR(*integers.measurement.accuracy, *floats.measurement.accuracy, 0.005);
  EXPECT_GT(*integers.measurement.sqnrDb, *floats.measurement.sqnrDb - 1.0);
  EXPECT_NE(*integers.measurement.sqnrDb, *floats.measurement.sqnrDb);
}

TEST(IntegerArithmetic, GoesWithQuantizedScalesAndNormsAndTheGuarantee) {
  const auto model = opened(digits);
  for (const Axes& more : {Axes{{"scale_quantization", "fixed-point"}, {"scale_bits", "8"}},
                           Axes{{"scale_quantization", "shared"}, {"weight_scale", "budget"}, {"refine", "2"}},
                           Axes{{"scale_quantization", "power-of-two"}, {"fold_batch_norm", "on"}},
                           Axes{{"quant_norm", "fixed-point"}, {"norm_bits", "8"}, {"fold_batch_norm", "off"}},
                           Axes{{"quant_norm", "power-of-two"}, {"activation", "centred"}, {"element_bits", "12"}}}) {
    for (const char* arithmetic : {"float", "integer"}) {
      const PointResult point = measured(*model, with(with(wide, more), {{"arithmetic", arithmetic}}));
      ASSERT_FALSE(point.failed()) << point.failure;
      EXPECT_TRUE(point.measurement.guaranteed);
      EXPECT_GT(*point.measurement.accuracy, 0.94) << more.begin()->second << ' ' << arithmetic;
    }
  }
}

TEST(IntegerArithmetic, IsTheSameTwiceAndOnOneOrTwoThreads) {
  const auto model = opened(digits);
  const PointSettings settings = settingsOf(*model, with(wide, {{"arithmetic", "integer"}, {"eval_samples", "100"}}));
  const PointSettings key = preparationKey(settings);
  const auto preparation = Preparation::make(*model, key, *planMemory(*model, key, 0, 1), {});
  ASSERT_TRUE(preparation);
  const auto quantized = std::move(quantizeModels(*model, *preparation, std::span(&settings, 1), {}).front());
  ASSERT_TRUE(quantized);
  const auto network = integerNetwork(*preparation, *quantized, settings);
  ASSERT_TRUE(network) << network.error().line();
  std::vector<std::optional<IntegerLayer>> layers(quantized->size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (!quantized->has(i)) continue;
    const auto layer = quantized->layer(i);
    ASSERT_TRUE(layer) << layer.error().line();
    layers[i].emplace(IntegerLayer::exact(model->dump().layers()[i], **layer));
  }
  const LayerFunctions functions{
      .integers = [&](std::size_t layer, const CodeTensor& input, const CodeScaling& scaling,
                      CodeTensor& output) { return layers[layer]->run(input, scaling, output, nullptr); },
      .floats = {}};
  const auto logits = [&](int threads) {
    MatrixF rows(100, 10);
    withThreads(threads, [&] {
      ASSERT_TRUE(forwardAll(*network, 8, model->evaluationLoader(), 100, functions, intoRows(rows), {}));
    });
    return rows;
  };
  const MatrixF once = logits(2);
  EXPECT_GT(once.cwiseAbs().maxCoeff(), 0.0F);
  EXPECT_EQ(logits(2), once);
  EXPECT_EQ(logits(1), once);
}

TEST(IntegerArithmetic, NarrowAccumulatorsOverflowInItToo) {
  const auto model = opened(digits);
  const Axes narrow{{"constraint", "none"}, {"inner_bits", "11"}, {"arithmetic", "integer"}};
  const PointResult point = measured(*model, narrow);
  EXPECT_FALSE(point.measurement.guaranteed);
  EXPECT_LT(*point.measurement.accuracy, 0.6);
  EXPECT_GT(*point.measurement.overflowRate, 0.05);
}

TEST(IntegerArithmetic, TellsWhatALanguageModelLeavesInFloat) {
  const auto model = opened(digits.parent_path() / "text-lm.h5");
  const Axes axes = with(wide, {{"arithmetic", "integer"}, {"eval_samples", "8"}});
  const PointResult point = measured(*model, axes);
  ASSERT_FALSE(point.failed()) << point.failure;
  ASSERT_TRUE(point.measurement.floatOperations.has_value());
  const auto file = quantizePoint(*model, settingsOf(*model, axes), std::string(), 0, {});
  ASSERT_TRUE(file);
  EXPECT_EQ(static_cast<double>(file->floatOperations->size()), *point.measurement.floatOperations);
  std::map<std::string, int> ops;
  for (const FloatOperation& one : *file->floatOperations) ++ops[one.op];
  EXPECT_GT(ops["embedding"], 0);
  EXPECT_GT(ops["attention"], 0);
  EXPECT_EQ(ops["linear"], 1) << "the last layer, which stays in float";
  EXPECT_EQ(ops["gelu"], 0);
}

TEST(IntegerArithmetic, NeedsCalibrationInputsOfTheNetwork) {
  const auto model = opened(digits.parent_path() / "fir-bank.h5");
  const PointResult point = measured(*model, {{"arithmetic", "integer"}});
  EXPECT_NE(point.failure.find("--arithmetic"), std::string::npos) << point.failure;
}

}  // namespace
}  // namespace axescope
