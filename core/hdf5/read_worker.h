// SPDX-License-Identifier: GPL-3.0-or-later
// The other side of ReaderProcess: a program that does nothing but answer questions about one file.
#pragma once

namespace axescope::hdf5 {

/// The program's only argument.
inline constexpr const char* readWorkerCommand = "read-worker";
/// Descriptors that the process is started with.
inline constexpr int workerSocket = 0;
inline constexpr int workerMemory = 3;

/// Answers until the other end goes away. Before the first byte of the file is looked at the process has given up core
/// dumps, writing files, starting processes, and opening more files than the two descriptors that reading one file
/// takes; its address space is bounded for good and the processor's time for each answer. Once the file is open nothing
/// else can be opened (system_call_filter.h). Exit status.
int runReadWorker();

}  // namespace axescope::hdf5
