// SPDX-License-Identifier: GPL-3.0-or-later
// Colour and marker of a method, the same in every plot: Okabe–Ito colours, a shape each, solid where guaranteed and
// hollow where not.
#pragma once

#include <QColor>
#include <QPainterPath>
#include <QPointF>
#include <QString>

#include "core/study/settings.h"
#include "ui/theme/theme.h"

namespace axescope::ui {

enum class Marker { circle, diamond, square, triangle, downTriangle, pentagon, star, cross };

struct SeriesStyle {
  QColor colour;
  Marker marker = Marker::circle;
};

/// The family a point belongs to when points are coloured by constraint: naive, EP-init, AXE, AXE with budget scales …
QString constraintFamily(const PointSettings& settings);
SeriesStyle constraintStyle(const PointSettings& settings, const Theme& theme);
/// Style number i for other groupings; colours repeat after 7, markers after 8.
SeriesStyle numberedStyle(int index, const Theme& theme);

/// Outline of a marker with the given radius around the origin.
QPainterPath markerPath(Marker marker, double radius);

}  // namespace axescope::ui
