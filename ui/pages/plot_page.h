// SPDX-License-Identifier: GPL-3.0-or-later
// What pages with one plot share: a thin row of controls above it, theme, and the window's selection.
#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QWidget>

#include "ui/plots/plot_view.h"
#include "ui/state/app_state.h"

namespace axescope::ui {

class PlotPage : public QWidget {
  Q_OBJECT
 public:
  /// Takes the plot over. `fileName` without ending is what an export is called at first.
  PlotPage(AppState* state, Plot* plot, const QString& fileName, QWidget* parent = nullptr);

  Plot* plot() { return plot_; }
  const QString& fileName() const { return fileName_; }

 protected:
  AppState& state() { return *state_; }
  const AppState& state() const { return *state_; }

  /// Controls call rebuild() when they change.
  QComboBox* addChoice(const QString& label);
  QCheckBox* addSwitch(const QString& label, bool on);
  /// Numeric columns of results: costs and settings, or metrics.
  static void fillWithCosts(QComboBox* box);
  static void fillWithMetrics(QComboBox* box);
  static std::string chosen(const QComboBox* box) { return box->currentData().toString().toStdString(); }

  /// Makes the plot anew from points, controls and theme. Derived constructors call start() at their end.
  virtual void rebuild() = 0;
  void start();

 private:
  AppState* state_;
  Plot* plot_;
  PlotView* view_;
  QHBoxLayout* controls_;
  QString fileName_;
};

}  // namespace axescope::ui
