// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace axescope::ui {

/// The desktop application: axescope [FILE…], or axescope --render RESULTS --plot pareto --out FILE without a display.
int runApplication(int argc, char** argv);

}  // namespace axescope::ui
