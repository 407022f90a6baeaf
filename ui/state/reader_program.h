// SPDX-License-Identifier: GPL-3.0-or-later
// Which program reads files for the window: axescope-cli, which lies beside this one wherever both are built or
// installed.
#pragma once

#include <QString>
#include <memory>

#include "core/hdf5/reader_processes.h"

namespace axescope::ui {

/// Null when it is not in `folder`.
std::shared_ptr<hdf5::ReaderProcesses> readerProcessesIn(const QString& folder);

}  // namespace axescope::ui
