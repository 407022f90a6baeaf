// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>

namespace axescope::hdf5 {

/// Held around every use of the HDF5 library, closing of handles included: the library is one big shared state.
/// Taking it also silences the library's own error output for this thread and forbids it to load plugins.
class LibraryLock {
 public:
  LibraryLock();

 private:
  std::lock_guard<std::mutex> lock_;
};

}  // namespace axescope::hdf5
