// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/state/selection.h"

namespace axescope::ui {

void Selection::setPoints(const QList<int>& rows) {
  if (rows == points_) return;
  points_ = rows;
  Q_EMIT pointsChanged();
}

void Selection::setLayer(const QString& layer) {
  if (layer == layer_) return;
  layer_ = layer;
  Q_EMIT layerChanged();
}

void Selection::setChannel(int channel) {
  if (channel == channel_) return;
  channel_ = channel;
  Q_EMIT channelChanged();
}

}  // namespace axescope::ui
