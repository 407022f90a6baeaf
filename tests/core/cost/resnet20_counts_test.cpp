// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include <gtest/gtest.h>

#include "core/cost/network_counts.h"

namespace axescope {
namespace {

TEST(Resnet20, TakesFortyMillionMultiplyAccumulates) {
  const std::filesystem::path path = std::filesystem::path(AXESCOPE_SHARED_DATA) / "resnet20-cifar10.h5";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "The trained network resnet20-cifar10.h5 is not here.";
  const auto dump = Dump::open(path);
  ASSERT_TRUE(dump) << dump.error().line();
  const auto network = Network::build(*dump);
  ASSERT_TRUE(network) << network.error().line();
  const std::vector<std::optional<LayerArithmetic>> layers(dump->layers().size(), LayerArithmetic{});
  const NetworkCounts counts = countNetwork(*network, layers, {});
  EXPECT_EQ(counts.total(OperationKind::multiply, OperationRole::product), 40551040);
  EXPECT_EQ(counts.total(OperationKind::add, OperationRole::innerAccumulation), 40551040);
}

}  // namespace
}  // namespace axescope
