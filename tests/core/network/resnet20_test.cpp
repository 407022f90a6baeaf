// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <filesystem>

#include <gtest/gtest.h>

#include "core/base/parallel.h"
#include "core/network/evaluation.h"
#include "core/network/score.h"

namespace axescope {
namespace {

TEST(Resnet20, FloatTop1IsTheTrainedNetworks) {
  const std::filesystem::path path = std::filesystem::path(AXESCOPE_SHARED_DATA) / "resnet20-cifar10.h5";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "The trained network resnet20-cifar10.h5 is not here.";
  const auto dump = Dump::open(path);
  ASSERT_TRUE(dump) << dump.error().line();
  const auto network = Network::build(*dump);
  ASSERT_TRUE(network) << network.error().line();
  const std::int64_t count = dump->evaluationShape().front();
  ASSERT_EQ(count, 4000);
  const auto labels = dump->loadLabels(count);
  ASSERT_TRUE(labels) << labels.error().line();

  const auto start = std::chrono::steady_clock::now();
  const auto load = [&](std::int64_t first, std::int64_t rows) { return dump->loadEvaluation(first, rows); };
  const auto logits = forwardAll(*network, load, count, network->floatLayers(), {});
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  ASSERT_TRUE(logits) << logits.error().line();
  int right = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    right += isTop1({logits->row(i).data(), static_cast<std::size_t>(logits->cols())},
                    (*labels)[static_cast<std::size_t>(i)]);
  }
  EXPECT_EQ(right, 3659);
  RecordProperty("seconds", std::to_string(seconds.count()));
}

}  // namespace
}  // namespace axescope
