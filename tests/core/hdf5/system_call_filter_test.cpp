// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/system_call_filter.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace axescope::hdf5 {
namespace {

// What a process comes to that is filtered first: 0 where all was as it should be. The filter stays, so each in a
// process of its own.
template <class Attempt>
void filtered(const Attempt& attempt) {
  if (!allowOnlyReading()) std::_Exit(77);
  std::_Exit(attempt());
}

bool isRefused(int result) {
  return result == -1 && errno == EPERM;
}

class SystemCallFilter : public ::testing::Test {
 protected:
  SystemCallFilter() { GTEST_FLAG_SET(death_test_style, "fast"); }
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitizers need system calls of their own";
#endif
    if (::prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0) GTEST_SKIP() << "this kernel has no filters of system calls";
  }
};

TEST_F(SystemCallFilter, WhatIsOpenCanStillBeRead) {
  const int file = ::open("/proc/self/exe", O_RDONLY);
  const auto read = [file] {
    std::vector<char> bytes(1 << 20);
    return ::pread(file, bytes.data(), 4, 0) == 4 && bytes[1] == 'E' ? 0 : 1;
  };
  EXPECT_EXIT(filtered(read), ::testing::ExitedWithCode(0), "");
  ::close(file);
}

TEST_F(SystemCallFilter, NothingElseCanBeOpenedOrWritten) {
  const auto open = [] {
    if (!isRefused(::open("/etc/passwd", O_RDONLY))) return 1;
    if (!isRefused(::open("/tmp/written", O_WRONLY | O_CREAT, 0600))) return 2;
    if (!isRefused(::unlink("/tmp/written"))) return 3;
    if (!isRefused(::rename("/tmp/written", "/tmp/other"))) return 4;
    return 0;
  };
  EXPECT_EXIT(filtered(open), ::testing::ExitedWithCode(0), "");
}

TEST_F(SystemCallFilter, NoConnectionNoProgramNoProcessAndNoSignalToOthers) {
  const auto reach = [] {
    if (!isRefused(::socket(AF_INET, SOCK_STREAM, 0))) return 1;
    if (!isRefused(::execl("/bin/true", "true", nullptr))) return 2;
    if (!isRefused(::fork())) return 3;
    if (!isRefused(::kill(::getppid(), 0))) return 4;
    rlimit limit{};
    if (!isRefused(::prlimit(::getppid(), RLIMIT_CPU, nullptr, &limit))) return 5;
    return ::prlimit(0, RLIMIT_CPU, nullptr, &limit) == 0 ? 0 : 6;
  };
  EXPECT_EXIT(filtered(reach), ::testing::ExitedWithCode(0), "");
}

TEST_F(SystemCallFilter, ACrashStaysOne) {
  EXPECT_EXIT(filtered([]() -> int { std::abort(); }), ::testing::KilledBySignal(SIGABRT), "");
}

}  // namespace
}  // namespace axescope::hdf5
