// SPDX-License-Identifier: GPL-3.0-or-later
// What the bars of the model dock mean: a strip of their colours between the least and the most value.
#pragma once

#include <QWidget>

#include "ui/models/layers_model.h"

namespace axescope::ui {

class BarLegend : public QWidget {
  Q_OBJECT
 public:
  /// Both must outlive it.
  BarLegend(const AppState* state, const LayersModel* layers, QWidget* parent = nullptr);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void showRange();

  const AppState* state_;
  const LayersModel* layers_;
};

}  // namespace axescope::ui
