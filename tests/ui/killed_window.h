// SPDX-License-Identifier: GPL-3.0-or-later
// A window in a process of its own that another test kills while a sweep runs in it.
#pragma once

#include <string_view>

namespace axescope::ui {

/// The argument that makes the test program this window.
inline constexpr std::string_view sweepUntilKilled = "--sweep-until-killed";

/// Opens a sample, runs a sweep that takes minutes and never closes. Ends only by itself when something is wrong.
int runSweepUntilKilled();

}  // namespace axescope::ui
