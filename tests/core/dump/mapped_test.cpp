// SPDX-License-Identifier: GPL-3.0-or-later
// Files of other programs, with the user's word on what their datasets mean.
#include <gtest/gtest.h>

#include "tests/core/dump/crafted_dump.h"

namespace axescope {
namespace {

using testing::CraftedDump;
using testing::CraftedFile;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::temporaryPath;

class Foreign : public ::testing::Test {
 protected:
  void SetUp() override {
    file.floats("net/w1", {3, 2}, {1, 2, 3, 4, 5, 6});
    file.floats("net/w2", {1, 2, 2, 1}, {1, 2, 3, 4});
    file.floats("net/calibration", {4, 3}, std::vector<float>(12, 1.0F));
    file.floats("net/bias", {2}, {1, 2});
    file.integers("net/ids", {2, 2}, {1, 2, 3, 4});
    file.close();
  }
  std::filesystem::path path = temporaryPath("foreign.h5");
  CraftedFile file{path};
};

TEST_F(Foreign, WithoutMappingsTheCandidatesAreNamed) {
  const auto dump = Dump::open(path);
  EXPECT_THAT(dump, FailsWith(ErrorCode::unsupported, "/net/calibration [4, 3], /net/w1 [3, 2], /net/w2 [1, 2, 2, 1]"));
  EXPECT_THAT(dump.error().found, ::testing::Not(HasSubstr("bias")));
  EXPECT_THAT(dump.error().found, ::testing::Not(HasSubstr("ids")));
}

TEST_F(Foreign, MappedDatasetsAreLayers) {
  const auto dump = Dump::open(path, {{"first", "/net/w1", "IO", "/net/calibration"}, {"", "/net/w2", "HWIO", ""}});
  ASSERT_TRUE(dump) << dump.error().line();
  EXPECT_EQ(dump->model(), "foreign");
  ASSERT_EQ(dump->layers().size(), 2U);
  EXPECT_EQ(dump->layers()[0].name, "first");
  EXPECT_EQ(dump->layers()[0].channels, 2);
  EXPECT_EQ(dump->layers()[0].calibrationSamples(), 4);
  EXPECT_EQ(dump->layers()[1].name, "net.w2");
  EXPECT_EQ(dump->layers()[1].kind, LayerKind::conv2d);
  EXPECT_EQ(dump->loadLayer(0)->weight, (MatrixF(2, 3) << 1, 3, 5, 2, 4, 6).finished());
  EXPECT_EQ(dump->loadLayer(1)->weight, (MatrixF(1, 4) << 1, 3, 2, 4).finished());
  EXPECT_EQ(dump->loadLayerInput(0, 1, 2)->shape, (std::vector<std::int64_t>{2, 3}));
}

TEST_F(Foreign, TheSameDatasetMeansAnotherLayerInAnotherOrder) {
  const auto dump = Dump::open(path, {{"first", "/net/w1", "OI", ""}});
  ASSERT_TRUE(dump);
  EXPECT_EQ(dump->loadLayer(0)->weight, (MatrixF(3, 2) << 1, 2, 3, 4, 5, 6).finished());
}

TEST_F(Foreign, MappingsThatDoNotFitAreReported) {
  EXPECT_THAT(Dump::open(path, {{"a", "/net/w1", "OX", ""}}), FailsWith(ErrorCode::invalidArgument, "\"OX\""));
  EXPECT_THAT(Dump::open(path, {{"a", "/net/w1", "", ""}}),
              FailsWith(ErrorCode::invalidArgument, "OI, IO, OIHW or HWIO"));
  EXPECT_THAT(Dump::open(path, {{"a", "/net/w1", "OIHW", ""}}), FailsWith(ErrorCode::wrongShape, "4 axes (OIHW)"));
  EXPECT_THAT(Dump::open(path, {{"a", "/net/absent", "OI", ""}}), FailsWith(ErrorCode::notFound, "/net/absent"));
  EXPECT_THAT(Dump::open(path, {{"a", "/net/w1", "OI", "/net/calibration"}}),
              FailsWith(ErrorCode::wrongShape, "[samples, 2]"));
  EXPECT_THAT(Dump::open(path, {{"a/b", "/net/w1", "OI", ""}}), FailsWith(ErrorCode::invalidArgument, "without /"));
  EXPECT_THAT(Dump::open(path, {{"a", "/net/w1", "OI", ""}, {"a", "/net/w1", "IO", ""}}),
              FailsWith(ErrorCode::invalidArgument, "two layers named a"));
}

TEST(ForeignFile, WithoutAnyCandidateSaysSo) {
  const auto path = temporaryPath("other.h5");
  CraftedFile file(path);
  file.floats("vector", {3}, {1, 2, 3});
  file.attribute("/", "format", std::int64_t{5});
  file.close();
  EXPECT_THAT(Dump::open(path), FailsWith(ErrorCode::unsupported, "without floating-point datasets of 2 or 4 axes"));
}

TEST(ForeignFile, ManyCandidatesAreCounted) {
  const auto path = temporaryPath("many.h5");
  CraftedFile file(path);
  for (int i = 0; i < 20; ++i) file.floats("w" + std::to_string(i), {1, 1}, {1});
  file.close();
  EXPECT_THAT(Dump::open(path), FailsWith(ErrorCode::unsupported, "and 8 more"));
}

}  // namespace
}  // namespace axescope
