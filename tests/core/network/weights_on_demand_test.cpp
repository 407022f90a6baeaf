// SPDX-License-Identifier: GPL-3.0-or-later
// A network larger than the memory it may take reads its layers as they run.
#include <atomic>

#include <gtest/gtest.h>

#include "core/base/parallel.h"
#include "core/network/evaluation.h"
#include "tests/core/network/small_network.h"

namespace axescope {
namespace {

class WeightsOnDemand : public ::testing::Test {
 protected:
  static constexpr std::int64_t layers = 4;
  static constexpr std::int64_t width = 16;
  static constexpr std::int64_t layerBytes = (width * width + width) * 4;

  Result<Network> build(std::int64_t mostLayerBytes, bool broken = false) {
    SmallNetwork small;
    small.inputShape = {1, width};
    std::string before = "x";
    for (std::int64_t i = 0; i < layers; ++i) {
      LayerInfo info = linearInfo("l" + std::to_string(i), width, width);
      info.hasBias = true;
      small.layers.push_back(info);
      small.add(info.name, "linear", {before}, "{}", info.name);
      before = info.name;
    }
    return Network::build(
        NetworkSource{.file = "small.h5",
                      .graph = small.graph,
                      .layers = small.layers,
                      .inputShape = small.inputShape,
                      .loadLayer = [this, infos = small.layers, broken](std::size_t i) -> Result<LayerTensors> {
                        ++reads_;
                        if (broken && i == 2) return fail(ErrorCode::corrupt, "small.h5", "/layers/l2", "data", "none");
                        return randomLayer(infos[i], static_cast<unsigned>(i));
                      },
                      .mostLayerBytes = mostLayerBytes,
                      .loadParam = {}});
  }
  Result<MatrixF> forward(const Network& network) {
    const Tensor data = randomTensor({40, width}, 9);
    const BatchLoader load = [data](std::int64_t first, std::int64_t count) -> Result<Tensor> {
      return data.slice(first, count);
    };
    return forwardAll(network, load, 40, network.floatLayers(), {});
  }
  std::atomic<int> reads_ = 0;
};

TEST_F(WeightsOnDemand, LayersThatFitAreReadOnceWhenTheNetworkIsBuilt) {
  const auto network = build(layers * layerBytes);
  ASSERT_TRUE(network) << network.error().line();
  EXPECT_EQ(reads_, layers);
  ASSERT_TRUE(forward(*network));
  EXPECT_EQ(reads_, layers);
}

TEST_F(WeightsOnDemand, LayersThatDoNotFitAreReadWhenTheyRun) {
  const auto all = build(layers * layerBytes);
  const auto expected = forward(*all);
  for (const int threads : {1, 2}) {
    reads_ = 0;
    const auto network = build(2 * layerBytes);
    ASSERT_TRUE(network) << network.error().line();
    EXPECT_EQ(reads_, 0);
    Result<MatrixF> outputs;
    withThreads(threads, [&] { outputs = forward(*network); });
    ASSERT_TRUE(outputs && expected);
    EXPECT_EQ(*outputs, *expected);
    EXPECT_GT(reads_, layers);
  }
}

TEST_F(WeightsOnDemand, InStagesEachLayerIsReadOnceForAllSamples) {
  const auto all = build(layers * layerBytes);
  const auto expected = forward(*all);
  ASSERT_TRUE(expected);
  EXPECT_EQ(all->stages(), (std::vector<std::size_t>{layers}));
  const Tensor data = randomTensor({40, width}, 9);
  const BatchLoader load = [data](std::int64_t first, std::int64_t count) -> Result<Tensor> {
    return data.slice(first, count);
  };
  for (const auto& [kept, ends] : {std::pair{std::int64_t{2}, std::vector<std::size_t>{2, 4}},
                                   std::pair{std::int64_t{1}, std::vector<std::size_t>{1, 2, 3, 4}}}) {
    const auto network = build(kept * layerBytes);
    ASSERT_TRUE(network);
    EXPECT_FALSE(network->keepsLayers());
    EXPECT_EQ(network->stages(), ends);
    reads_ = 0;
    MatrixF outputs(40, width);
    std::vector<std::size_t> entered;
    std::size_t most = 0;
    const StageVisitor enter = [&](std::size_t, std::size_t last) -> Status {
      entered.push_back(last);
      return {};
    };
    const Job job{.stop = {}, .onProgress = [&](const Progress& progress) { most = std::max(most, progress.done); }};
    withThreads(1, [&] {
      const Status status = forwardInStages(*network, load, 40, network->floatLayers(), enter, intoRows(outputs), job);
      ASSERT_TRUE(status) << status.error().line();
    });
    EXPECT_EQ(outputs, *expected);
    EXPECT_EQ(reads_, layers);
    EXPECT_EQ(entered, ends);
    EXPECT_EQ(most, 40U);
  }
}

TEST_F(WeightsOnDemand, ALayerThatCannotBeReadIsAnError) {
  EXPECT_EQ(build(layers * layerBytes, true).error().line(), "small.h5: /layers/l2: expected data, found none");
  const auto network = build(layerBytes, true);
  ASSERT_TRUE(network);
  EXPECT_EQ(forward(*network).error().line(), "small.h5: /layers/l2: expected data, found none");
}

}  // namespace
}  // namespace axescope
