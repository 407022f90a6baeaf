// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/prefix_cache.h"

#include <atomic>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/base/parallel.h"
#include "tests/core/network/small_network.h"

namespace axescope {
namespace {

constexpr std::int64_t samples = 100;
constexpr std::int64_t features = 8;
constexpr std::int64_t plenty = 1 << 20;

// Four layers; the output of the first is read again behind the third.
SmallNetwork withShortcut() {
  SmallNetwork network;
  network.inputShape = {1, features};
  for (const char* name : {"a", "b", "c", "d"}) network.layers.push_back(linearInfo(name, features, features));
  network.add("a", "linear", {"x"}, "{}", "a")
      .add("ra", "relu", {"a"})
      .add("b", "linear", {"ra"}, "{}", "b")
      .add("rb", "relu", {"b"})
      .add("c", "linear", {"rb"}, "{}", "c")
      .add("sum", "add", {"c", "ra"})
      .add("d", "linear", {"sum"}, "{}", "d");
  return network;
}

const OutputVisitor ignore = [](std::int64_t, const Tensor&) { return Status{}; };

class PrefixCacheTest : public testing::Test {
 protected:
  using Variants = std::vector<int>;  // by layer: which of its versions runs

  LayerFunction layers(const Variants& variants) {
    return [this, variants](std::size_t layer, const Tensor& input, Tensor& output) -> Status {
      executed_ += input.samples();
      AXESCOPE_CHECK(network_->floatLayer(layer, input, output));
      for (float& value : output.data) value += static_cast<float>(variants[layer]);
      return {};
    };
  }

  PrefixKeys keys(const Variants& variants) const {
    PrefixKeys keys{"samples"};
    for (const Network::Node& node : network_->nodes()) {
      keys.push_back(node.layer ? keys.back() + fmt::format(" {}", variants[*node.layer]) : keys.back());
    }
    return keys;
  }

  BatchLoader loader() {
    return [this](std::int64_t first, std::int64_t count) -> Result<Tensor> {
      loaded_ += count;
      const auto begin = data_.data.begin() + first * features;
      return Tensor{{count, features}, {begin, begin + count * features}};
    };
  }

  // Layers executed, each on all samples; the outputs are those of a run of its own.
  std::int64_t layersRun(PrefixCache& cache, const Variants& variants) {
    executed_ = 0;
    MatrixF outputs(samples, elements(network_->valueShape(network_->outputValue())));
    const Status status =
        cache.forward(*network_, loader(), samples, layers(variants), keys(variants), intoRows(outputs), {});
    const std::int64_t executed = executed_ / samples;
    const auto expected = forwardAll(*network_, loader(), samples, layers(variants), {});
    EXPECT_TRUE(status && expected && outputs == *expected);
    return executed;
  }

  Result<Network> network_ = withShortcut().build();
  Tensor data_ = randomTensor({samples, features}, 1);
  std::atomic<std::int64_t> executed_ = 0;
  std::atomic<std::int64_t> loaded_ = 0;
};

TEST_F(PrefixCacheTest, WhatTwoEvaluationsSharedIsNotRunAThirdTime) {
  PrefixCache cache(plenty);
  EXPECT_EQ(layersRun(cache, {0, 0, 0, 0}), 4);
  EXPECT_EQ(layersRun(cache, {0, 0, 1, 0}), 4);
  EXPECT_EQ(layersRun(cache, {0, 0, 2, 0}), 2);
  EXPECT_EQ(layersRun(cache, {0, 0, 3, 1}), 2);
  EXPECT_EQ(layersRun(cache, {0, 0, 3, 2}), 2);  // keeps one layer more
  EXPECT_EQ(layersRun(cache, {0, 0, 3, 3}), 1);
  EXPECT_EQ(layersRun(cache, {1, 0, 3, 3}), 4);
}

TEST_F(PrefixCacheTest, ResultsDoNotDependOnTheNumberOfThreads) {
  for (const int threads : {1, 2}) {
    withThreads(threads, [&] {
      PrefixCache cache(plenty);
      for (int last = 0; last < 4; ++last) EXPECT_EQ(layersRun(cache, {0, 0, 0, last}), last < 2 ? 4 : 1);
    });
  }
}

TEST_F(PrefixCacheTest, ARepeatedEvaluationRunsNothing) {
  PrefixCache cache(plenty);
  EXPECT_EQ(layersRun(cache, {0, 0, 0, 0}), 4);
  EXPECT_EQ(layersRun(cache, {0, 0, 0, 0}), 4);
  loaded_ = 0;
  ASSERT_TRUE(cache.forward(*network_, loader(), samples, layers({0, 0, 0, 0}), keys({0, 0, 0, 0}), ignore, {}));
  EXPECT_EQ(loaded_, 0);
}

TEST_F(PrefixCacheTest, WithoutMemoryEverythingRuns) {
  PrefixCache cache(0);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(layersRun(cache, {0, 0, 0, i}), 4);
}

// Behind the second layer two values are alive, before the fourth only one.
TEST_F(PrefixCacheTest, AnEarlierPlaceIsKeptWhereTheLatestDoesNotFit) {
  const std::int64_t one = NetworkState::bytes(*network_, 6, samples);
  EXPECT_EQ(NetworkState::bytes(*network_, 3, samples), 2 * one);
  PrefixCache cache(one);
  EXPECT_EQ(layersRun(cache, {0, 0, 0, 0}), 4);
  EXPECT_EQ(layersRun(cache, {0, 0, 1, 0}), 4);
  EXPECT_EQ(layersRun(cache, {0, 0, 2, 0}), 3);
}

TEST_F(PrefixCacheTest, WhatWasUsedLongestAgoMakesRoom) {
  PrefixCache cache(NetworkState::bytes(*network_, 6, samples));
  for (const int first : {0, 1}) {
    EXPECT_EQ(layersRun(cache, {first, 0, 0, 0}), 4);
    EXPECT_EQ(layersRun(cache, {first, 0, 0, 1}), 4);
    EXPECT_EQ(layersRun(cache, {first, 0, 0, 2}), 1);
  }
  EXPECT_EQ(layersRun(cache, {0, 0, 0, 3}), 4);
}

TEST_F(PrefixCacheTest, AFailedEvaluationKeepsNothing) {
  PrefixCache cache(plenty);
  const LayerFunction broken = [](std::size_t, const Tensor&, Tensor&) -> Status {
    return fail(ErrorCode::numerical, {}, {}, {}, {});
  };
  EXPECT_EQ(layersRun(cache, {0, 0, 0, 0}), 4);
  EXPECT_FALSE(cache.forward(*network_, loader(), samples, broken, keys({0, 0, 0, 1}), ignore, {}));
  EXPECT_EQ(layersRun(cache, {0, 0, 0, 2}), 4);
  EXPECT_EQ(layersRun(cache, {0, 0, 0, 3}), 1);
}

}  // namespace
}  // namespace axescope
