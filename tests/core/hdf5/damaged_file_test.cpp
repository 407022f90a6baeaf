// SPDX-License-Identifier: GPL-3.0-or-later
// Files that are no HDF5, not whole, or altered: a sentence, never a crash, never the library's own output.
#include <fstream>
#include <iterator>
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
  constexpr std::size_t step = 64;
  for (std::size_t length = 0; length < whole.size(); length += step) {
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

TEST(DamagedFile, AlteredHeapsAndReferencesNeverCrashTheReader) {
  // The library by itself follows any size and index in a global heap: past its end, or for ever.
  const std::string whole = wholeFile();
  const std::size_t heap = whole.find("GCOL");
  ASSERT_NE(heap, std::string::npos);
  std::vector<std::size_t> positions;
  for (std::size_t i = heap; i < heap + 96; ++i) positions.push_back(i);
  std::string address(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) address[i] = static_cast<char>(heap >> (8 * i) & 0xFF);
  for (std::size_t at = whole.find(address); at != std::string::npos; at = whole.find(address, at + 1)) {
    for (std::size_t i = at - 4; i < at + 12; ++i) positions.push_back(i);
  }
  ASSERT_GT(positions.size(), 96U);
  const auto path = temporaryPath("altered.h5");
  for (const std::size_t position : positions) {
    for (const int byte : {0x00, 0x01, 0x7F, 0xFF}) {
      std::string altered = whole;
      altered[position] = static_cast<char>(byte);
      putBytes(path, altered);
      readEverything(path);
    }
  }
}

TEST(DamagedFile, DamageInOneDatasetLeavesTheOthersReadable) {
  const auto path = temporaryPath("altered.h5");
  CraftedFile file(path);
  file.floats("whole", {2}, {1, 2});
  const hid_t creation = testing::chunked({2});
  H5Pset_fletcher32(creation);
  const std::vector<float> values{1234.5F, 5678.5F};
  file.dataset("damaged", {2}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data(), creation);
  H5Pclose(creation);
  file.close();
  std::string bytes = bytesOf(path);
  const std::string needle(reinterpret_cast<const char*>(values.data()), 8);
  const std::size_t at = bytes.find(needle);
  ASSERT_NE(at, std::string::npos);
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  putBytes(path, bytes);
  const auto reader = Reader::open(path);
  ASSERT_TRUE(reader);
  EXPECT_THAT(reader->readFloats("damaged"), FailsWith(ErrorCode::corrupt, "truncated or damaged"));
  EXPECT_TRUE(reader->readFloats("whole"));
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
