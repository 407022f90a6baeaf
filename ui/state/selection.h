// SPDX-License-Identifier: GPL-3.0-or-later
// The one selection that all pages share: points, layer, channel.
#pragma once

#include <QList>
#include <QObject>
#include <QString>

namespace axescope::ui {

class Selection : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;

  /// Rows of the points model; the first is the current one.
  const QList<int>& points() const { return points_; }
  int currentPoint() const { return points_.isEmpty() ? -1 : points_.first(); }
  const QString& layer() const { return layer_; }
  int channel() const { return channel_; }

  void setPoints(const QList<int>& rows);
  void setLayer(const QString& layer);
  void setChannel(int channel);

 Q_SIGNALS:
  void pointsChanged();
  void layerChanged();
  void channelChanged();

 private:
  QList<int> points_;
  QString layer_;
  int channel_ = -1;
};

}  // namespace axescope::ui
