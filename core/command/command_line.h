// SPDX-License-Identifier: GPL-3.0-or-later
// The command line, without a main: everything axescope-cli does.
#pragma once

namespace axescope {

/// Parses arguments, runs the command, prints to standard output and errors in one line to standard error.
/// Returns the exit status: 0 done, 2 wrong arguments, 3 unreadable or refused input, 4 numerical failure,
/// 130 interrupted.
int runCommandLine(int argc, const char* const* argv);

}  // namespace axescope
