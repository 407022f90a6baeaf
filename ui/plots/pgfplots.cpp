// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/pgfplots.h"

#include <QRegularExpression>
#include <cmath>

namespace axescope::ui {

namespace {

QString escaped(const QString& text) {
  QString result;
  for (const QChar c : text) {
    if (QStringLiteral("#$%&{}_").contains(c)) result += QLatin1Char('\\');
    result += c;
  }
  return result;
}

// "Inner width P_I" with the symbol in math mode.
QString label(const QString& text) {
  static const QRegularExpression symbol(QStringLiteral("\\b([A-Z])_([A-Z])\\b"));
  const QRegularExpressionMatch found = symbol.match(text);
  if (!found.hasMatch()) return escaped(text);
  return escaped(text.left(found.capturedStart())) +
         QStringLiteral("$%1_{%2}$").arg(found.captured(1), found.captured(2)) + escaped(text.mid(found.capturedEnd()));
}

QString number(double value) {
  return QString::number(value, 'g', 10);
}

QString markName(Marker marker) {
  switch (marker) {
    case Marker::circle:
      return QStringLiteral("*");
    case Marker::diamond:
      return QStringLiteral("diamond*");
    case Marker::square:
      return QStringLiteral("square*");
    case Marker::triangle:
      return QStringLiteral("triangle*");
    case Marker::downTriangle:
      return QStringLiteral("triangle*, mark options={rotate=180}");
    case Marker::pentagon:
      return QStringLiteral("pentagon*");
    case Marker::star:
      return QStringLiteral("star");
    case Marker::cross:
      break;
  }
  return QStringLiteral("x");
}

QString coordinates(const std::vector<QPointF>& points) {
  QString text = QStringLiteral("coordinates {\n");
  for (const QPointF& point : points) {
    if (std::isfinite(point.x()) && std::isfinite(point.y())) {
      text += QStringLiteral("    (%1, %2)\n").arg(number(point.x()), number(point.y()));
    }
  }
  return text + QStringLiteral("  };\n");
}

}  // namespace

QString pgfTable(const PlotTable& table) {
  QString text = QStringLiteral("\\pgfplotstableread[col sep=comma]{\n");
  const auto line = [&](const QStringList& fields) { text += fields.join(QLatin1Char(',')) + QLatin1Char('\n'); };
  line(table.columns);
  for (const auto& row : table.rows) {
    QStringList fields;
    for (const QVariant& value : row) {
      const bool real = value.typeId() == QMetaType::Double;
      fields << (real ? number(value.toDouble()) : value.toString().remove(QLatin1Char(',')));
    }
    line(fields);
  }
  return text + QStringLiteral("}\\axescopedata\n");
}

QString pgfChart(const ChartDescription& chart) {
  QString text = QStringLiteral("\\begin{tikzpicture}\n\\begin{axis}[\n  xlabel={%1},\n  ylabel={%2},\n")
                     .arg(label(chart.x.title), label(chart.y.title));
  if (chart.x.logarithmic) text += QStringLiteral("  xmode=log,\n");
  if (chart.y.logarithmic) text += QStringLiteral("  ymode=log,\n");
  text += QStringLiteral("  grid=major, legend pos=outer north east, legend cell align=left,\n]\n");
  for (const ChartSeries& series : chart.series) {
    const QString colour = QStringLiteral("{rgb,255:red,%1;green,%2;blue,%3}")
                               .arg(series.style.colour.red())
                               .arg(series.style.colour.green())
                               .arg(series.style.colour.blue());
    if (!series.line.empty()) {
      text += QStringLiteral("\\addplot[color=%1, thick, no marks, forget plot] ").arg(colour);
      text += coordinates(series.line);
    }
    bool named = false;
    for (const bool faded : {false, true}) {
      for (const bool solid : {true, false}) {
        std::vector<QPointF> points;
        for (const ChartMarker& marker : series.markers) {
          if (marker.solid == solid && marker.faded == faded) points.push_back(marker.value);
        }
        if (points.empty()) continue;
        text += QStringLiteral("\\addplot[only marks, color=%1, mark=%2, mark options={fill=%3}%4%5] ")
                    .arg(colour, markName(series.style.marker), solid ? colour : QStringLiteral("white"),
                         faded ? QStringLiteral(", opacity=0.35") : QString(),
                         named ? QStringLiteral(", forget plot") : QString());
        text += coordinates(points);
        if (!named) text += QStringLiteral("\\addlegendentry{%1}\n").arg(label(series.name));
        named = true;
      }
    }
  }
  return text + QStringLiteral("\\end{axis}\n\\end{tikzpicture}\n");
}

}  // namespace axescope::ui
