// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/temporary_file.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace axescope {
namespace {

class TemporaryFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* const before = std::getenv("TMPDIR");
    if (before != nullptr) before_ = before;
    folder_ = ::testing::TempDir() + "axescope-temporary-files";
    std::filesystem::create_directories(folder_);
    ::setenv("TMPDIR", folder_.c_str(), 1);
  }
  void TearDown() override {
    if (before_.empty()) {
      ::unsetenv("TMPDIR");
    } else {
      ::setenv("TMPDIR", before_.c_str(), 1);
    }
    std::filesystem::remove_all(folder_);
  }
  static std::span<const std::byte> bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

  std::string before_;
  std::string folder_;
};

TEST_F(TemporaryFiles, GiveBackWhatWasAppended) {
  auto file = TemporaryFile::create();
  ASSERT_TRUE(file) << file.error().line();
  const std::string text(100'000, 'b');
  EXPECT_EQ(file->append(bytes("aaa")), 0);
  EXPECT_EQ(file->append(bytes(text)), 3);
  TemporaryFile moved = std::move(*file);
  std::string read(text.size(), ' ');
  ASSERT_TRUE(moved.read(3, std::as_writable_bytes(std::span(read))));
  EXPECT_EQ(read, text);
}

TEST_F(TemporaryFiles, LeaveNothingInTheFolder) {
  const auto file = TemporaryFile::create();
  ASSERT_TRUE(file);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(TemporaryFiles, SayWhatIsWrong) {
  ::setenv("TMPDIR", (folder_ + "/absent").c_str(), 1);
  const auto absent = TemporaryFile::create();
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::writeFailed);
  EXPECT_NE(absent.error().line().find("/absent: expected a folder for temporary files"), std::string::npos)
      << absent.error().line();
  ::setenv("TMPDIR", folder_.c_str(), 1);
  auto file = TemporaryFile::create();
  ASSERT_TRUE(file);
  std::string beyond(3, ' ');
  EXPECT_EQ(file->read(0, std::as_writable_bytes(std::span(beyond))).error().code, ErrorCode::corrupt);
  // A limit on file size stands in for the full disk.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{1000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  const auto full = file->append(bytes(std::string(5000, 'x')));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(full);
  EXPECT_NE(full.error().line().find("File too large"), std::string::npos) << full.error().line();
}

}  // namespace
}  // namespace axescope
