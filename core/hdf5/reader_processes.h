// SPDX-License-Identifier: GPL-3.0-or-later
// Processes that read HDF5 files for this one, so that a mistake of the HDF5 library in a stranger's file can neither
// end this process nor touch its memory. Each reads one file and may do nothing else: it has no room for another open
// file, cannot write or start anything, and its memory and time are bounded (read_worker.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/base/error.h"

namespace axescope::hdf5 {

class ReaderProcess;

/// Starts them. Safe from several threads.
class ReaderProcesses {
 public:
  struct Options {
    std::filesystem::path program;                // one that runs runReadWorker() when told `readWorkerCommand`
    std::uint64_t memory = 16ULL << 30;           // bytes of address space of each
    std::chrono::milliseconds patience{120'000};  // for one answer, in time of the clock and of the processor
  };
  explicit ReaderProcesses(Options options);
  ReaderProcesses(const ReaderProcesses&) = delete;
  ReaderProcesses& operator=(const ReaderProcesses&) = delete;
  ~ReaderProcesses();

  const Options& options() const { return options_; }
  /// Starts one in advance, so that the next file need not wait for it. To be called when there is time.
  void prepare();
  /// One that nobody uses. Errors: notFound when the program is not there, refused when the system starts none.
  Result<std::unique_ptr<ReaderProcess>> take();

 private:
  Options options_;
  std::mutex mutex_;
  std::unique_ptr<ReaderProcess> prepared_;
};

}  // namespace axescope::hdf5
