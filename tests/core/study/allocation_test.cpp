// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/allocation.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "core/base/parallel.h"
#include "core/study/layer_overrides.h"
#include "core/study/study.h"

namespace axescope {
namespace {

using Layers = std::vector<std::vector<LayerChoice>>;

Layers randomLayers(std::mt19937& random) {
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  Layers layers(3 + random() % 3);
  for (auto& choices : layers) {
    const std::size_t count = 1 + random() % 5;
    for (std::size_t i = 0; i < count; ++i) choices.push_back({i, std::round(8.0 * uniform(random)), uniform(random)});
  }
  return layers;
}

// Cost and noise of every combination.
std::vector<std::pair<double, double>> allCombinations(const Layers& layers) {
  std::vector<std::pair<double, double>> all{{0.0, 0.0}};
  for (const auto& choices : layers) {
    std::vector<std::pair<double, double>> next;
    for (const auto& [cost, noise] : all) {
      for (const LayerChoice& choice : choices) next.emplace_back(cost + choice.cost, noise + choice.noise);
    }
    all = std::move(next);
  }
  return all;
}

TEST(Allocation, EveryPointIsTheBestForSomePriceAndNoneIsMissing) {
  std::mt19937 random(71);
  for (int round = 0; round < 50; ++round) {
    const Layers layers = randomLayers(random);
    const std::vector<Allocation> front = allocate(layers);
    const auto all = allCombinations(layers);
    for (std::size_t i = 0; i + 1 < front.size(); ++i) {
      EXPECT_LT(front[i].cost, front[i + 1].cost);
      EXPECT_GT(front[i].noise, front[i + 1].noise);
      // No combination lies below the line through neighbours.
      const double price = (front[i].noise - front[i + 1].noise) / (front[i + 1].cost - front[i].cost);
      const double own = front[i].noise + price * front[i].cost;
      for (const auto& [cost, noise] : all) EXPECT_GE(noise + price * cost, own - 1e-9) << "round " << round;
    }
    double cheapest = all.front().first;
    double quietest = all.front().second;
    for (const auto& [cost, noise] : all) {
      cheapest = std::min(cheapest, cost);
      quietest = std::min(quietest, noise);
    }
    EXPECT_NEAR(front.front().cost, cheapest, 1e-9);
    EXPECT_NEAR(front.back().noise, quietest, 1e-9);
    for (const Allocation& point : front) {
      double cost = 0.0;
      double noise = 0.0;
      for (std::size_t layer = 0; layer < layers.size(); ++layer) {
        cost += layers[layer][point.candidates[layer]].cost;
        noise += layers[layer][point.candidates[layer]].noise;
      }
      EXPECT_NEAR(point.cost, cost, 1e-9);
      EXPECT_NEAR(point.noise, noise, 1e-9);
    }
  }
}

class Digits : public ::testing::Test {
 protected:
  void SetUp() override { model_ = *Model::open(std::string(AXESCOPE_SOURCE_DIR) + "/samples/digits-cnn.h5"); }

  static std::vector<PointSettings> candidates(const char* innerBits, const char* activationBits) {
    Study study;
    EXPECT_TRUE(study.set("inner_bits", std::string_view(innerBits)));
    EXPECT_TRUE(study.set("activation_bits", std::string_view(activationBits)));
    EXPECT_TRUE(study.set("tile", std::string_view("32")));
    EXPECT_TRUE(study.set("propagate", std::string_view("off")));
    EXPECT_TRUE(study.set("calibration_samples", std::string_view("64")));
    return *study.points({});
  }

  std::unique_ptr<Model> model_;
};

TEST_F(Digits, NoiseOfALayerShrinksWithItsWidthsAndDoesNotDependOnThreads) {
  const auto settings = candidates("12,20", "4,8");
  std::optional<Result<Sensitivities>> one;
  std::optional<Result<Sensitivities>> two;
  withThreads(1, [&] { one = measureSensitivities(*model_, settings, 64, {}); });
  withThreads(2, [&] { two = measureSensitivities(*model_, settings, 64, {}); });
  ASSERT_TRUE(*one && *two);
  EXPECT_EQ(**one, **two);
  const auto noiseOf = [&](int innerBits, int activationBits, std::size_t layer) {
    for (std::size_t i = 0; i < settings.size(); ++i) {
      if (settings[i].innerBits == innerBits && settings[i].activationBits == activationBits) return *(**one)[i][layer];
    }
    return 0.0;
  };
  for (std::size_t layer = 0; layer < model_->dump().layers().size(); ++layer) {
    EXPECT_GT(noiseOf(20, 4, layer), noiseOf(20, 8, layer)) << layer;
    EXPECT_GE(noiseOf(12, 8, layer), noiseOf(20, 8, layer)) << layer;
    EXPECT_GT(noiseOf(20, 8, layer), 0.0);
    EXPECT_LT(noiseOf(20, 8, layer), 0.1);
  }
}

TEST_F(Digits, AllocationsCostWhatTheirOverridesSayAndBuyLessNoiseForMore) {
  const auto settings = candidates("10:16:2", "4,6,8");
  const auto noise = measureSensitivities(*model_, settings, 64, {});
  ASSERT_TRUE(noise);
  const auto points = allocatePoints(*model_, settings, *noise, "mean_inner_bits", 6);
  ASSERT_TRUE(points) << points.error().line();
  ASSERT_GE(points->size(), 3U);
  for (std::size_t i = 0; i < points->size(); ++i) {
    PointSettings settled;
    settled.overrides = (*points)[i].overrides;
    double macs = 0.0;
    double bits = 0.0;
    for (std::size_t layer = 0; layer < model_->dump().layers().size(); ++layer) {
      const auto own = static_cast<double>(model_->macsPerSample(layer));
      macs += own;
      bits += own * widthsOf(settled, model_->dump().layers()[layer].name).innerBits;
    }
    EXPECT_NEAR((*points)[i].cost, bits / macs, 1e-9);
    if (i == 0) continue;
    EXPECT_GT((*points)[i].cost, (*points)[i - 1].cost);
    EXPECT_LT((*points)[i].noise, (*points)[i - 1].noise);
  }
  EXPECT_EQ(allocatePoints(*model_, settings, *noise, "price", 6).error().object, "--cost");
}

TEST_F(Digits, ACandidateThatCannotBeRunIsNoChoiceAndOnlyThatIsAnError) {
  const auto settings = candidates("2,16", "8");
  const auto noise = measureSensitivities(*model_, settings, 16, {});
  ASSERT_TRUE(noise);
  EXPECT_FALSE((*noise)[0][0].has_value());
  EXPECT_TRUE((*noise)[1][0].has_value());
  const auto impossible = measureSensitivities(*model_, std::span(settings).first(1), 16, {});
  ASSERT_FALSE(impossible);
  EXPECT_EQ(impossible.error().code, ErrorCode::numerical);
}

}  // namespace
}  // namespace axescope
