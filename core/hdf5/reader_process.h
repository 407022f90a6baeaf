// SPDX-License-Identifier: GPL-3.0-or-later
// One process that reads a file for this one. Internal to this floor.
#pragma once

#include <memory>
#include <string>

#include <sys/types.h>

#include "core/hdf5/channel.h"
#include "core/hdf5/reader_processes.h"

namespace axescope::hdf5 {

class ReaderProcess {
 public:
  /// Errors: notFound, refused.
  static Result<std::unique_ptr<ReaderProcess>> start(const ReaderProcesses::Options& options);
  ReaderProcess(pid_t id, Channel channel, std::chrono::milliseconds patience)
      : id_(id), channel_(std::move(channel)), patience_(patience) {}
  ReaderProcess(const ReaderProcess&) = delete;
  ReaderProcess& operator=(const ReaderProcess&) = delete;
  ~ReaderProcess();  // ends it

  Channel& channel() { return channel_; }
  bool running();
  struct Ending {
    ErrorCode code = ErrorCode::corrupt;
    std::string what;  // "was ended by signal 11 (Segmentation fault)"
  };
  /// Ends it, if it has not ended by itself, after an exchange that was not good; says what became of it.
  Ending end(Exchange after);

 private:
  /// False when it still runs and `wait` is false.
  bool collect(bool wait);
  void kill();

  pid_t id_;
  Channel channel_;
  std::chrono::milliseconds patience_;
  bool ended_ = false;
  int status_ = 0;  // of waitpid
};

}  // namespace axescope::hdf5
