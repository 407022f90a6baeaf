// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "ui/theme/theme.h"

namespace axescope::ui {

/// Quiet chrome: flat panels, one accent, consistent spacing.
QString styleSheet(const Theme& theme);

}  // namespace axescope::ui
