// SPDX-License-Identifier: GPL-3.0-or-later
// The real dumps, where they are at hand.
#include <cstdlib>

#include <gtest/gtest.h>

#include "core/dump/dump.h"

namespace axescope {
namespace {

class SharedData : public ::testing::Test {
 protected:
  /// Opens a dump, or skips the test where it is absent.
  void open(const std::string& file) {
    const char* folder = std::getenv("AXESCOPE_SHARED_DATA");
    const auto path = std::filesystem::path(folder != nullptr ? folder : AXESCOPE_SHARED_DATA) / file;
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << file << "; set AXESCOPE_SHARED_DATA to its folder";
    auto opened = Dump::open(path);
    ASSERT_TRUE(opened) << opened.error().line();
    dump.emplace(std::move(*opened));
  }
  std::optional<Dump> dump;
};

TEST_F(SharedData, ResNet20Opens) {
  open("resnet20-cifar10.h5");
  if (!dump) return;
  EXPECT_EQ(dump->model(), "resnet20-cifar10");
  EXPECT_EQ(dump->task(), Task::classification);
  // 19 convolutions and one linear layer, the first convolution first and the classifier last.
  ASSERT_EQ(dump->layers().size(), 20U);
  EXPECT_EQ(dump->layers().front().name, "conv1");
  EXPECT_EQ(dump->layers().front().k(), 27);
  EXPECT_EQ(dump->layers().back().kind, LayerKind::linear);
  EXPECT_EQ(dump->layers().back().channels, 10);
  ASSERT_TRUE(dump->graph());
  EXPECT_EQ(dump->graph()->outputs.size(), 1U);
  EXPECT_EQ(dump->calibrationShape(), (std::vector<std::int64_t>{500, 3, 32, 32}));
  EXPECT_EQ(dump->evaluationShape(), (std::vector<std::int64_t>{4000, 3, 32, 32}));
  ASSERT_TRUE(dump->hasLabels());
  const auto labels = dump->loadLabels(4000);
  ASSERT_TRUE(labels) << labels.error().line();
  EXPECT_EQ(*std::max_element(labels->begin(), labels->end()), 9);
  for (std::size_t i = 0; i < dump->layers().size(); ++i) {
    const auto tensors = dump->loadLayer(i);
    ASSERT_TRUE(tensors) << tensors.error().line();
    EXPECT_EQ(tensors->weight.cols(), dump->layers()[i].k());
  }
  const auto batch = dump->loadEvaluation(3999, 1);
  ASSERT_TRUE(batch) << batch.error().line();
  EXPECT_EQ(batch->size(), 3 * 32 * 32);
}

TEST_F(SharedData, Stories260kOpens) {
  open("stories260k.h5");
  if (!dump) return;
  EXPECT_EQ(dump->task(), Task::languageModeling);
  // Five blocks of seven layers, and perhaps the output layer.
  EXPECT_GE(dump->layers().size(), 35U);
  EXPECT_EQ(dump->layers().front().inputs, 64);
  ASSERT_TRUE(dump->graph());
  EXPECT_FALSE(dump->hasLabels());
  for (const GraphNode& node : dump->graph()->nodes) {
    for (const auto& [role, param] : node.params) {
      const auto tensor = dump->loadParam(param);
      EXPECT_TRUE(tensor) << role << " " << tensor.error().line();
    }
  }
  for (std::size_t i = 0; i < dump->layers().size(); ++i) EXPECT_TRUE(dump->loadLayer(i)) << dump->layers()[i].name;
  EXPECT_EQ(dump->loadCalibration(0, 2)->shape, (std::vector<std::int64_t>{2, 256}));
}

}  // namespace
}  // namespace axescope
