// SPDX-License-Identifier: GPL-3.0-or-later
// A picture with numbers behind it. One paint() serves the screen, the clipboard, PNG, SVG and PDF.
#pragma once

#include <QList>
#include <QObject>
#include <QPainter>
#include <QRectF>
#include <QString>
#include <QStringList>
#include <QVariant>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "ui/theme/theme.h"

namespace axescope::ui {

/// Exactly what a plot shows, for CSV and JSON.
struct PlotTable {
  QStringList columns;
  std::vector<std::vector<QVariant>> rows;
};

/// Something in a plot that can be pointed at: a point of the study, a channel, a layer.
struct PlotMark {
  int row = -1;  // of the page's model
  QPointF position;
};

/// What lies under the crosshair.
struct PlotReading {
  QRectF area;  // where the crosshair's lines end
  QString x;
  QString y;
};

class Plot : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;

  virtual QString title() const = 0;
  virtual void paint(QPainter& painter, const QRectF& area, const Theme& theme) = 0;
  virtual PlotTable table() const = 0;
  /// The table as a pgfplots source; plots with axes of their own draw themselves.
  virtual QString pgfplots() const;

  /// Marks as placed by the last paint(), in its coordinates.
  const std::vector<PlotMark>& marks() const { return marks_; }
  /// Rich text for a mark's row, from the page that knows what its rows mean.
  void setDescriber(std::function<QString(int row)> describer) { describer_ = std::move(describer); }
  QString description(const PlotMark& mark) const { return describer_ ? describer_(mark.row) : QString(); }

  /// The mark nearest to `position`, at most `reach` away.
  virtual std::optional<PlotMark> markNear(QPointF position, double reach) const;
  /// The marks of these rows, for showing them as selected.
  virtual std::vector<PlotMark> marksOf(const QList<int>& rows) const;
  /// Empty outside the axes, and for plots without any.
  virtual std::optional<PlotReading> readingAt(QPointF position) const;

  /// Zooming, in coordinates of the last paint(); nothing for plots that always show all. factor > 1 shows less.
  virtual void zoom(QPointF at, double factor);
  virtual void pan(QPointF by);
  virtual void resetZoom();
  virtual bool zoomed() const { return false; }

 Q_SIGNALS:
  void changed();

 protected:
  void clearMarks() { marks_.clear(); }
  void addMark(const PlotMark& mark) { marks_.push_back(mark); }

 private:
  std::vector<PlotMark> marks_;
  std::function<QString(int)> describer_;
};

}  // namespace axescope::ui
