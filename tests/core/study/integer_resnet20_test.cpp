// SPDX-License-Identifier: GPL-3.0-or-later
// A trained residual network in integers from the pixels to the logits.
#include <filesystem>

#include <gtest/gtest.h>

#include "core/base/parallel.h"
#include "core/study/runner.h"
#include "core/study/study.h"

namespace axescope {
namespace {

TEST(IntegerResnet20, IsWithinAPointOfFloatAtEightBitsWithoutAnyFloatOperation) {
  const std::filesystem::path path = std::filesystem::path(AXESCOPE_SHARED_DATA) / "resnet20-cifar10.h5";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "The trained network resnet20-cifar10.h5 is not here.";
  const auto model = Model::open(path);
  ASSERT_TRUE(model) << model.error().line();
  Study study;
  for (const auto& [key, text] :
       std::initializer_list<std::pair<const char*, const char*>>{{"algorithm", "optq"},
                                                                  {"weight_bits", "8"},
                                                                  {"activation_bits", "8"},
                                                                  {"inner_bits", "20"},
                                                                  {"tile", "64"},
                                                                  {"propagate", "off"},
                                                                  {"arithmetic", "integer"}}) {
    ASSERT_TRUE(study.set(key, std::string_view(text)));
  }
  const auto points = study.points((*model)->studyDefaults());
  ASSERT_TRUE(points) << points.error().line();
  const PointSink sink = [](const PointResult& point) -> Status {
    EXPECT_FALSE(point.failed()) << point.failure;
    EXPECT_EQ(point.measurement.floatOperations, 0);
    EXPECT_TRUE(point.measurement.guaranteed);
    EXPECT_NEAR(*point.measurement.accuracy, *point.measurement.floatAccuracy, 0.01);
    return {};
  };
  withThreads(2, [&] { EXPECT_TRUE(runPoints(**model, *points, sink, {})); });
}

}  // namespace
}  // namespace axescope
