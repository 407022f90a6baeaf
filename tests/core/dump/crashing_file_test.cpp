// SPDX-License-Identifier: GPL-3.0-or-later
// A file on which the HDF5 library crashes: in this process the end of it, in one of its own a line of text.
#include "tests/core/dump/crashing_file.h"

#include <csignal>

#include <gtest/gtest.h>

#include "tests/core/dump/reading_process.h"

namespace axescope {
namespace {

using testing::FailsWith;

class CrashingFile : public ::testing::Test {
 protected:
  CrashingFile() { testing::writeCrashingDump(path_); }
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer turns the crash into its own exit";
#endif
  }
  std::filesystem::path path_ = testing::temporaryPath("crashing.h5");
};

TEST_F(CrashingFile, EndsAProcessThatReadsItItself) {
  const testing::SmallStack stack;
  EXPECT_EXIT(static_cast<void>(testing::readWhole(path_, nullptr)), ::testing::KilledBySignal(SIGSEGV), "");
}

TEST_F(CrashingFile, IsOneLineWhereAnotherProcessReadsIt) {
  const testing::SmallStack stack;
  const auto processes = testing::readerProcesses();
  const Status status = testing::readWhole(path_, processes);
  EXPECT_THAT(status, FailsWith(ErrorCode::corrupt, "crashed, signal 11 (Segmentation fault)"));
  EXPECT_THAT(status, FailsWith(ErrorCode::corrupt, "crashing.h5: /layers/fc"));
  const auto whole = testing::temporaryPath("whole.h5");
  EXPECT_TRUE(testing::readWhole(whole, processes)) << "the next file is read as if nothing had been";
}

TEST_F(CrashingFile, WithTheUsualStackIsOneLineOrSlow) {
  // Decoding takes time in the square of the levels: what does not crash must end.
  const Status status = testing::readWhole(path_, testing::readerProcesses(std::chrono::minutes(2)));
  if (!status) {
    EXPECT_EQ(status.error().line().find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace axescope
