// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/series_style.h"

#include <QCoreApplication>
#include <QPolygonF>
#include <array>
#include <cmath>
#include <numbers>

namespace axescope::ui {

namespace {

// Okabe & Ito, "Color Universal Design" (2008); black and yellow are adapted to the background.
struct OkabeIto {
  QColor grey{0x8c, 0x8c, 0x8c};
  QColor orange{0xe6, 0x9f, 0x00};
  QColor skyBlue{0x56, 0xb4, 0xe9};
  QColor green{0x00, 0x9e, 0x73};
  QColor blue{0x00, 0x72, 0xb2};
  QColor vermillion{0xd5, 0x5e, 0x00};
  QColor purple{0xcc, 0x79, 0xa7};
};

QPainterPath polygon(int corners, double radius, double startDegrees, double innerRadius = 0.0) {
  QPolygonF points;
  const int steps = innerRadius > 0.0 ? 2 * corners : corners;
  for (int i = 0; i < steps; ++i) {
    const double angle = (startDegrees + 360.0 * i / steps) * std::numbers::pi / 180.0;
    const double r = innerRadius > 0.0 && i % 2 == 1 ? innerRadius : radius;
    points << QPointF(r * std::cos(angle), -r * std::sin(angle));
  }
  QPainterPath path;
  path.addPolygon(points);
  path.closeSubpath();
  return path;
}

QString translated(const char* text) {
  return QCoreApplication::translate("SeriesStyle", text);
}

// A2Q's methods carry their own constraint.
bool isTrainedWithinBudget(const PointSettings& settings) {
  return isTrained(settings.algorithm) && settings.constraint != Constraint::none;
}

}  // namespace

QString constraintFamily(const PointSettings& settings) {
  if (isTrainedWithinBudget(settings)) {
    return settings.algorithm == Algorithm::a2q ? translated("A2Q trained") : translated("A2Q+ trained");
  }
  const bool budgetScales = settings.weightScale == WeightScale::budget;
  QString name;
  switch (settings.constraint) {
    case Constraint::none:
      name = translated("naive");
      break;
    case Constraint::epInit:
      name = translated("EP-init");
      break;
    case Constraint::epInitA2q:
      name = translated("EP-init, A2Q");
      break;
    case Constraint::axeSoft:
      name = translated("AXE soft");
      break;
    case Constraint::axeStrict:
      name = translated("AXE strict");
      break;
    case Constraint::axe:
      name = translated("AXE");
      break;
    case Constraint::axeInputs:
      name = translated("AXE inputs");
      break;
  }
  return budgetScales ? name + translated(" + budget scales") : name;
}

SeriesStyle constraintStyle(const PointSettings& settings, const Theme& theme) {
  const OkabeIto colours;
  if (isTrainedWithinBudget(settings)) {
    return {colours.purple, settings.algorithm == Algorithm::a2q ? Marker::cross : Marker::star};
  }
  const bool budgetScales = settings.weightScale == WeightScale::budget;
  switch (settings.constraint) {
    case Constraint::none:
      return {theme.dark ? colours.grey.lighter(130) : colours.grey, budgetScales ? Marker::pentagon : Marker::square};
    case Constraint::epInit:
      return {colours.orange, budgetScales ? Marker::downTriangle : Marker::triangle};
    case Constraint::epInitA2q:
      return {colours.orange, budgetScales ? Marker::star : Marker::cross};
    case Constraint::axeSoft:
      return {colours.purple, Marker::pentagon};
    case Constraint::axeStrict:
      return {colours.skyBlue, Marker::downTriangle};
    case Constraint::axeInputs:
      return {colours.vermillion, budgetScales ? Marker::diamond : Marker::circle};
    case Constraint::axe:
      break;
  }
  if (budgetScales) return {colours.green, Marker::diamond};
  return {theme.dark ? colours.skyBlue : colours.blue, Marker::circle};
}

SeriesStyle numberedStyle(int index, const Theme& theme) {
  const OkabeIto c;
  const std::array<QColor, 7> colours{c.blue, c.orange, c.green, c.vermillion, c.purple, c.skyBlue, c.grey};
  QColor colour = colours[static_cast<std::size_t>(index) % colours.size()];
  if (theme.dark && colour.lightnessF() < 0.4) colour = colour.lighter(135);
  return {colour, static_cast<Marker>(index % 8)};
}

QPainterPath markerPath(Marker marker, double radius) {
  QPainterPath path;
  switch (marker) {
    case Marker::circle:
      path.addEllipse(QPointF(0, 0), radius, radius);
      return path;
    case Marker::diamond:
      return polygon(4, 1.25 * radius, 90);
    case Marker::square:
      path.addRect(QRectF(-0.9 * radius, -0.9 * radius, 1.8 * radius, 1.8 * radius));
      return path;
    case Marker::triangle:
      return polygon(3, 1.25 * radius, 90);
    case Marker::downTriangle:
      return polygon(3, 1.25 * radius, -90);
    case Marker::pentagon:
      return polygon(5, 1.1 * radius, 90);
    case Marker::star:
      return polygon(5, 1.35 * radius, 90, 0.6 * radius);
    case Marker::cross:
      break;
  }
  path.addRect(QRectF(-0.35 * radius, -1.1 * radius, 0.7 * radius, 2.2 * radius));
  path.addRect(QRectF(-1.1 * radius, -0.35 * radius, 2.2 * radius, 0.7 * radius));
  return path.simplified();
}

}  // namespace axescope::ui
