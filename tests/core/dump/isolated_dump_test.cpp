// SPDX-License-Identifier: GPL-3.0-or-later
// Dumps and quantized files through a process of their own: the same models, and faults that are still one line.
#include <gtest/gtest.h>

#include "core/dump/quantized_file.h"
#include "tests/core/dump/crafted_dump.h"
#include "tests/core/dump/reading_process.h"

namespace axescope {
namespace {

using testing::CraftedDump;
using testing::FailsWith;

Result<Dump> isolated(CraftedDump& crafted) {
  crafted.file.close();
  AXESCOPE_TRY(hdf5::Reader reader, hdf5::Reader::open(crafted.path, {}, testing::readerProcesses()));
  return Dump::open(std::move(reader));
}

TEST(IsolatedDump, IsTheSameModel) {
  CraftedDump crafted;
  crafted.linear("fc", 10, 48);
  crafted.conv("conv", {3, 1, 3, 3});
  crafted.counting("layers/fc/bias", {10});
  crafted.counting("layers/fc/input", {7, 48});
  crafted.counting("eval/inputs", {5, 1, 4, 4});
  crafted.file.integers("eval/labels", {5}, {0, 1, 2, 3, 4});
  crafted.counting("params/p", {2, 2});
  crafted.file.text("graph", R"({"inputs":["x"],"outputs":["c"],"nodes":[)"
                             R"({"name":"c","op":"conv2d","layer":"conv","inputs":["x"]}]})");
  const auto there = isolated(crafted);
  ASSERT_TRUE(there) << there.error().line();
  const auto here = Dump::open(crafted.path);
  ASSERT_TRUE(here);
  EXPECT_EQ(there->path(), here->path());
  EXPECT_EQ(there->model(), here->model());
  EXPECT_EQ(there->task(), here->task());
  EXPECT_EQ(there->evaluationShape(), here->evaluationShape());
  EXPECT_EQ(there->graph()->nodes.size(), here->graph()->nodes.size());
  ASSERT_EQ(there->layers().size(), here->layers().size());
  for (std::size_t layer = 0; layer < here->layers().size(); ++layer) {
    EXPECT_EQ(there->layers()[layer].name, here->layers()[layer].name);
    EXPECT_EQ(there->loadLayer(layer)->weight, here->loadLayer(layer)->weight);
    EXPECT_EQ(there->loadLayer(layer)->bias, here->loadLayer(layer)->bias);
  }
  const auto fc = *here->layerIndex("fc");
  EXPECT_EQ(there->loadLayerInput(fc, 2, 3)->data, here->loadLayerInput(fc, 2, 3)->data);
  EXPECT_EQ(there->loadEvaluation(1, 3)->data, here->loadEvaluation(1, 3)->data);
  EXPECT_EQ(*there->loadLabels(5), *here->loadLabels(5));
  EXPECT_EQ(there->loadParam("p")->data, here->loadParam("p")->data);
}

TEST(IsolatedDump, AProcessThatDiesBetweenLayersFailsOneOfThem) {
  CraftedDump crafted;
  crafted.linear("a", 4, 8);
  crafted.linear("b", 4, 8);
  crafted.file.integers("/layers/a/bias", {4}, {1, 2, 3, 4});  // integers: the library makes floats of them
  const auto dump = isolated(crafted);
  ASSERT_TRUE(dump);
  EXPECT_TRUE(dump->loadLayer(0));
  testing::signalReadingChildren(SIGKILL);
  EXPECT_THAT(dump->loadLayer(0), FailsWith(ErrorCode::refused, "was killed"));
  EXPECT_TRUE(dump->loadLayer(0));
  EXPECT_TRUE(dump->loadLayer(1));
}

TEST(IsolatedDump, WhatTheReaderRefusesIsRefusedThereToo) {
  CraftedDump crafted;
  crafted.linear("fc", 2, 3);
  H5Ldelete(crafted.file.id(), "layers/fc/weight", H5P_DEFAULT);
  H5Lcreate_external("/etc/passwd", "/", crafted.file.id(), "layers/fc/weight", H5P_DEFAULT, H5P_DEFAULT);
  EXPECT_THAT(isolated(crafted), FailsWith(ErrorCode::refused, "an external link to another file"));
}

TEST(IsolatedDump, ManyDumpsMayBeOpenAtOnce) {
  CraftedDump crafted;
  crafted.linear("fc", 2, 3);
  crafted.file.close();
  const auto processes = testing::readerProcesses();
  std::vector<Dump> dumps;
  for (int i = 0; i < 8; ++i) {
    auto reader = hdf5::Reader::open(crafted.path, {}, processes);
    ASSERT_TRUE(reader) << reader.error().line();
    auto dump = Dump::open(*std::move(reader));
    ASSERT_TRUE(dump);
    dumps.push_back(*std::move(dump));
  }
  EXPECT_EQ(testing::readingChildren().size(), 8U);
  for (const Dump& dump : dumps) EXPECT_TRUE(dump.loadLayer(0));
}

}  // namespace
}  // namespace axescope
