// SPDX-License-Identifier: GPL-3.0-or-later
// Values that lie in a file as this machine keeps them: with a reading process nobody but the reader itself reads them.
#include <gtest/gtest.h>

#include "core/hdf5/reader.h"
#include "tests/core/dump/reading_process.h"
#include "tests/core/hdf5/crafted_file.h"

namespace axescope::hdf5 {
namespace {

using testing::FailsWith;
using testing::HasValueThat;

class PlainValues : public testing::CraftedFileTest {
 protected:
  /// After which no process is there that could answer.
  Reader withoutProcess(const std::vector<std::string>& known) {
    file.close();
    auto opened = Reader::open(path, {}, testing::readerProcesses());
    EXPECT_TRUE(opened) << opened.error().line();
    for (const std::string& dataset : known) EXPECT_TRUE(opened->dataset(dataset));
    testing::signalReadingChildren(SIGKILL);
    return *std::move(opened);
  }
};

TEST_F(PlainValues, NeedNoAnswerOfTheProcess) {
  std::vector<float> values(3000 * 100);  // more than one step of reading
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.5F * static_cast<float>(i);
  file.floats("floats", {3000, 100}, values);
  const std::vector<double> doubles{0.1, -2e300};
  file.dataset("doubles", {2}, H5T_NATIVE_DOUBLE, H5T_NATIVE_DOUBLE, doubles.data());
  file.floats("none", {0, 7}, {});
  const Reader opened = withoutProcess({"floats", "doubles"});
  EXPECT_THAT(opened.readFloats("floats"), HasValueThat(::testing::Eq(values)));
  EXPECT_THAT(opened.readFloats("floats", 2998, 2),
              HasValueThat(::testing::ElementsAreArray(values.end() - 200, values.end())));
  EXPECT_THAT(opened.readFloats("floats", 7, 0), HasValueThat(::testing::IsEmpty()));
  EXPECT_THAT(opened.readDoubles("doubles"), HasValueThat(::testing::Eq(doubles)));
}

TEST_F(PlainValues, AreThoseOfContiguousNativeFloats) {
  const std::vector<float> values{1, 2};
  const hid_t chunks = testing::chunked({2});
  const hid_t compact = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_layout(compact, H5D_COMPACT);
  const hid_t half = testing::halfType();
  const auto write = [&](const char* name, hid_t type, hid_t creation = H5P_DEFAULT) {
    file.dataset(name, {2}, type, H5T_NATIVE_FLOAT, values.data(), creation);
  };
  write("plain", H5T_NATIVE_FLOAT);
  write("plain doubles", H5T_NATIVE_DOUBLE);
  write("swapped", H5T_IEEE_F32BE);
  write("half", half);
  write("integers", H5T_NATIVE_INT);
  write("chunked", H5T_NATIVE_FLOAT, chunks);
  write("compact", H5T_NATIVE_FLOAT, compact);
  H5Tclose(half);
  H5Pclose(compact);
  H5Pclose(chunks);
  const Reader here = reader();
  for (const std::string name : {"plain", "plain doubles"}) EXPECT_TRUE(here.dataset(name)->plainAt) << name;
  for (const std::string name : {"swapped", "half", "integers", "chunked", "compact"}) {
    EXPECT_FALSE(here.dataset(name)->plainAt) << name;
    const auto there = Reader::open(path, {}, testing::readerProcesses());
    EXPECT_THAT(there->readFloats(name), HasValueThat(::testing::ElementsAre(1, 2))) << name;
  }
}

TEST_F(PlainValues, AreFoundBehindAUserBlock) {
  const std::filesystem::path blocked = testing::temporaryPath("blocked.h5");
  const hid_t creation = H5Pcreate(H5P_FILE_CREATE);
  H5Pset_userblock(creation, 1024);
  const hid_t made = H5Fcreate(blocked.c_str(), H5F_ACC_TRUNC, creation, H5P_DEFAULT);
  const hsize_t two = 2;
  const hid_t space = H5Screate_simple(1, &two, nullptr);
  const hid_t dataset = H5Dcreate2(made, "w", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  const std::vector<float> values{3, 4};
  H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  H5Dclose(dataset);
  H5Sclose(space);
  H5Fclose(made);
  H5Pclose(creation);
  const auto opened = Reader::open(blocked, {}, testing::readerProcesses());
  ASSERT_TRUE(opened) << opened.error().line();
  ASSERT_TRUE(opened->dataset("w")->plainAt);
  testing::signalReadingChildren(SIGKILL);
  EXPECT_THAT(opened->readFloats("w"), HasValueThat(::testing::Eq(values)));
}

TEST_F(PlainValues, OfAFileThatIsCutShortMeanwhileAreAnError) {
  file.floats("w", {1 << 20}, std::vector<float>(1 << 20, 1.0F));
  const Reader opened = withoutProcess({"w"});
  std::filesystem::resize_file(path, 1 << 20);
  EXPECT_THAT(opened.readFloats("w"), FailsWith(ErrorCode::corrupt, "truncated or damaged"));
}

TEST_F(PlainValues, RowsThatAreNotThereAreAskedFor) {
  file.floats("w", {4, 2}, std::vector<float>(8, 1.0F));
  file.close();
  const auto opened = Reader::open(path, {}, testing::readerProcesses());
  EXPECT_TRUE(opened->readFloats("w", 2, 2));
  EXPECT_THAT(opened->readFloats("w", 2, 3), FailsWith(ErrorCode::invalidArgument, "rows 0 to 4"));
  EXPECT_THAT(opened->readFloats("w", -1, 1), FailsWith(ErrorCode::invalidArgument, "rows 0 to 4"));
}

}  // namespace
}  // namespace axescope::hdf5
