// SPDX-License-Identifier: GPL-3.0-or-later
// What a reading process may use, given up for good before it looks at its file. Internal to this floor.
#pragma once

#include <chrono>
#include <cstdint>

namespace axescope::hdf5 {

/// No core dumps, no writing into files, no processes, no more descriptors than reading one file takes, and address
/// space of `memory` bytes, except under sanitizers, which take most of it.
void boundEverything(std::uint64_t memory);
/// Processor time from now on; beyond it SIGXCPU ends the process. May be moved on for the next answer.
void boundProcessorTime(std::chrono::seconds further);
/// Once the file is open: system_call_filter.h where the kernel has it, except under sanitizers, which need more.
void openNothingElse();

}  // namespace axescope::hdf5
