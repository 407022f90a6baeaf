// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/isolation.h"

#include <CLI/CLI.hpp>

namespace axescope {

void addIsolation(CLI::App& app, bool& isolate) {
  app.add_flag("--isolate", isolate,
               "Read the file in a process of its own, with bounds on memory and time, so\n"
               "that a file on which the HDF5 library crashes is a line of text");
}

std::shared_ptr<hdf5::ReaderProcesses> readerProcesses(bool isolate) {
  if (!isolate) return nullptr;
  return std::make_shared<hdf5::ReaderProcesses>(hdf5::ReaderProcesses::Options{.program = "/proc/self/exe"});
}

}  // namespace axescope
