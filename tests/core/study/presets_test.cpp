// SPDX-License-Identifier: GPL-3.0-or-later
// The studies that come with the program, read as files.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "core/study/study.h"

namespace axescope {
namespace {

namespace fs = std::filesystem;

const fs::path folder = fs::path(AXESCOPE_SOURCE_DIR) / "resources" / "presets";

Study preset(const std::string& name) {
  const fs::path path = folder / (name + ".json");
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  auto study = Study::fromJson(text, path.filename().string());
  EXPECT_TRUE(study.has_value()) << study.error().line();
  return study ? *std::move(study) : Study();
}

std::vector<PointSettings> pointsOf(const std::string& name) {
  auto points = preset(name).points({.propagation = true});
  EXPECT_TRUE(points.has_value()) << name << ": " << points.error().line();
  return points ? *std::move(points) : std::vector<PointSettings>();
}

TEST(Presets, HaveThePointsThatTheirAxesMultiplyTo) {
  const std::map<std::string, std::size_t> expected{
      {"narrow-accumulators", (2 + 2 + 2 + 1) * 4 * 4},     // methods, N, P_I
      {"language-models", 2 * 2 * 6 * 2},                   // algorithms, codes, widths, methods
      {"language-model-scaling", 3 * 2},                    // T, methods
      {"narrow-language-models", (2 + 2 + 1) * 4 * 2 * 2},  // methods, N, dynamic, rotated
      {"widths-3-to-8", 6 * 6 * 2 * 3 * 5},                 // M, N, algorithms, constraints, P_I
      {"axe-ablation", 2 * 4 * 9 * 2},                      // algorithms, constraints, P_I, T
      {"tile-size", 2 * 3 * 7},                             // algorithms, constraints, T
      {"a2q-overflow", (2 + 1) * 13},                       // wrap, saturate and A2Q; P_I
      {"heterogeneous-quantizers", 4 * 3 * (1 + 2)},        // levels, M, P_I
      {"sparsity", (2 + 2 + 1) * 2 * 9},                    // methods, M, P_I
      {"a2q-against-a2q-plus", (2 + 1 + 1) * 7},            // two projections, A2Q, A2Q+; P_I
      {"activation-codes", 2 * 2 * 3 * 3 * 4},              // algorithms, constraints, N, P_I, codes
  };
  for (const auto& [name, count] : expected) EXPECT_EQ(pointsOf(name).size(), count) << name;
}

TEST(Presets, EveryFileIsAStudyThatSweepsSomething) {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    EXPECT_GT(pointsOf(entry.path().stem().string()).size(), 1U) << entry.path().filename();
  }
}

TEST(Presets, NarrowAccumulatorsComparesFourMethodsAsTheyAreMeant) {
  std::size_t published = 0;
  std::size_t own = 0;
  for (const PointSettings& point : pointsOf("narrow-accumulators")) {
    EXPECT_EQ(point.weightBits, 4);
    EXPECT_EQ(point.tileSize, 64);
    EXPECT_EQ(point.activationRange, ActivationRangeRule::mse);
    if (point.constraint == Constraint::axe) {
      ++published;
      EXPECT_EQ(point.errorReference, ErrorReference::shaped);
      EXPECT_EQ(point.slack, Slack::half);
      EXPECT_EQ(point.weightScale, WeightScale::absmax);
      EXPECT_EQ(point.activation, ActivationEncoding::asymmetric);
      EXPECT_EQ(point.refineSweeps, 0);
    } else if (point.constraint == Constraint::axeInputs) {
      ++own;
      EXPECT_EQ(point.algorithm, Algorithm::optqCorrected);
      EXPECT_EQ(point.weightScale, WeightScale::budget);
      EXPECT_EQ(point.activation, ActivationEncoding::centred);
      EXPECT_EQ(point.refineSweeps, 8);
    } else {
      EXPECT_TRUE(point.constraint == Constraint::none || point.constraint == Constraint::epInit);
    }
  }
  EXPECT_EQ(published, 32U);
  EXPECT_EQ(own, 16U);
}

// A trained method without its constraint would not be A2Q.
TEST(Presets, A2qIsNeverFreeOfItsBudget) {
  for (const char* name : {"a2q-overflow", "sparsity", "a2q-against-a2q-plus"}) {
    const auto points = pointsOf(name);
    EXPECT_TRUE(std::any_of(points.begin(), points.end(),
                            [](const PointSettings& point) { return isTrained(point.algorithm); }));
    for (const PointSettings& point : points) {
      EXPECT_FALSE(isTrained(point.algorithm) && point.constraint == Constraint::none) << name;
    }
  }
}

}  // namespace
}  // namespace axescope
