// SPDX-License-Identifier: GPL-3.0-or-later
// --isolate: files are read in a process of their own, which is this program again.
#pragma once

#include <memory>

#include "core/command/cli_app.h"
#include "core/hdf5/reader_processes.h"

namespace axescope {

void addIsolation(CLI::App& app, bool& isolate);

/// Null without `isolate`.
std::shared_ptr<hdf5::ReaderProcesses> readerProcesses(bool isolate);

}  // namespace axescope
