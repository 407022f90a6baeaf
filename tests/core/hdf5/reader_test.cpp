// SPDX-License-Identifier: GPL-3.0-or-later
// What honest files hold is read as it is.
#include "core/hdf5/reader.h"

#include <array>
#include <limits>
#include <thread>

#include <gtest/gtest.h>

#include "tests/core/hdf5/crafted_file.h"

namespace axescope::hdf5 {
namespace {

using testing::chunked;
using testing::CraftedFile;
using ::testing::ElementsAre;
using testing::FailsWith;
using testing::HasValueThat;
using testing::temporaryPath;

class Dataset : public ::testing::Test {
 protected:
  /// Closes the crafted file and opens it for reading.
  Reader reader() {
    file.close();
    auto opened = Reader::open(path);
    EXPECT_TRUE(opened) << opened.error().line();
    return std::move(*opened);
  }
  std::filesystem::path path = temporaryPath("file.h5");
  CraftedFile file{path};
};

TEST_F(Dataset, EveryFloatTypeAndByteOrderReadsTheSame) {
  const std::vector<float> values{1.5F, -2.0F, 0.25F, 1024.0F, -0.0F, 3.0F};
  const hid_t half = testing::halfType();
  const hid_t bfloat = H5Tcopy(H5T_IEEE_F32LE);
  H5Tset_fields(bfloat, 15, 7, 8, 0, 7);
  H5Tset_size(bfloat, 2);
  H5Tset_ebias(bfloat, 127);
  const std::vector<std::pair<std::string, hid_t>> types{{"f32le", H5T_IEEE_F32LE},
                                                         {"f32be", H5T_IEEE_F32BE},
                                                         {"f64le", H5T_IEEE_F64LE},
                                                         {"f64be", H5T_IEEE_F64BE},
                                                         {"f16", half},
                                                         {"bf16", bfloat}};
  for (const auto& [name, type] : types) file.dataset(name, {2, 3}, type, H5T_NATIVE_FLOAT, values.data());
  const Reader opened = reader();
  for (const auto& [name, type] : types) {
    const auto info = opened.dataset("/" + name);
    ASSERT_TRUE(info) << info.error().line();
    EXPECT_EQ(info->shape, (std::vector<std::int64_t>{2, 3})) << name;
    EXPECT_EQ(info->kind, ElementKind::real);
    EXPECT_EQ(info->bytesPerElement, static_cast<int>(H5Tget_size(type)));
    EXPECT_THAT(opened.readFloats("/" + name), HasValueThat(::testing::ElementsAreArray(values))) << name;
  }
  H5Tclose(half);
  H5Tclose(bfloat);
}

TEST_F(Dataset, EveryIntegerTypeReadsAsIntegersAndAsFloats) {
  const std::vector<std::int64_t> values{0, 1, 100, 127};
  const std::vector<std::pair<std::string, hid_t>> types{
      {"i8", H5T_STD_I8LE},   {"u8", H5T_STD_U8LE},     {"i16be", H5T_STD_I16BE}, {"u16", H5T_STD_U16LE},
      {"i32", H5T_STD_I32LE}, {"u32be", H5T_STD_U32BE}, {"i64", H5T_STD_I64LE},   {"u64", H5T_STD_U64LE}};
  for (const auto& [name, type] : types) file.dataset(name, {4}, type, H5T_NATIVE_INT64, values.data());
  const Reader opened = reader();
  for (const auto& [name, type] : types) {
    EXPECT_THAT(opened.readIntegers(name), HasValueThat(::testing::ElementsAreArray(values))) << name;
    EXPECT_THAT(opened.readFloats(name), HasValueThat(ElementsAre(0, 1, 100, 127))) << name;
  }
}

TEST_F(Dataset, DoublesKeepTheirPrecision) {
  const double value = 1.0 / 3.0;
  file.dataset("value", {}, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
  EXPECT_THAT(reader().readDoubles("value"), HasValueThat(ElementsAre(value)));
}

TEST_F(Dataset, RowsAreTakenAlongTheFirstAxis) {
  file.floats("plain", {3, 2}, {0, 1, 10, 11, 20, 21});
  const hid_t creation = chunked({2, 2});
  H5Pset_shuffle(creation);
  H5Pset_deflate(creation, 6);
  H5Pset_fletcher32(creation);
  const std::array<std::int64_t, 6> values{0, 1, 10, 11, 20, 21};
  file.dataset("packed", {3, 2}, H5T_STD_I32LE, H5T_NATIVE_INT64, values.data(), creation);
  H5Pclose(creation);
  const Reader opened = reader();
  EXPECT_THAT(opened.readFloats("plain", 1, 2), HasValueThat(ElementsAre(10, 11, 20, 21)));
  EXPECT_THAT(opened.readFloats("plain", 3, 0), HasValueThat(ElementsAre()));
  EXPECT_THAT(opened.readIntegers("packed", 1, 1), HasValueThat(ElementsAre(10, 11)));
  EXPECT_THAT(opened.readFloats("plain", 2, 2), FailsWith(ErrorCode::invalidArgument, "rows 0 to 3"));
  EXPECT_THAT(opened.readFloats("plain", -1, 1), FailsWith(ErrorCode::invalidArgument, "first -1"));
  EXPECT_THAT(opened.readFloats("plain", std::numeric_limits<std::int64_t>::max(), 1),
              FailsWith(ErrorCode::invalidArgument, "plain"));
}

TEST_F(Dataset, SzipAndCompactStorageRead) {
  std::vector<float> values(256);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 7);
  const hid_t szip = chunked({16, 16});
  if (H5Pset_szip(szip, H5_SZIP_NN_OPTION_MASK, 16) >= 0)
    file.dataset("szip", {16, 16}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data(), szip);
  H5Pclose(szip);
  const hid_t compact = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_layout(compact, H5D_COMPACT);
  file.dataset("compact", {16, 16}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data(), compact);
  H5Pclose(compact);
  const Reader opened = reader();
  for (const std::string name : {"szip", "compact"}) {
    if (opened.hasDataset(name)) {
      EXPECT_THAT(opened.readFloats(name), HasValueThat(::testing::ElementsAreArray(values))) << name;
    }
  }
}

TEST_F(Dataset, EmptyAxesAreEmptyValues) {
  file.declare("none", {0, 3}, H5T_IEEE_F32LE);
  const Reader opened = reader();
  EXPECT_THAT(opened.readFloats("none"), HasValueThat(ElementsAre()));
  EXPECT_EQ(opened.dataset("none")->shape, (std::vector<std::int64_t>{0, 3}));
}

TEST_F(Dataset, UnsignedValuesBeyondInt64AreNotClippedSilently) {
  const std::uint64_t value = std::numeric_limits<std::uint64_t>::max();
  file.dataset("label", {1}, H5T_STD_U64LE, H5T_NATIVE_UINT64, &value);
  file.attribute("label", "count", {}, H5T_STD_U64LE, H5T_NATIVE_UINT64, &value);
  const Reader opened = reader();
  EXPECT_THAT(opened.readIntegers("label"), FailsWith(ErrorCode::tooLarge, "2^63"));
  EXPECT_THAT(opened.integerAttribute("label", "count"), FailsWith(ErrorCode::tooLarge, "label@count"));
}

TEST_F(Dataset, MembersComeInNameOrder) {
  file.group("layers/b.2");
  file.group("layers/a");
  file.floats("layers/c", {1}, {1});
  file.floats("layers/a/weight", {1}, {1});
  const Reader opened = reader();
  EXPECT_THAT(opened.children("/layers"), HasValueThat(ElementsAre("a", "b.2", "c")));
  EXPECT_THAT(opened.datasetsBelow("/"), HasValueThat(ElementsAre("/layers/a/weight", "/layers/c")));
  EXPECT_TRUE(opened.hasGroup("/layers"));
  EXPECT_TRUE(opened.hasGroup("/"));
  EXPECT_FALSE(opened.hasGroup("/layers/c"));
  EXPECT_TRUE(opened.hasDataset("layers/c"));
  EXPECT_FALSE(opened.hasDataset("/layers/d"));
  EXPECT_FALSE(opened.hasDataset("/layers/c/d"));
  EXPECT_FALSE(opened.hasDataset("/layers/./c"));
}

TEST_F(Dataset, ErrorsNameFileObjectExpectedAndFound) {
  file.floats("weight", {1}, {1});
  const Reader opened = reader();
  const auto missing = opened.readFloats("/layers/conv1");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().file, path.string());
  EXPECT_EQ(missing.error().object, "/layers");
  EXPECT_EQ(missing.error().code, ErrorCode::notFound);
  EXPECT_FALSE(missing.error().expected.empty());
  EXPECT_FALSE(missing.error().found.empty());
  EXPECT_THAT(opened.children("weight"), FailsWith(ErrorCode::wrongType, "a dataset"));
  EXPECT_THAT(opened.readFloats("/"), FailsWith(ErrorCode::wrongType, "a group"));
  EXPECT_THAT(opened.readIntegers("weight"), FailsWith(ErrorCode::wrongType, "integers"));
  EXPECT_EQ(opened.fileName(), path.string());
}

TEST_F(Dataset, OneReadStaysWithinItsLimit) {
  file.floats("weight", {4}, {1, 2, 3, 4});
  file.close();
  Limits limits;
  limits.readBytes = 8;
  const auto opened = Reader::open(path, limits);
  ASSERT_TRUE(opened);
  EXPECT_THAT(opened->readFloats("weight"), FailsWith(ErrorCode::tooLarge, "8 bytes"));
  EXPECT_THAT(opened->readFloats("weight", 2, 2), HasValueThat(ElementsAre(3, 4)));
}

TEST_F(Dataset, SeveralThreadsMayShareAReader) {
  std::vector<float> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  file.floats("weight", {1000}, values);
  const Reader opened = reader();
  std::vector<std::thread> threads;
  std::array<int, 4> right{};
  for (int& count : right) {
    threads.emplace_back([&] {
      for (std::int64_t i = 0; i < 100; ++i) {
        const auto row = opened.readFloats("weight", i, 1);
        if (row && row->front() == static_cast<float>(i) && !opened.readFloats("absent")) ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(right, ::testing::Each(100));
}

TEST_F(Dataset, TheFileMayBeReplacedWhileItIsRead) {
  file.floats("weight", {1}, {7});
  const Reader opened = reader();
  std::filesystem::remove(path);
  EXPECT_THAT(opened.readFloats("weight"), HasValueThat(ElementsAre(7)));
}

}  // namespace
}  // namespace axescope::hdf5
