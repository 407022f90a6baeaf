// SPDX-License-Identifier: GPL-3.0-or-later
// The application's line icons: one drawing per icon, inked in the theme's colours when it is painted.
#pragma once

#include <QColor>
#include <QIcon>
#include <QStringList>
#include <QStringView>

#include "ui/theme/theme.h"

namespace axescope::ui {

/// The drawing resources/icons/<name>.svg, inked in the theme's text colour, muted where disabled. Crisp at any size
/// and scale. The name must be one of iconNames().
QIcon icon(QStringView name, const Theme& theme);
/// The same with inks of its own, for example for a button in the accent colour.
QIcon icon(QStringView name, const QColor& ink, const QColor& disabledInk);
/// Every line icon, sorted.
QStringList iconNames();

/// The application's own mark, in its own colours.
QIcon applicationIcon();

}  // namespace axescope::ui
