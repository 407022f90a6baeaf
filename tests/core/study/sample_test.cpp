// SPDX-License-Identifier: GPL-3.0-or-later
// What the committed samples and, where they are present, real networks have to show.
#include <filesystem>
#include <mutex>

#include <gtest/gtest.h>

#include "core/base/parallel.h"
#include "core/study/runner.h"
#include "core/study/study.h"

namespace axescope {
namespace {

namespace fs = std::filesystem;

std::vector<PointResult> sweep(const fs::path& file, std::initializer_list<std::pair<const char*, const char*>> axes) {
  auto model = Model::open(file);
  EXPECT_TRUE(model.has_value()) << model.error().line();
  if (!model) return {};
  Study study;
  for (const auto& [key, text] : axes) EXPECT_TRUE(study.set(key, std::string_view(text)).has_value());
  const auto points = study.points((*model)->studyDefaults());
  EXPECT_TRUE(points.has_value());
  std::vector<PointResult> results;
  std::mutex mutex;
  const PointSink sink = [&](const PointResult& result) -> Status {
    EXPECT_FALSE(result.failed()) << result.failure;
    const std::scoped_lock lock(mutex);
    results.push_back(result);
    return {};
  };
  withThreads(2, [&] { EXPECT_TRUE(runPoints(**model, *points, sink, {}).has_value()); });
  return results;
}

const fs::path samples = fs::path(AXESCOPE_SOURCE_DIR) / "samples";

TEST(DigitsSample, WideAccumulatorsKeepAccuracyAndNarrowWrappingOnesLoseIt) {
  const fs::path file = samples / "digits-cnn.h5";
  const auto wide =
      sweep(file, {{"algorithm", "optq"}, {"constraint", "none"}, {"weight_bits", "8"}, {"inner_bits", "32"}});
  ASSERT_EQ(wide.size(), 1U);
  EXPECT_GE(*wide.front().measurement.floatAccuracy, 0.97);
  EXPECT_GE(*wide.front().measurement.accuracy, *wide.front().measurement.floatAccuracy - 0.01);
  EXPECT_TRUE(wide.front().measurement.guaranteed);
  const auto narrow = sweep(file, {{"algorithm", "optq"}, {"constraint", "none"}, {"inner_bits", "11"}});
  EXPECT_LT(*narrow.front().measurement.accuracy, 0.6);
  EXPECT_FALSE(narrow.front().measurement.guaranteed);
  EXPECT_GT(*narrow.front().measurement.overflowRate, 0.05);
}

TEST(FirSample, LayerOnlyDumpYieldsErrorAndSqnrThroughTheDatapath) {
  const fs::path file = samples / "fir-bank.h5";
  const auto wide = sweep(file, {{"constraint", "none"}, {"weight_bits", "8"}, {"inner_bits", "32"}});
  ASSERT_EQ(wide.size(), 1U);
  ASSERT_TRUE(wide.front().measurement.sqnrDb.has_value());
  EXPECT_FALSE(wide.front().measurement.accuracy.has_value());
  // Without overflow the error from the statistics and the one measured through the datapath are the same thing.
  EXPECT_NEAR(*wide.front().measurement.sqnrDb, -20.0 * std::log10(*wide.front().measurement.error), 0.01);
  const auto narrow = sweep(file, {{"constraint", "none"}, {"weight_bits", "8"}, {"inner_bits", "12"}});
  EXPECT_LT(*narrow.front().measurement.sqnrDb, *wide.front().measurement.sqnrDb - 10.0);
}

TEST(FirSample, DynamicRowsLoseLessAndTheirStatisticsTellTheError) {
  const fs::path file = samples / "fir-bank.h5";
  const auto measured = [&](const char* dynamic, const char* algorithm) {
    const auto results = sweep(file, {{"algorithm", algorithm},
                                      {"activation_bits", "4"},
                                      {"activation_dynamic", dynamic},
                                      {"activation", "centred"},
                                      {"inner_bits", "14"},
                                      {"tile", "64"}});
    EXPECT_EQ(results.size(), 1U);
    return results.front().measurement;
  };
  for (const char* algorithm : {"gpfq", "optq", "optq-corrected"}) {
    const Measurement own = measured("on", algorithm);
    EXPECT_TRUE(own.guaranteed);
    // Through the datapath, row by row, and from S and G.
    EXPECT_NEAR(*own.sqnrDb, -20.0 * std::log10(*own.error), 0.01) << algorithm;
    EXPECT_NE(*own.error, *measured("off", algorithm).error) << algorithm;
  }
}

class ResNet20 : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(file_)) GTEST_SKIP() << "the CIFAR-10 network is not beside the project";
  }
  // 500 images and no propagation keep the test short; the documents' figures come from all 4,000.
  double accuracy(std::initializer_list<std::pair<const char*, const char*>> axes) const {
    std::vector<std::pair<const char*, const char*>> all{
        {"eval_samples", "500"}, {"calibration_samples", "64"}, {"propagate", "off"}};
    auto model = Model::open(file_);
    Study study;
    all.insert(all.end(), axes.begin(), axes.end());
    for (const auto& [key, text] : all) EXPECT_TRUE(study.set(key, std::string_view(text)).has_value());
    double accuracy = -1;
    const PointSink sink = [&](const PointResult& result) -> Status {
      EXPECT_FALSE(result.failed()) << result.failure;
      accuracy = result.measurement.accuracy.value_or(-1);
      guaranteed_ = result.measurement.guaranteed;
      return {};
    };
    withThreads(2,
                [&] { EXPECT_TRUE(runPoints(**model, *study.points({.propagation = true}), sink, {}).has_value()); });
    return accuracy;
  }
  fs::path file_ = fs::path(AXESCOPE_SOURCE_DIR) / ".." / "shared" / "data" / "resnet20-cifar10.h5";
  mutable bool guaranteed_ = false;
};

TEST_F(ResNet20, EightBitWeightsStayNearFloat) {
  const double wide =
      accuracy({{"algorithm", "optq"}, {"constraint", "none"}, {"weight_bits", "8"}, {"inner_bits", "32"}});
  EXPECT_GT(wide, 0.91);
}

TEST_F(ResNet20, AxeAtSixteenBitsIsGuaranteedAndNearThirtyTwoBits) {
  const double wide = accuracy({{"algorithm", "optq"}, {"constraint", "none"}, {"inner_bits", "32"}});
  const double axe = accuracy({{"algorithm", "optq"}, {"constraint", "axe"}, {"inner_bits", "16"}, {"tile", "64"}});
  EXPECT_TRUE(guaranteed_);
  EXPECT_GT(axe, wide - 0.01);
  const double rtn = accuracy({{"algorithm", "rtn"}, {"constraint", "none"}, {"inner_bits", "32"}});
  EXPECT_GT(wide, rtn);
}

TEST_F(ResNet20, TwelveBitsWrappingAroundCollapse) {
  EXPECT_LT(accuracy({{"algorithm", "optq"}, {"constraint", "none"}, {"inner_bits", "12"}, {"tile", "64"}}), 0.4);
  EXPECT_FALSE(guaranteed_);
}

}  // namespace
}  // namespace axescope
