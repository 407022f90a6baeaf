// SPDX-License-Identifier: GPL-3.0-or-later
// A reading process that dies, hangs, lies or cannot be started: one line with the file and what happened, and this
// process goes on.
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "core/hdf5/reader.h"
#include "tests/core/dump/reading_process.h"
#include "tests/core/hdf5/crafted_file.h"

namespace axescope::hdf5 {
namespace {

using namespace std::chrono_literals;
using testing::FailsWith;
using testing::HasValueThat;

class LostProcess : public testing::CraftedFileTest {
 protected:
  LostProcess() { file.floats("weight", {2}, {1, 2}); }
  Reader isolated(std::chrono::milliseconds patience = 60s) {
    file.close();
    auto opened = Reader::open(path, {}, testing::readerProcesses(patience));
    EXPECT_TRUE(opened) << opened.error().line();
    return *std::move(opened);
  }
  void expectOneLine(const Error& error) const {
    EXPECT_EQ(error.line().find('\n'), std::string::npos);
    EXPECT_NE(error.line().find(path.string()), std::string::npos) << error.line();
  }
};

TEST_F(LostProcess, KilledBetweenCallsIsOneLineAndTheNextCallWorks) {
  const Reader opened = isolated();
  testing::signalReadingChildren(SIGKILL);
  const auto failed = opened.readFloats("weight");
  EXPECT_THAT(failed, FailsWith(ErrorCode::refused, "was killed"));
  expectOneLine(failed.error());
  EXPECT_THAT(opened.readFloats("weight"), HasValueThat(::testing::ElementsAre(1, 2)));
}

TEST_F(LostProcess, KilledWhileItReadsIsOneLineAndTheNextReadIsWhole) {
  const std::vector<float> values(8 << 20, 0.5F);  // 32 MiB, compressed: long enough to be caught at it
  const hid_t creation = testing::chunked({1 << 16});
  H5Pset_deflate(creation, 9);
  file.dataset("large", {values.size()}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data(), creation);
  H5Pclose(creation);
  const Reader opened = isolated();
  std::atomic<bool> reading = true;
  std::jthread killer([&] {
    std::this_thread::sleep_for(20ms);
    while (reading) {
      testing::signalReadingChildren(SIGKILL);
      std::this_thread::sleep_for(1ms);
    }
  });
  const auto failed = opened.readFloats("large");
  reading = false;
  killer.join();
  EXPECT_THAT(failed, FailsWith(ErrorCode::refused, "was killed"));
  EXPECT_THAT(opened.readFloats("large"), HasValueThat(::testing::Eq(values)));
}

TEST_F(LostProcess, OneThatHangsIsEndedWhenPatienceIs) {
  const Reader opened = isolated(300ms);
  testing::signalReadingChildren(SIGSTOP);
  const auto failed = opened.readFloats("weight");
  EXPECT_THAT(failed, FailsWith(ErrorCode::refused, "gave no answer within 0.3 s"));
  expectOneLine(failed.error());
  EXPECT_TRUE(testing::readingChildren().empty());
  EXPECT_THAT(opened.readFloats("weight"), HasValueThat(::testing::ElementsAre(1, 2)));
}

TEST_F(LostProcess, CrashesNameTheirSignal) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer turns the crash into its own exit";
#endif
  const Reader opened = isolated();
  testing::signalReadingChildren(SIGSEGV);
  const auto failed = opened.children("/");
  EXPECT_THAT(failed, FailsWith(ErrorCode::corrupt, "signal 11 (Segmentation fault)"));
  expectOneLine(failed.error());
}

TEST_F(LostProcess, AFileThatEndsItAgainAndAgainIsGivenUp) {
  const Reader opened = isolated();
  for (int time = 0; time < 3; ++time) {
    testing::signalReadingChildren(SIGABRT);
    EXPECT_THAT(opened.children("/"), FailsWith(ErrorCode::corrupt, "signal 6")) << time;
    if (time < 2) {
      EXPECT_TRUE(opened.children("/"));
    }
  }
  EXPECT_THAT(opened.children("/"), FailsWith(ErrorCode::refused, "ended 3 times"));
  EXPECT_TRUE(testing::readingChildren().empty());
  // What might be there is not silently absent.
  EXPECT_TRUE(opened.hasDataset("weight"));
}

TEST_F(LostProcess, AnotherFileInItsPlaceIsNotReadOn) {
  const Reader opened = isolated();
  testing::CraftedFile other(path.string() + ".other");
  other.floats("weight", {2}, {8, 9});
  other.close();
  std::filesystem::rename(path.string() + ".other", path);
  EXPECT_THAT(opened.readDoubles("weight"), HasValueThat(::testing::ElementsAre(1, 2)));
  testing::signalReadingChildren(SIGKILL);
  EXPECT_FALSE(opened.readDoubles("weight"));
  EXPECT_THAT(opened.readDoubles("weight"), FailsWith(ErrorCode::refused, "another one in its place"));
}

TEST_F(LostProcess, ProgramsThatCannotReadAreNamed) {
  file.close();
  const auto with = [&](const char* program) {
    ReaderProcesses::Options options{.program = program};
    options.patience = 500ms;
    return Reader::open(path, {}, std::make_shared<ReaderProcesses>(options));
  };
  EXPECT_THAT(with("/nowhere/axescope-cli"), FailsWith(ErrorCode::notFound, "/nowhere/axescope-cli"));
  EXPECT_THAT(with(path.c_str()), FailsWith(ErrorCode::notFound, "ermission denied"));  // no program
  EXPECT_THAT(with("/bin/true"), FailsWith(ErrorCode::refused, "ended with status"));
  EXPECT_THAT(with("/bin/false"), FailsWith(ErrorCode::refused, "ended with status 1"));
}

}  // namespace
}  // namespace axescope::hdf5
