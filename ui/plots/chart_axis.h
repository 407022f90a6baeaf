// SPDX-License-Identifier: GPL-3.0-or-later
// One axis of a chart: which values it can show, its range, its Qt Charts counterpart, and places along it.
#pragma once

#include <QAbstractAxis>
#include <limits>
#include <optional>
#include <utility>

#include "ui/plots/chart_description.h"

namespace axescope::ui {

/// A stretch of an axis, in its own scale: the shown value, or its decimal logarithm.
struct AxisRange {
  double low = 0.0;
  double high = 1.0;
  double length() const { return high - low; }
};

class AxisScale {
 public:
  explicit AxisScale(ChartAxis axis) : axis_(std::move(axis)) {}

  /// Finite, and above 0 on a logarithmic axis: one value that is not would make Qt Charts drop a whole series.
  bool takes(double value) const;
  /// The place of a value in the axis's own scale.
  double place(double value) const;
  /// The value at a place.
  double valueAt(double place) const;

  void include(double value);
  /// All included values with a margin, or `chosen` by zooming.
  AxisRange range(const std::optional<AxisRange>& chosen) const;
  /// As read off at the crosshair, with as many digits as a pixel is worth.
  QString text(double value, double valuePerPixel) const;

  /// The caller, usually a chart, owns it.
  QAbstractAxis* make(const AxisRange& range, const Theme& theme, const QFont& font) const;

 private:
  QAbstractAxis* makeLinear(const AxisRange& range) const;
  QAbstractAxis* makeLogarithmic(const AxisRange& range, const Theme& theme) const;

  ChartAxis axis_;
  double least_ = std::numeric_limits<double>::infinity();
  double most_ = -std::numeric_limits<double>::infinity();
};

/// 1, 2 or 5 times a power of ten, so that about `ticks` fit into `length`.
double niceInterval(double length, int ticks);

}  // namespace axescope::ui
