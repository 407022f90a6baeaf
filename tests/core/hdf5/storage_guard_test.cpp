// SPDX-License-Identifier: GPL-3.0-or-later
// A small file must not be able to read other files, to fill the memory or to run code.
#include <fstream>

#include <gtest/gtest.h>

#include "core/hdf5/reader.h"
#include "tests/core/hdf5/crafted_file.h"

namespace axescope::hdf5 {
namespace {

using testing::chunked;
using testing::CraftedFile;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::FailsWith;
using testing::HasValueThat;
using testing::temporaryPath;

class Storage : public testing::CraftedFileTest {};

TEST_F(Storage, ExternalStorageIsRefused) {
  const auto secret = temporaryPath("secret.txt");
  std::ofstream(secret) << "password";
  const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_external(creation, secret.c_str(), 0, 8);
  file.declare("weight", {8}, H5T_STD_U8LE, creation);
  H5Pclose(creation);
  const Reader opened = reader();
  EXPECT_THAT(opened.readFloats("/weight"), FailsWith(ErrorCode::refused, "external storage in other files"));
  EXPECT_THAT(opened.readString("/weight"), FailsWith(ErrorCode::refused, "external storage in other files"));
  EXPECT_THAT(opened.readTable("/weight"), FailsWith(ErrorCode::refused, "external storage in other files"));
}

TEST_F(Storage, VirtualDatasetsAreRefused) {
  const auto otherPath = temporaryPath("other.h5");
  CraftedFile other(otherPath);
  other.floats("weight", {4}, {1, 2, 3, 4});
  other.close();
  const hsize_t size = 4;
  const hid_t space = H5Screate_simple(1, &size, nullptr);
  const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_virtual(creation, space, otherPath.c_str(), "/weight", space);
  file.declare("weight", {4}, H5T_IEEE_F32LE, creation);
  H5Pclose(creation);
  H5Sclose(space);
  EXPECT_THAT(reader().readFloats("/weight"), FailsWith(ErrorCode::refused, "a virtual dataset of other files"));
}

TEST_F(Storage, OnlyKnownFiltersAreAllowed) {
  const hid_t creation = chunked({4});
  H5Pset_scaleoffset(creation, H5Z_SO_INT, 0);
  const std::vector<std::int64_t> values{1, 2, 3, 4};
  file.dataset("scaled", {4}, H5T_STD_I64LE, H5T_NATIVE_INT64, values.data(), creation);
  H5Pclose(creation);
  EXPECT_THAT(reader().readIntegers("/scaled"), FailsWith(ErrorCode::refused, "filter number 6"));
}

/// Says that it was asked, as a plugin found in the environment's folder would be.
bool pluginRan = false;
std::size_t passOn(unsigned /*flags*/, std::size_t /*count*/, const unsigned* /*values*/, std::size_t bytes,
                   std::size_t* /*size*/, void** /*buffer*/) {
  pluginRan = true;
  return bytes;
}

TEST_F(Storage, AFilterOfAPluginIsRefusedAndNeverRuns) {
  constexpr H5Z_filter_t lz4 = 32004;  // registered by The HDF Group for a plugin
  H5Z_class2_t filter{};
  filter.version = H5Z_CLASS_T_VERS;
  filter.id = lz4;
  filter.encoder_present = filter.decoder_present = 1;
  filter.name = "plugin";
  filter.filter = passOn;
  ASSERT_GE(H5Zregister(&filter), 0);
  for (const unsigned kind : {unsigned{H5Z_FLAG_MANDATORY}, unsigned{H5Z_FLAG_OPTIONAL}}) {
    const hid_t creation = chunked({4});
    ASSERT_GE(H5Pset_filter(creation, lz4, kind, 0, nullptr), 0);
    const std::vector<float> values{1, 2, 3, 4};
    file.dataset("weight" + std::to_string(kind), {4}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data(), creation);
    H5Pclose(creation);
  }
  ASSERT_TRUE(pluginRan);
  pluginRan = false;
  const Reader opened = reader();
  EXPECT_THAT(opened.readFloats("weight0"), FailsWith(ErrorCode::refused, "filter number 32004"));
  EXPECT_THAT(opened.readFloats("weight1"), FailsWith(ErrorCode::refused, "filter number 32004"));
  EXPECT_FALSE(pluginRan);
  H5Zunregister(lz4);
  EXPECT_THAT(Reader::open(path)->readFloats("weight0"), FailsWith(ErrorCode::refused, "filter number 32004"));
}

TEST_F(Storage, CompressionOfCompressionIsRefused) {
  const hid_t creation = chunked({1024});
  H5Pset_deflate(creation, 9);
  H5Pset_deflate(creation, 9);
  const std::vector<float> values(1024, 0.0F);
  file.dataset("weight", {1024}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data(), creation);
  H5Pclose(creation);
  EXPECT_THAT(reader().readFloats("/weight"), FailsWith(ErrorCode::refused, "at most one compressing filter"));
}

TEST_F(Storage, ValuesThatWereNeverWrittenAreRefused) {
  file.declare("contiguous", {1'000'000'000}, H5T_IEEE_F32LE);
  const hid_t creation = chunked({1000});
  H5Pset_deflate(creation, 1);
  file.declare("chunked", {1'000'000'000}, H5T_IEEE_F32LE, creation);
  H5Pclose(creation);
  const Reader opened = reader();
  EXPECT_THAT(opened.dataset("contiguous"), FailsWith(ErrorCode::refused, "not all was ever written"));
  EXPECT_THAT(opened.dataset("chunked"), FailsWith(ErrorCode::refused, "not all was ever written"));
}

TEST_F(Storage, APartlyWrittenDatasetIsRefused) {
  const hid_t creation = chunked({4});
  file.declare("weight", {8}, H5T_IEEE_F32LE, creation);
  H5Pclose(creation);
  const hid_t dataset = H5Dopen2(file.id(), "weight", H5P_DEFAULT);
  const hid_t all = H5Dget_space(dataset);
  const hsize_t start = 0;
  const hsize_t count = 4;
  H5Sselect_hyperslab(all, H5S_SELECT_SET, &start, nullptr, &count, nullptr);
  const hid_t part = H5Screate_simple(1, &count, nullptr);
  const std::vector<float> values{1, 2, 3, 4};
  ASSERT_GE(H5Dwrite(dataset, H5T_NATIVE_FLOAT, part, all, H5P_DEFAULT, values.data()), 0);
  H5Sclose(part);
  H5Sclose(all);
  H5Dclose(dataset);
  EXPECT_THAT(reader().readFloats("weight"), FailsWith(ErrorCode::refused, "not all was ever written"));
}

TEST_F(Storage, DeclaredSizesMayNotOverflow) {
  const hsize_t huge = hsize_t{1} << 62;
  const hid_t creation = chunked({1, 1, 1});
  file.declare("overflow", {huge, huge, 16}, H5T_IEEE_F32LE, creation);
  file.declare("hidden", {0, huge, huge}, H5T_IEEE_F32LE, creation);
  file.declare("large", {1 << 20, 1 << 20, 2}, H5T_IEEE_F64LE, creation);
  H5Pclose(creation);
  const Reader opened = reader();
  EXPECT_THAT(opened.dataset("overflow"), FailsWith(ErrorCode::tooLarge, "axis 0"));
  EXPECT_THAT(opened.dataset("hidden"), FailsWith(ErrorCode::tooLarge, "axis 1"));
  EXPECT_THAT(opened.dataset("large"), FailsWith(ErrorCode::tooLarge, "1 TiB"));
}

TEST_F(Storage, AChunkMustBeAbleToInflateToItsSize) {
  // A megabyte of zeros deflates to about a kilobyte: honest. The same stored bytes under a limit of 10:1 are not.
  const std::vector<float> values(1 << 18, 0.0F);
  const hid_t creation = chunked({1 << 18});
  H5Pset_deflate(creation, 9);
  file.dataset("zeros", {1 << 18}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data(), creation);
  H5Pclose(creation);
  EXPECT_THAT(reader().readFloats("zeros"), HasValueThat(Each(0.0F)));
  Limits limits;
  limits.compressionRatio = 10;
  const auto strict = Reader::open(path, limits);
  ASSERT_TRUE(strict);
  EXPECT_THAT(strict->dataset("zeros"), FailsWith(ErrorCode::refused, "1 MiB declared"));
}

TEST_F(Storage, AChunkMayNotHideMoreThanItDeclares) {
  // One chunk of 16 bytes whose stored stream is long: the library would inflate all of it.
  const hid_t creation = chunked({4});
  H5Pset_deflate(creation, 9);
  file.declare("bomb", {4}, H5T_IEEE_F32LE, creation);
  H5Pclose(creation);
  const hid_t dataset = H5Dopen2(file.id(), "bomb", H5P_DEFAULT);
  const std::vector<char> stream(60'000, 'x');
  const hsize_t offset = 0;
  ASSERT_GE(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, &offset, stream.size(), stream.data()), 0);
  H5Dclose(dataset);
  EXPECT_THAT(reader().readFloats("bomb"), FailsWith(ErrorCode::refused, "58.59 KiB stored"));
}

TEST_F(Storage, StoredBytesThatDoNotInflateAreDamage) {
  const hid_t creation = chunked({4});
  H5Pset_deflate(creation, 9);
  file.declare("weight", {4}, H5T_IEEE_F32LE, creation);
  H5Pclose(creation);
  const hid_t dataset = H5Dopen2(file.id(), "weight", H5P_DEFAULT);
  const std::vector<char> stream(16, 'x');
  const hsize_t offset = 0;
  ASSERT_GE(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, &offset, stream.size(), stream.data()), 0);
  H5Dclose(dataset);
  EXPECT_THAT(reader().readFloats("weight"), FailsWith(ErrorCode::corrupt, "damaged"));
}

TEST_F(Storage, TheNumberAndSizeOfChunksAreCapped) {
  const std::vector<float> values(100, 1.0F);
  const hid_t creation = chunked({1});
  file.dataset("many", {100}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data(), creation);
  H5Pclose(creation);
  const hid_t large = chunked({100});
  file.dataset("large", {100}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data(), large);
  H5Pclose(large);
  Limits limits;
  limits.chunks = 99;
  limits.readBytes = 399;
  const Reader opened = reader(limits);
  EXPECT_THAT(opened.dataset("many"), FailsWith(ErrorCode::tooLarge, "at most 99 chunks"));
  EXPECT_THAT(opened.dataset("large"), FailsWith(ErrorCode::tooLarge, "chunks of at most 399 bytes"));
}

TEST_F(Storage, ManyChunksAreCheckedInReasonableTime) {
  const std::vector<float> values(200'000, 1.0F);
  const hid_t creation = chunked({4});
  file.dataset("many", {200'000}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data(), creation);
  H5Pclose(creation);
  EXPECT_THAT(reader().readFloats("many", 0, 2), HasValueThat(ElementsAre(1, 1)));
}

TEST_F(Storage, NullDataspacesAreEmpty) {
  const hid_t space = H5Screate(H5S_NULL);
  H5Dclose(H5Dcreate2(file.id(), "nothing", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Aclose(H5Acreate2(file.id(), "nothing", H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT));
  H5Sclose(space);
  const Reader opened = reader();
  EXPECT_THAT(opened.readFloats("nothing"), FailsWith(ErrorCode::empty, "null dataspace"));
  EXPECT_THAT(opened.integerAttribute("/", "nothing"), FailsWith(ErrorCode::empty, "/@nothing"));
}

}  // namespace
}  // namespace axescope::hdf5
