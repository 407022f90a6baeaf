// SPDX-License-Identifier: GPL-3.0-or-later
// What pages with one plot share: a thin row of controls above it, theme, and the window's selection.
#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QVBoxLayout>
#include <QWidget>

#include "ui/pages/flow_layout.h"
#include "ui/plots/plot_view.h"
#include "ui/state/app_state.h"

namespace axescope::ui {

class PlotPage : public QWidget {
  Q_OBJECT
 public:
  /// Takes the plot over. `fileName` without ending is what an export is called at first.
  PlotPage(AppState* state, Plot* plot, QString fileName, QWidget* parent = nullptr);

  /// Up to date, also while the page is hidden.
  Plot* plot();
  PlotView* view() { return view_; }
  const QString& fileName() const { return fileName_; }
  /// Where what is shown comes from, as one line of JSON: the points, unless the page shows something else.
  virtual QString provenance() const;

 protected:
  AppState& state() { return *state_; }
  const AppState& state() const { return *state_; }

  void showEvent(QShowEvent* event) override;
  template <class Kind>
  Kind* plotAs() const {
    return qobject_cast<Kind*>(plot_);
  }

  /// Controls call invalidate() when they change.
  QComboBox* addChoice(const QString& label);
  QCheckBox* addSwitch(const QString& label, bool on);
  /// Any other control, in the same row, with an optional label; connecting it is the page's.
  void addControl(QWidget* control, const QString& label = {});
  /// Beside the plot, below it: a table, a summary.
  void addBelow(QWidget* widget, int stretch = 0);
  void addAbove(QWidget* widget);
  /// Numeric columns of results: costs and settings, or metrics.
  static void fillWithCosts(QComboBox* box);
  static void fillWithMetrics(QComboBox* box);
  static std::string chosen(const QComboBox* box) { return box->currentData().toString().toStdString(); }

  /// Makes the plot anew from points, controls and theme. Called only while the page is shown or its plot is asked for.
  /// Derived constructors call start() at their end.
  virtual void rebuild() = 0;
  void start();
  /// Rebuilds now, or when the page is next shown.
  void invalidate();
  /// A mark was chosen; rows are the points' unless the page says otherwise.
  virtual void choose(int row, bool extend);
  virtual QList<int> chosenRows() const;
  void showChosen() { view_->setSelectedRows(chosenRows()); }

 private:
  AppState* state_;
  Plot* plot_;
  PlotView* view_;
  FlowLayout* controls_;
  QVBoxLayout* column_;
  QString fileName_;
  bool stale_ = true;
};

}  // namespace axescope::ui
