// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/chart_axis.h"

#include <QLogValueAxis>
#include <QValueAxis>
#include <algorithm>
#include <cmath>

#include "ui/plots/symbol_text.h"

namespace axescope::ui {

namespace {

constexpr double margin = 0.04;  // of the range, so that markers at its ends are whole
constexpr int usualTicks = 6;
constexpr int mostIntegralTicks = 16;
constexpr double percent = 100.0;

}  // namespace

double niceInterval(double length, int ticks) {
  const double rough = length / std::max(1, ticks);
  if (!(rough > 0.0) || !std::isfinite(rough)) return 1.0;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough * 0.999) return factor * power;
  }
  return 10.0 * power;
}

bool AxisScale::takes(double value) const {
  return std::isfinite(value) && (!axis_.logarithmic || value > 0.0);
}

double AxisScale::place(double value) const {
  const double shown = axis_.percent ? percent * value : value;
  return axis_.logarithmic ? std::log10(shown) : shown;
}

double AxisScale::valueAt(double place) const {
  const double shown = axis_.logarithmic ? std::pow(10.0, place) : place;
  return axis_.percent ? shown / percent : shown;
}

void AxisScale::include(double value) {
  if (!takes(value)) return;
  least_ = std::min(least_, place(value));
  most_ = std::max(most_, place(value));
}

AxisRange AxisScale::range(const std::optional<AxisRange>& chosen) const {
  if (chosen) return *chosen;
  if (!(least_ <= most_)) return {0.0, 1.0};
  if (axis_.integral && !axis_.logarithmic) return {std::floor(least_) - 0.5, std::ceil(most_) + 0.5};
  const double length = most_ - least_;
  const double smallest = axis_.logarithmic ? 0.3 : std::max(1e-12, 0.1 * std::abs(most_));
  const double room = length > 0.0 ? margin * length : 0.5 * smallest;
  return {least_ - room, most_ + room};
}

QString AxisScale::text(double value, double valuePerPixel) const {
  if (axis_.integral) return QString::number(std::round(value));
  const double shown = axis_.percent ? percent * value : value;
  const double step = axis_.percent ? percent * valuePerPixel : valuePerPixel;
  const QString unit = axis_.percent ? QStringLiteral(" %") : QString();
  if (axis_.logarithmic || !(step > 0.0)) return QString::number(shown, 'g', 3) + unit;
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step))), 0, 8);
  return QString::number(shown, 'f', decimals) + unit;
}

QAbstractAxis* AxisScale::makeLinear(const AxisRange& range) const {
  auto* linear = new QValueAxis;
  linear->setRange(range.low, range.high);
  linear->setTickType(QValueAxis::TicksDynamic);
  linear->setTickAnchor(0.0);
  double interval = niceInterval(range.length(), usualTicks);
  if (axis_.integral) {
    interval = range.length() <= mostIntegralTicks ? 1.0 : std::max(1.0, niceInterval(range.length(), usualTicks + 2));
  }
  linear->setTickInterval(interval);
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(interval) - 1e-9)), 0, 8);
  const bool huge = std::max(std::abs(range.low), std::abs(range.high)) >= 1e6;
  linear->setLabelFormat(
      huge ? QStringLiteral("%g")
           : QStringLiteral("%.%1f%2").arg(decimals).arg(axis_.percent ? QStringLiteral(" %%") : QString()));
  return linear;
}

QAbstractAxis* AxisScale::makeLogarithmic(const AxisRange& range, const Theme& theme) const {
  auto* log = new QLogValueAxis;
  log->setBase(10.0);
  log->setRange(std::pow(10.0, range.low), std::pow(10.0, range.high));
  log->setMinorTickCount(-1);  // as many as the range has; a short range would show none otherwise
  log->setLabelFormat(axis_.percent ? QStringLiteral("%g %%") : QStringLiteral("%g"));
  log->setMinorGridLineColor(theme.grid);
  return log;
}

QAbstractAxis* AxisScale::make(const AxisRange& range, const Theme& theme, const QFont& font) const {
  QAbstractAxis* axis = axis_.logarithmic ? makeLogarithmic(range, theme) : makeLinear(range);
  axis->setTitleText(symbolHtml(axis_.title));
  axis->setTitleBrush(theme.text);
  axis->setLabelsColor(theme.mutedText);
  axis->setGridLineColor(theme.grid);
  axis->setLinePenColor(theme.border);
  axis->setLabelsFont(font);
  QFont titleFont = font;
  titleFont.setWeight(QFont::DemiBold);
  axis->setTitleFont(titleFont);
  return axis;
}

}  // namespace axescope::ui
