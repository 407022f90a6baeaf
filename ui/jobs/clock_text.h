// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace axescope::ui {

/// "1:05", "2:03:04".
QString clockText(double seconds);

}  // namespace axescope::ui
