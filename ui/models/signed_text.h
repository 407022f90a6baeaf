// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace axescope::ui {

/// A difference as people read it: "+2.31", "−0.5", "0"; the minus is as wide as the plus.
QString signedText(double value, char format, int precision);

}  // namespace axescope::ui
