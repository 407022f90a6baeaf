// SPDX-License-Identifier: GPL-3.0-or-later
// Networks larger than the memory of a study: weights from the file, statistics on the way, codes in a temporary file.
// Nothing that is measured or written may tell.
#include <map>
#include <mutex>

#include <gtest/gtest.h>

#include "core/base/parallel.h"
#include "core/study/memory_plan.h"
#include "core/study/preparation.h"
#include "core/study/quantized_point.h"
#include "core/study/runner.h"
#include "core/study/study.h"

namespace axescope {
namespace {

constexpr std::int64_t fewWeights = 40'000;  // bytes: less than two layers of either network

class NarrowMemory : public ::testing::TestWithParam<std::tuple<const char*, const char*>> {
 protected:
  static std::unique_ptr<Model> open(std::int64_t mostWeightBytes) {
    const std::string file = std::string(AXESCOPE_SOURCE_DIR) + "/samples/" + std::get<0>(GetParam());
    auto opened = Model::open(file, {}, mostWeightBytes);
    EXPECT_TRUE(opened) << opened.error().line();
    return opened ? std::move(*opened) : nullptr;
  }

  static std::vector<PointSettings> points(const Model& model) {
    Study study;
    for (const auto& [key, text] : {std::pair{"propagate", std::get<1>(GetParam())},
                                    {"calibration_samples", "6"},
                                    {"eval_samples", "9"},
                                    {"algorithm", "rtn,optq"},
                                    {"constraint", "none,axe"},
                                    {"inner_bits", "11"},
                                    {"tile", "64"}}) {
      EXPECT_TRUE(study.set(key, std::string_view(text)).has_value()) << key;
    }
    return *study.points(model.studyDefaults());
  }

  // The least memory that one point is worked on in.
  static std::int64_t leastMemory(const Model& model, const PointSettings& key) {
    std::int64_t tooLittle = 0;
    std::int64_t enough = std::int64_t{1} << 40;
    while (enough - tooLittle > 1) {
      const std::int64_t middle = tooLittle + (enough - tooLittle) / 2;
      (planMemory(model, key, middle, 2) ? enough : tooLittle) = middle;
    }
    return enough;
  }

  static std::map<std::string, PointResult> sweep(const Model& model, std::int64_t memory) {
    std::map<std::string, PointResult> results;
    std::mutex mutex;
    const PointSink sink = [&](const PointResult& result) -> Status {
      EXPECT_FALSE(result.failed()) << result.failure;
      const std::scoped_lock lock(mutex);
      results[toJson(result.settings)] = result;
      return {};
    };
    const Job job{.stop = {}, .onProgress = {}, .memory = memory};
    withThreads(2, [&] { EXPECT_TRUE(runPoints(model, points(model), sink, job)); });
    return results;
  }
};

TEST_P(NarrowMemory, SweepsMeasureTheSame) {
  const auto roomy = open(mostLayerBytesInMemory);
  const auto narrow = open(fewWeights);
  ASSERT_TRUE(roomy && narrow);
  EXPECT_TRUE(roomy->network()->keepsLayers());
  ASSERT_FALSE(narrow->network()->keepsLayers());
  ASSERT_GT(narrow->network()->stages().size(), 1U);
  const std::int64_t memory = leastMemory(*narrow, preparationKey(points(*narrow).front()));
  const auto plan = planMemory(*narrow, preparationKey(points(*narrow).front()), memory, 2);
  ASSERT_TRUE(plan);
  // The digits' largest layer has more codes than all others.
  EXPECT_EQ(plan->codes == 0, std::string_view(std::get<0>(GetParam())) == "text-lm.h5");
  const auto expected = sweep(*roomy, 0);
  const auto found = sweep(*narrow, memory);
  ASSERT_EQ(expected.size(), 4U);
  ASSERT_EQ(found.size(), expected.size());
  for (const auto& [settings, point] : expected) {
    const PointResult& other = found.at(settings);
    for (const ResultColumn& column : resultColumns()) {
      if (column.name == "seconds") continue;
      EXPECT_EQ(column.get(point), column.get(other)) << column.name << " " << settings;
    }
    EXPECT_EQ(point.layers, other.layers) << settings;
  }
}

TEST_P(NarrowMemory, QuantizedPointsAreTheSame) {
  const auto roomy = open(mostLayerBytesInMemory);
  const auto narrow = open(fewWeights);
  ASSERT_TRUE(roomy && narrow);
  const PointSettings settings = points(*roomy).back();
  const auto expected = quantizePoint(*roomy, settings, "{}", 5, {});
  ASSERT_TRUE(expected) << expected.error().line();
  const Job job{.stop = {}, .onProgress = {}, .memory = leastMemory(*narrow, preparationKey(settings))};
  std::size_t at = 0;
  const QuantizedLayerSink compare = [&](const QuantizedFileLayer& layer, double error) -> Status {
    const QuantizedFileLayer& other = expected->file.layers.at(at);
    EXPECT_EQ(layer.info.name, other.info.name);
    EXPECT_EQ(layer.codes, other.codes) << layer.info.name;
    EXPECT_EQ(layer.weightScale, other.weightScale) << layer.info.name;
    EXPECT_EQ(layer.bias, other.bias) << layer.info.name;
    EXPECT_EQ(layer.input, other.input) << layer.info.name;
    EXPECT_EQ(layer.innerBits, other.innerBits);
    EXPECT_EQ(layer.outerBits, other.outerBits);
    EXPECT_EQ(layer.inputCodesShape, other.inputCodesShape) << layer.info.name;
    EXPECT_FALSE(layer.inputCodes.empty()) << layer.info.name;
    EXPECT_EQ(layer.inputCodes, other.inputCodes) << layer.info.name;
    EXPECT_EQ(error, expected->layerErrors.at(at)) << layer.info.name;
    ++at;
    return {};
  };
  const auto status = quantizePoint(*narrow, settings, 5, compare, job);
  ASSERT_TRUE(status) << status.error().line();
  EXPECT_EQ(at, expected->file.layers.size());
}

INSTANTIATE_TEST_SUITE_P(Samples, NarrowMemory,
                         ::testing::Combine(::testing::Values("digits-cnn.h5", "text-lm.h5"),
                                            ::testing::Values("on", "off")),
                         [](const ::testing::TestParamInfo<NarrowMemory::ParamType>& test) {
                           const bool digits = std::string_view(std::get<0>(test.param)) == "digits-cnn.h5";
                           const bool on = std::string_view(std::get<1>(test.param)) == "on";
                           return std::string(digits ? "Digits" : "Text") + (on ? "Propagating" : "Apart");
                         });

}  // namespace
}  // namespace axescope
