// SPDX-License-Identifier: GPL-3.0-or-later
// A target is the old file or the whole new one, and other programs read what is written.
#include "core/hdf5/writer.h"

#include <array>
#include <csignal>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/hdf5/reader.h"
#include "tests/core/hdf5/crafted_file.h"

namespace axescope::hdf5 {
namespace {

using testing::CraftedFile;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using testing::FailsWith;
using testing::HasValueThat;
using ::testing::Optional;
using testing::temporaryPath;
using Sizes = std::vector<std::int64_t>;

std::string bytesOf(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Names in the target's folder.
std::vector<std::string> folderOf(const std::filesystem::path& path) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path.parent_path()))
    names.push_back(entry.path().filename().string());
  return names;
}

Writer mustCreate(const std::filesystem::path& path, std::size_t mostInMemory = mostFileInMemory) {
  auto writer = Writer::create(path, mostInMemory);
  EXPECT_TRUE(writer) << writer.error().line();
  return std::move(*writer);
}

Status writeSample(Writer& writer, std::size_t count) {
  std::vector<float> values(count);
  unsigned state = 1;
  for (float& value : values) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<float>(state >> 8U);
  }
  AXESCOPE_CHECK(writer.attribute("/", "format", std::string("axescope-dump")));
  return writer.tensor("/data/values", Sizes{static_cast<std::int64_t>(count)}, std::span<const float>(values));
}

