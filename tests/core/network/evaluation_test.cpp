// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/evaluation.h"

#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/parallel.h"
#include "tests/core/network/small_network.h"

namespace axescope {
namespace {

SmallNetwork perceptron() {
  SmallNetwork network;
  network.inputShape = {1, 8};
  network.layers = {linearInfo("a", 8, 16), linearInfo("b", 16, 3)};
  network.add("h", "linear", {"x"}, "{}", "a").add("r", "relu", {"h"}).add("y", "linear", {"r"}, "{}", "b");
  return network;
}

BatchLoader rowsOf(const Tensor& data) {
  return [&data](std::int64_t first, std::int64_t count) -> Result<Tensor> {
    const auto begin = data.data.begin() + first * data.sampleSize();
    return Tensor{{count, data.sampleSize()}, {begin, begin + count * data.sampleSize()}};
  };
}

TEST(ForwardAll, DoesNotDependOnTheNumberOfThreads) {
  const auto network = perceptron().build();
  ASSERT_TRUE(network) << network.error().line();
  const Tensor data = randomTensor({1001, 8}, 1);
  const auto forward = [&](int threads) {
    Result<MatrixF> result;
    withThreads(threads, [&] { result = forwardAll(*network, rowsOf(data), 1001, network->floatLayers(), {}); });
    return result;
  };
  const auto one = forward(1);
  const auto two = forward(2);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(*one, *two);
  const auto direct = network->run(data, network->floatLayers());
  for (Eigen::Index i = 0; i < one->size(); ++i) {
    EXPECT_NEAR(one->data()[i], direct->data[static_cast<std::size_t>(i)], 1e-4F);
  }
}

TEST(ForwardAll, ReportsProgressUpToTheEnd) {
  const auto network = perceptron().build();
  const Tensor data = randomTensor({100, 8}, 1);
  std::mutex mutex;
  std::vector<std::size_t> done;
  Job job;
  job.onProgress = [&](const Progress& progress) {
    const std::lock_guard lock(mutex);
    EXPECT_EQ(progress.total, 100U);
    done.push_back(progress.done);
  };
  ASSERT_TRUE(forwardAll(*network, rowsOf(data), 100, network->floatLayers(), job));
  std::sort(done.begin(), done.end());
  EXPECT_EQ(done.size(), 4U);
  EXPECT_EQ(done.back(), 100U);
}

TEST(ForwardAll, StopsWhenCancelled) {
  const auto network = perceptron().build();
  const Tensor data = randomTensor({10'000, 8}, 1);
  std::stop_source source;
  std::atomic<int> batches = 0;
  const Job job{.stop = source.get_token(), .onProgress = [&](const Progress&) {
                  if (++batches == 3) source.request_stop();
                }};
  const auto result = forwardAll(*network, rowsOf(data), 10'000, network->floatLayers(), job);
  EXPECT_EQ(result.error().code, ErrorCode::cancelled);
  EXPECT_LT(batches, 100);
}

TEST(ForwardAll, PassesFailuresOn) {
  const auto network = perceptron().build();
  const Tensor data = randomTensor({500, 8}, 1);
  const auto failing = [&](std::int64_t first, std::int64_t count) -> Result<Tensor> {
    if (first >= 64) return fail(ErrorCode::corrupt, "data.h5", "/eval/inputs", "readable rows", "a damaged chunk");
    return rowsOf(data)(first, count);
  };
  EXPECT_EQ(forwardAll(*network, failing, 500, network->floatLayers(), {}).error().code, ErrorCode::corrupt);
  const LayerFunction broken = [](std::size_t, const Tensor&, Tensor&) -> Status {
    return fail(ErrorCode::numerical, {}, {}, {}, {});
  };
  EXPECT_EQ(forwardAll(*network, rowsOf(data), 500, broken, {}).error().code, ErrorCode::numerical);
  EXPECT_EQ(forwardAll(*network, rowsOf(data), 0, network->floatLayers(), {}).error().code, ErrorCode::empty);
}

TEST(ForwardAll, ALoaderThatReturnsTooFewSamplesIsAnError) {
  const auto network = perceptron().build();
  const Tensor data = randomTensor({40, 8}, 1);
  const auto short_ = [&](std::int64_t first, std::int64_t) { return rowsOf(data)(first, 1); };
  EXPECT_EQ(forwardAll(*network, short_, 40, network->floatLayers(), {}).error().line(),
            "samples: expected 32 from 0, found 1");
}

}  // namespace
}  // namespace axescope
