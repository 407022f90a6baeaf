// SPDX-License-Identifier: GPL-3.0-or-later
// Two linear axes around an area, for plots that paint themselves.
#pragma once

#include <QPainter>
#include <QRectF>
#include <QString>

#include "ui/plots/chart_axis.h"
#include "ui/theme/theme.h"

namespace axescope::ui {

struct PlotFrame {
  QRectF area;
  AxisRange x;
  AxisRange y;

  double left(double value) const { return area.left() + (value - x.low) / x.length() * area.width(); }
  double top(double value) const { return area.bottom() - (value - y.low) / y.length() * area.height(); }
  double xAt(double left) const { return x.low + (left - area.left()) / area.width() * x.length(); }
  double yAt(double top) const { return y.low + (area.bottom() - top) / area.height() * y.length(); }

  /// Room that paintY needs to the left of the area, and paintX below it.
  static double leftRoom(const QFont& font);
  static double bottomRoom(const QFont& font);

  /// Grid lines, numbers and a title beside or below the area. Numbers are multiplied by `unit` (100 for percent) and
  /// followed by `suffix`; with `whole` they are whole.
  struct Labels {
    QString title;
    double unit = 1.0;
    QString suffix;
    bool whole = false;
    int ticks = 5;
  };
  void paintX(QPainter& painter, const Theme& theme, const Labels& labels) const;
  void paintY(QPainter& painter, const Theme& theme, const Labels& labels) const;
};

/// Why there is nothing to draw, in the middle of `area`.
void drawNotice(QPainter& painter, const QRectF& area, const QString& text, const Theme& theme);

/// A heading in semibold at the left of `box`.
void drawHeading(QPainter& painter, const QRectF& box, const QString& text, const Theme& theme);

}  // namespace axescope::ui
