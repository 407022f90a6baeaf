// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>

namespace axescope::ui {

/// Perceptually uniform sequential map (viridis), position in [0, 1]; values outside are clamped.
QColor sequentialColour(double position);
/// Blue–white–red around 0.5, for signed differences.
QColor divergingColour(double position);

}  // namespace axescope::ui