TEST(Writer, WhatIsWrittenIsRead) {
  const auto path = temporaryPath("out.h5");
  Writer writer = mustCreate(path);
  ASSERT_TRUE(writer.group("/layers/conv1.a"));
  ASSERT_TRUE(writer.group("/layers"));
  ASSERT_TRUE(writer.attribute("/layers/conv1.a", "kind", std::string("conv2d")));
  ASSERT_TRUE(writer.attribute("/", "empty", std::string()));
  ASSERT_TRUE(writer.attribute("/", "long", std::string(300'000, 'x')));
  ASSERT_TRUE(writer.attribute("/", "version", std::int64_t{1}));
  ASSERT_TRUE(writer.attribute("/", "scale", 0.125));
  ASSERT_TRUE(writer.attribute("/", "stride", Sizes{2, 1}));
  ASSERT_TRUE(writer.attribute("/", "version", std::int64_t{2}));
  const Sizes shape{2, 2};
  ASSERT_TRUE(writer.tensor("f32", shape, std::vector<float>{1, -2, 3.5F, 4}));
  ASSERT_TRUE(writer.tensor("f64", shape, std::vector<double>{1, -2, 3.5, 1.0 / 3}));
  ASSERT_TRUE(writer.tensor("i8", shape, std::vector<std::int8_t>{-128, 127, 0, 1}));
  ASSERT_TRUE(writer.tensor("u8", shape, std::vector<std::uint8_t>{255, 1, 2, 3}));
  ASSERT_TRUE(writer.tensor("i16", shape, std::vector<std::int16_t>{-32768, 32767, 0, 1}));
  ASSERT_TRUE(writer.tensor("i64", shape, Sizes{-1, 1LL << 60, 0, 1}));
  ASSERT_TRUE(writer.tensor("none", Sizes{0, 3}, std::span<const float>{}));
  ASSERT_TRUE(writer.string("/graph", "größe"));
  ASSERT_TRUE(writer.commit());

  const auto reader = Reader::open(path);
  ASSERT_TRUE(reader) << reader.error().line();
  EXPECT_THAT(reader->stringAttribute("/layers/conv1.a", "kind"), HasValueThat(Optional(std::string("conv2d"))));
  EXPECT_THAT(reader->stringAttribute("/", "empty"), HasValueThat(Optional(std::string())));
  EXPECT_THAT(reader->stringAttribute("/", "long"), HasValueThat(Optional(std::string(300'000, 'x'))));
  EXPECT_THAT(reader->integerAttribute("/", "version"), HasValueThat(Optional(2)));
  EXPECT_THAT(reader->realAttribute("/", "scale"), HasValueThat(Optional(0.125)));
  EXPECT_THAT(reader->integerListAttribute("/", "stride"), HasValueThat(Optional(ElementsAre(2, 1))));
  EXPECT_THAT(reader->readFloats("f32"), HasValueThat(ElementsAre(1, -2, 3.5F, 4)));
  EXPECT_THAT(reader->readDoubles("f64"), HasValueThat(ElementsAre(1, -2, 3.5, 1.0 / 3)));
  EXPECT_THAT(reader->readIntegers("i8"), HasValueThat(ElementsAre(-128, 127, 0, 1)));
  EXPECT_THAT(reader->readIntegers("u8"), HasValueThat(ElementsAre(255, 1, 2, 3)));
  EXPECT_THAT(reader->readIntegers("i16"), HasValueThat(ElementsAre(-32768, 32767, 0, 1)));
  EXPECT_THAT(reader->readIntegers("i64"), HasValueThat(ElementsAre(-1, 1LL << 60, 0, 1)));
  EXPECT_THAT(reader->readFloats("none"), HasValueThat(ElementsAre()));
  EXPECT_THAT(reader->readString("/graph"), HasValueThat("größe"));
  EXPECT_THAT(folderOf(path), ElementsAre("out.h5"));
}

TEST(Writer, LargeTensorsAreCompressedInWholeRows) {
  const auto path = temporaryPath("out.h5");
  const Sizes shape{1000, 600};
  std::vector<float> values(600'000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 100);
  Writer writer = mustCreate(path);
  ASSERT_TRUE(writer.tensor("large", shape, std::span<const float>(values)));
  ASSERT_TRUE(writer.commit());
  EXPECT_LT(std::filesystem::file_size(path), values.size());
  const auto reader = Reader::open(path);
  ASSERT_TRUE(reader);
  EXPECT_THAT(reader->readFloats("large"), HasValueThat(ElementsAreArray(values)));
  EXPECT_THAT(reader->readFloats("large", 999, 1),
              HasValueThat(ElementsAreArray(std::vector<float>(values.end() - 600, values.end()))));
}

TEST(Writer, NothingIsSeenBeforeCommit) {
  const auto path = temporaryPath("out.h5");
  {
    Writer writer = mustCreate(path);
    ASSERT_TRUE(writeSample(writer, 10));
    EXPECT_FALSE(std::filesystem::exists(path));
  }
  EXPECT_THAT(folderOf(path), ElementsAre());
}

TEST(Writer, TheTargetIsUntouchedUntilCommitReplacesIt) {
  const auto path = temporaryPath("out.h5");
  std::ofstream(path) << "precious";
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  {
    Writer abandoned = mustCreate(path);
    ASSERT_TRUE(writeSample(abandoned, 10));
  }
  EXPECT_EQ(bytesOf(path), "precious");
  Writer writer = mustCreate(path);
  ASSERT_TRUE(writeSample(writer, 10));
  EXPECT_EQ(bytesOf(path), "precious");
  ASSERT_TRUE(writer.commit());
  EXPECT_TRUE(Reader::open(path));
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_THAT(folderOf(path), ElementsAre("out.h5"));
}

TEST(Writer, TwoWritersOfOneTargetDoNotMix) {
  const auto path = temporaryPath("out.h5");
  Writer first = mustCreate(path);
  Writer second = mustCreate(path);
  ASSERT_TRUE(first.attribute("/", "who", std::int64_t{1}));
  ASSERT_TRUE(second.attribute("/", "who", std::int64_t{2}));
  ASSERT_TRUE(second.commit());
  ASSERT_TRUE(first.commit());
  EXPECT_THAT(Reader::open(path)->integerAttribute("/", "who"), HasValueThat(Optional(1)));
  EXPECT_THAT(folderOf(path), ElementsAre("out.h5"));
}

TEST(Writer, EqualContentIsEqualBytes) {
  const auto first = temporaryPath("first.h5");
  const auto second = temporaryPath("second.h5");
  for (const auto& path : {first, second}) {
    Writer writer = mustCreate(path);
    ASSERT_TRUE(writeSample(writer, 100'000));
    const std::vector<TableColumn> columns{{"n", std::vector<std::int64_t>{1, 2}}};
    ASSERT_TRUE(writer.table("/points", columns));
    ASSERT_TRUE(writer.commit());
  }
  EXPECT_EQ(bytesOf(first), bytesOf(second));
}

TEST(Writer, AFileThatLeavesMemoryHasTheSameBytes) {
  const auto inMemory = temporaryPath("memory.h5");
  const auto onDisk = temporaryPath("disk.h5");
  for (const auto& [path, mostInMemory] : {std::pair(inMemory, mostFileInMemory), std::pair(onDisk, std::size_t{0})}) {
    Writer writer = mustCreate(path, mostInMemory);
    // Grows several times, and each part is written after the one before it left for the disk.
    for (const char* group : {"/a", "/b", "/c"}) {
      std::vector<std::int64_t> values(1'000'000);
      std::uint64_t state = 1;
      for (std::int64_t& value : values) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        value = static_cast<std::int64_t>(state);
      }
      ASSERT_TRUE(
          writer.tensor(std::string(group) + "/values", Sizes{1'000'000}, std::span<const std::int64_t>(values)));
      ASSERT_TRUE(writer.attribute(group, "who", std::string(group)));
    }
    EXPECT_EQ(folderOf(path).size(), path == inMemory ? 1U : 2U) << "nothing but the temporary file so far";
    ASSERT_TRUE(writer.commit());
  }
  EXPECT_EQ(bytesOf(inMemory), bytesOf(onDisk));
  EXPECT_GT(bytesOf(onDisk).size(), 20'000'000U);
  EXPECT_TRUE(Reader::open(onDisk)->readIntegers("/c/values"));
}

TEST(Writer, ADiskThatFillsUpWhileAFileGrowsOnItLeavesTheTargetUntouched) {
  const auto path = temporaryPath("out.h5");
  std::ofstream(path) << "precious";
  Writer writer = mustCreate(path, 0);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{6'000'000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  const Status status = writeSample(writer, 4'000'000);
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(status, FailsWith(ErrorCode::writeFailed, "File too large"));
  { const Writer gone = std::move(writer); }
  EXPECT_EQ(bytesOf(path), "precious");
  EXPECT_THAT(folderOf(path), ElementsAre("out.h5"));
}

TEST(Writer, PlacesThatCannotBeWrittenAreReportedAtOnce) {
  EXPECT_THAT(Writer::create(temporaryPath("absent") / "out.h5"),
              FailsWith(ErrorCode::writeFailed, "No such file or directory"));
  EXPECT_THAT(Writer::create(temporaryPath("x").parent_path()), FailsWith(ErrorCode::writeFailed, "a folder"));
  EXPECT_THAT(Writer::create("/dev/null"), FailsWith(ErrorCode::writeFailed, "a device or pipe"));
  EXPECT_THAT(Writer::create(""), FailsWith(ErrorCode::writeFailed, "no file name"));
  EXPECT_THAT(Writer::create(temporaryPath(std::string(300, 'x'))),
              FailsWith(ErrorCode::writeFailed, "File name too long"));
}

TEST(Writer, AFolderWithoutPermissionIsReported) {
  if (::geteuid() == 0) GTEST_SKIP() << "the superuser may write everywhere";
  const auto folder = temporaryPath("locked");
  std::filesystem::create_directory(folder);
  std::filesystem::permissions(folder, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_THAT(Writer::create(folder / "out.h5"), FailsWith(ErrorCode::writeFailed, "Permission denied"));
}

TEST(Writer, AFullDiskLeavesTheTargetUntouched) {
  // A limit on file size stands in for the full disk: the write fails in the same place.
  const auto path = temporaryPath("out.h5");
  std::ofstream(path) << "precious";
  Writer writer = mustCreate(path);
  ASSERT_TRUE(writeSample(writer, 100'000));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{100'000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  const Status status = writer.commit();
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(status, FailsWith(ErrorCode::writeFailed, "File too large"));
  EXPECT_EQ(status.error().file, path.string());
  { const Writer gone = std::move(writer); }
  EXPECT_EQ(bytesOf(path), "precious");
  EXPECT_THAT(folderOf(path), ElementsAre("out.h5"));
}

TEST(Writer, ALinkIsFollowedAndKept) {
  const auto path = temporaryPath("real.h5");
  const auto link = temporaryPath("link.h5");
  std::ofstream(path) << "old";
  std::filesystem::remove(link);
  std::filesystem::create_symlink(path, link);
  Writer writer = mustCreate(link);
  ASSERT_TRUE(writeSample(writer, 10));
  ASSERT_TRUE(writer.commit());
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_TRUE(Reader::open(path));
}

TEST(Writer, MistakesAreErrorsNotFiles) {
  const auto path = temporaryPath("out.h5");
  Writer writer = mustCreate(path);
  const std::vector<float> values{1, 2, 3};
  ASSERT_TRUE(writer.tensor("weight", Sizes{3}, std::span<const float>(values)));
  EXPECT_THAT(writer.tensor("weight", Sizes{3}, std::span<const float>(values)),
              FailsWith(ErrorCode::invalidArgument, "taken"));
  EXPECT_THAT(writer.group("weight"), FailsWith(ErrorCode::invalidArgument, "taken"));
  EXPECT_THAT(writer.tensor("bias", Sizes{4}, std::span<const float>(values)),
              FailsWith(ErrorCode::invalidArgument, "[4]"));
  EXPECT_THAT(writer.tensor("bias", Sizes{-3}, std::span<const float>(values)),
              FailsWith(ErrorCode::invalidArgument, "[-3]"));
  EXPECT_THAT(writer.tensor("weight/inside", Sizes{3}, std::span<const float>(values)),
              FailsWith(ErrorCode::writeFailed, "weight/inside"));
  EXPECT_THAT(writer.attribute("/absent", "kind", std::int64_t{1}),
              FailsWith(ErrorCode::invalidArgument, "/absent@kind"));
  ASSERT_TRUE(writer.commit());
  EXPECT_THAT(writer.commit(), FailsWith(ErrorCode::invalidArgument, "committed"));
  EXPECT_THAT(writer.group("late"), FailsWith(ErrorCode::invalidArgument, "committed"));
  EXPECT_THAT(writer.attribute("/", "late", 1.0), FailsWith(ErrorCode::invalidArgument, "/@late"));
}

TEST(Writer, CopiesObjectsWithAttributesAndMembers) {
  const auto sourcePath = temporaryPath("source.h5");
  CraftedFile source(sourcePath);
  source.floats("layers/conv1/weight", {2}, {1, 2});
  source.attribute("layers/conv1", "kind", "conv2d");
  source.floats("layers/conv1/certificate/positive", {1}, {3});
  source.close();
  const auto path = temporaryPath("out.h5");
  Writer writer = mustCreate(path);
  ASSERT_TRUE(writer.copyFrom(sourcePath, "/layers/conv1", "/layers/conv1"));
  ASSERT_TRUE(writer.attribute("/layers/conv1", "tile", std::int64_t{64}));
  EXPECT_THAT(writer.copyFrom(sourcePath, "/absent", "/absent"), FailsWith(ErrorCode::notFound, "/absent"));
  EXPECT_THAT(writer.copyFrom(sourcePath, "/layers/conv1", "/layers/conv1"),
              FailsWith(ErrorCode::invalidArgument, "taken"));
  ASSERT_TRUE(writer.commit());
  const auto reader = Reader::open(path);
  ASSERT_TRUE(reader);
  EXPECT_THAT(reader->readFloats("/layers/conv1/weight"), HasValueThat(ElementsAre(1, 2)));
  EXPECT_THAT(reader->readFloats("/layers/conv1/certificate/positive"), HasValueThat(ElementsAre(3)));
  EXPECT_THAT(reader->stringAttribute("/layers/conv1", "kind"), HasValueThat(Optional(std::string("conv2d"))));
}

TEST(Writer, DoesNotCopyWhatTheReaderRefuses) {
  const auto sourcePath = temporaryPath("source.h5");
  CraftedFile source(sourcePath);
  source.group("linked");
  H5Lcreate_external("/etc/passwd", "/", source.id(), "linked/other", H5P_DEFAULT, H5P_DEFAULT);
  const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_external(creation, "/etc/passwd", 0, 8);
  source.declare("external/weight", {8}, H5T_STD_U8LE, creation);
  H5Pclose(creation);
  source.close();
  Writer writer = mustCreate(temporaryPath("out.h5"));
  EXPECT_THAT(writer.copyFrom(sourcePath, "/linked", "/linked"), FailsWith(ErrorCode::refused, "external link"));
  EXPECT_THAT(writer.copyFrom(sourcePath, "/external", "/external"), FailsWith(ErrorCode::refused, "external storage"));
}

}  // namespace
}  // namespace axescope::hdf5
