// SPDX-License-Identifier: GPL-3.0-or-later
// Files that are no HDF5, not whole, or altered: a sentence, never a crash, never the library's own output.
#include <fstream>
#include <iterator>
#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/hdf5/reader.h"
#include "tests/core/hdf5/crafted_file.h"

namespace axescope::hdf5 {
namespace {

using testing::CraftedFile;
using testing::FailsWith;
using testing::temporaryPath;

std::string bytesOf(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void putBytes(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// A small file with some of everything.
std::string wholeFile() {
  const auto path = temporaryPath("whole.h5");
  CraftedFile file(path);
  file.attribute("/", "format", "axescope-dump");
  file.attribute("/", "names", std::vector<std::string>{"a", "b"});
  file.floats("layers/conv1/weight", {2, 3}, {1, 2, 3, 4, 5, 6});
  file.attribute("layers/conv1", "stride", std::vector<std::int64_t>{1, 1});
  const hid_t creation = testing::chunked({2, 2});
  H5Pset_shuffle(creation);
  H5Pset_deflate(creation, 6);
  H5Pset_fletcher32(creation);
  const std::vector<std::int64_t> values{1, 2, 3, 4, 5, 6, 7, 8};
  file.dataset("labels", {4, 2}, H5T_STD_I64LE, H5T_NATIVE_INT64, values.data(), creation);
  H5Pclose(creation);
  file.text("graph", "{}");
  file.close();
  return bytesOf(path);
}

/// Reads all that wholeFile() has; only that it comes back matters.
void readEverything(const std::filesystem::path& path) {
  const auto reader = Reader::open(path);
  if (!reader) return;
  (void)reader->datasetsBelow("/");
  (void)reader->stringAttribute("/", "format");
  (void)reader->stringListAttribute("/", "names");
  (void)reader->integerListAttribute("/layers/conv1", "stride");
  (void)reader->readFloats("/layers/conv1/weight");
  (void)reader->readIntegers("/labels");
  (void)reader->readString("/graph");
}

TEST(DamagedFile, AbsentFoldersPipesAndOtherFilesAreNamed) {
  EXPECT_THAT(Reader::open(temporaryPath("absent.h5")), FailsWith(ErrorCode::notFound, "no such file"));
  EXPECT_THAT(Reader::open(temporaryPath("absent.h5").parent_path()), FailsWith(ErrorCode::notHdf5, "a folder"));
  const auto pipe = temporaryPath("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(Reader::open(pipe), FailsWith(ErrorCode::notHdf5, "a device or pipe"));
  std::filesystem::remove(pipe);
  EXPECT_THAT(Reader::open("/dev/null"), FailsWith(ErrorCode::notHdf5, "a device or pipe"));
  putBytes(temporaryPath("empty.h5"), "");
  EXPECT_THAT(Reader::open(temporaryPath("empty.h5")), FailsWith(ErrorCode::notHdf5, "an empty file"));
  putBytes(temporaryPath("text.h5"), "weights = [1, 2, 3]\n");
  EXPECT_THAT(Reader::open(temporaryPath("text.h5")), FailsWith(ErrorCode::notHdf5, "text.h5"));
}

TEST(DamagedFile, EveryTruncationIsReported) {
  const std::string whole = wholeFile();
  const auto path = temporaryPath("part.h5");
  for (std::size_t length = 0; length < whole.size(); length += length < 2048 ? 7 : 97) {
    putBytes(path, std::string_view(whole).substr(0, length));
    const auto reader = Reader::open(path);
    ASSERT_FALSE(reader) << length << " of " << whole.size() << " bytes";
    const ErrorCode expected = length < 8 ? ErrorCode::notHdf5 : ErrorCode::corrupt;
    EXPECT_EQ(reader.error().code, expected) << length << ": " << reader.error().line();
    EXPECT_EQ(reader.error().line().find("HDF5-DIAG"), std::string::npos);
  }
  putBytes(path, whole);
  EXPECT_TRUE(Reader::open(path));
}

TEST(DamagedFile, AlteredBytesNeverCrashTheReader) {
  const std::string whole = wholeFile();
  const auto path = temporaryPath("altered.h5");
  std::mt19937 random(20240901);
  std::uniform_int_distribution<std::size_t> position(0, whole.size() - 1);
  std::uniform_int_distribution<int> byte(0, 255);
  for (int trial = 0; trial < 2000; ++trial) {
    std::string altered = whole;
    for (int i = 0; i <= trial % 3; ++i) altered[position(random)] = static_cast<char>(byte(random));
    putBytes(path, altered);
    readEverything(path);
  }
}

TEST(DamagedFile, TheLibraryItselfNeverSpeaks) {
  const std::string whole = wholeFile();
  const auto path = temporaryPath("part.h5");
  putBytes(path, std::string_view(whole).substr(0, whole.size() / 2));
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  const auto attempt = [&] {
    EXPECT_FALSE(Reader::open(path));
    const auto reader = Reader::open(temporaryPath("whole.h5"));
    EXPECT_FALSE(reader->readFloats("/absent"));
    EXPECT_FALSE(reader->stringAttribute("/absent", "kind"));
    EXPECT_FALSE(reader->readIntegers("/graph"));
  };
  attempt();
  std::thread(attempt).join();
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace axescope::hdf5
