// SPDX-License-Identifier: GPL-3.0-or-later
// A picture with numbers behind it. One paint() serves the screen, the clipboard, PNG, SVG and PDF.
#pragma once

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
  const std::vector<PlotMark>& marks() const { return marks_; }
  /// Rich text for a row of the points model, from the page that knows what its rows mean.
  void setDescriber(std::function<QString(int row)> describer) { describer_ = std::move(describer); }
  QString description(const PlotMark& mark) const { return describer_ ? describer_(mark.row) : QString(); }

  /// The mark nearest to `position`, at most `reach` away.
  std::optional<PlotMark> markNear(QPointF position, double reach) const;

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
