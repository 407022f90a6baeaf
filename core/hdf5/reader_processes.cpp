// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/reader_processes.h"

#include <utility>

#include "core/hdf5/reader_process.h"

namespace axescope::hdf5 {

ReaderProcesses::ReaderProcesses(Options options) : options_(std::move(options)) {}
ReaderProcesses::~ReaderProcesses() = default;

void ReaderProcesses::prepare() {
  const std::scoped_lock lock(mutex_);
  if (prepared_ && prepared_->running()) return;
  auto started = ReaderProcess::start(options_);
  if (started) prepared_ = *std::move(started);
}

Result<std::unique_ptr<ReaderProcess>> ReaderProcesses::take() {
  std::unique_ptr<ReaderProcess> process;
  {
    const std::scoped_lock lock(mutex_);
    process = std::exchange(prepared_, nullptr);
  }
  if (process && process->running()) return process;
  return ReaderProcess::start(options_);
}

}  // namespace axescope::hdf5
