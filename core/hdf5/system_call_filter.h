// SPDX-License-Identifier: GPL-3.0-or-later
// What code that took over a reading process could still ask of the system: next to nothing. Internal to this floor.
#pragma once

namespace axescope::hdf5 {

/// From now on, for good, this process can read and answer through what it has open, get memory, ask what kind of file
/// there is at a path, signal itself and end. Everything else, opening a file or a connection and starting a process
/// among it, fails with EPERM. False, and nothing is filtered, where the kernel has no such filters (seccomp) or the
/// machine is neither x86-64 nor ARM64.
bool allowOnlyReading();

}  // namespace axescope::hdf5
