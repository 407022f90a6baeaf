// SPDX-License-Identifier: GPL-3.0-or-later
// A window in a process of its own that another test kills while a sweep runs in it.
#pragma once

#include <string_view>

namespace axescope::ui {

/// The argument that makes the test program this window.
inline constexpr std::string_view sweepUntilKilled = "--sweep-until-killed";

/// The argument for one that goes on with what a killed one left.
inline constexpr std::string_view sweepOrResume = "--sweep-or-resume";

/// Opens a sample, runs a sweep that takes minutes and never closes. Ends only by itself when something is wrong.
int runSweepUntilKilled();

/// Resumes the sweep of the last session, or begins one of some seconds where there is none. Prints a line with the
/// number of points whenever the window has more of them; ends with 0 when all are there.
int runSweepOrResume();

}  // namespace axescope::ui
