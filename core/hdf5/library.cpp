// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/library.h"

#include <hdf5.h>

namespace axescope::hdf5 {

namespace {

std::mutex& libraryMutex() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

LibraryLock::LibraryLock() : lock_(libraryMutex()) {
  // The setting belongs to the calling thread, so it is repeated.
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  // A plugin is code that the file's filter list would choose.
  H5PLset_loading_state(0);
}

}  // namespace axescope::hdf5
