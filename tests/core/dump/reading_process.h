// SPDX-License-Identifier: GPL-3.0-or-later
// Processes that read files for a test, and what a test does to them.
#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <signal.h>
#include <unistd.h>

#include "core/hdf5/read_worker.h"
#include "core/hdf5/reader_processes.h"

namespace axescope::testing {

inline std::shared_ptr<hdf5::ReaderProcesses> readerProcesses(
    std::chrono::milliseconds patience = std::chrono::minutes(1)) {
  hdf5::ReaderProcesses::Options options{.program = "/proc/self/exe"};
  options.patience = patience;
  return std::make_shared<hdf5::ReaderProcesses>(options);
}

/// Children of this process that read files, as /proc lists them.
inline std::vector<pid_t> readingChildren() {
  std::vector<pid_t> children;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    std::ifstream commandFile(entry.path() / "cmdline", std::ios::binary);
    const std::string command{std::istreambuf_iterator<char>(commandFile), {}};
    if (command.find(hdf5::readWorkerCommand) == std::string::npos) continue;
    std::ifstream statFile(entry.path() / "stat");
    const std::string stat{std::istreambuf_iterator<char>(statFile), {}};
    // "id (name) state parent …"; the name may have spaces.
    const std::size_t name = stat.rfind(')');
    if (name == std::string::npos || std::stol(stat.substr(name + 4)) != ::getpid()) continue;
    children.push_back(static_cast<pid_t>(std::stol(entry.path().filename().string())));
  }
  return children;
}

/// The same once there is one: a process that has just been started has no command line yet.
inline std::vector<pid_t> awaitReadingChildren() {
  for (int look = 0; look < 1000; ++look) {
    if (auto children = readingChildren(); !children.empty()) return children;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return {};
}

inline void signalReadingChildren(int signal) {
  for (const pid_t child : readingChildren()) ::kill(child, signal);
}

}  // namespace axescope::testing
