// SPDX-License-Identifier: GPL-3.0-or-later
// A picture with numbers behind it. One paint() serves the screen, the clipboard, PNG, SVG and PDF.
#pragma once

#include <QObject>
#include <QPainter>
#include <QRectF>
#include <QString>
#include <QStringList>
#include <QVariant>
#include <optional>
#include <vector>

#include "ui/theme/theme.h"

namespace axescope::ui {

/// Exactly what a plot shows, for CSV and JSON.
struct PlotTable {
  QStringList columns;
  std::vector<std::vector<QVariant>> rows;
};

/// Something in a plot that stands for a point of the study.
struct PlotMark {
  int row = -1;  // of the points model
  QPointF position;
};

class Plot : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;

  virtual QString title() const = 0;
  virtual void paint(QPainter& painter, const QRectF& area, const Theme& theme) = 0;
  virtual PlotTable table() const = 0;
  /// Marks as placed by the last paint(), in its coordinates.
  virtual std::vector<PlotMark> marks() const { return {}; }
  /// Rich text for a mark.
  virtual QString description(const PlotMark&) const { return {}; }

  /// The mark nearest to `position`, at most `reach` away.
  std::optional<PlotMark> markNear(QPointF position, double reach) const;

 Q_SIGNALS:
  void changed();
};

}  // namespace axescope::ui
