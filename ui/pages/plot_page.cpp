// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/plot_page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <utility>

#include "ui/plots/result_chart.h"
#include "ui/plots/symbol_text.h"

namespace axescope::ui {

PlotPage::PlotPage(AppState* state, Plot* plot, QString fileName, QWidget* parent)
    : QWidget(parent),
      state_(state),
      plot_(plot),
      view_(new PlotView(plot)),
      controls_(new FlowLayout),
      column_(new QVBoxLayout(this)),
      fileName_(std::move(fileName)) {
  plot_->setParent(this);
  controls_->setContentsMargins(14, 8, 14, 4);
  controls_->setSpacing(6);
  column_->setContentsMargins(0, 0, 0, 0);
  column_->setSpacing(0);
  column_->addLayout(controls_);
  column_->addWidget(view_, 3);
}

Plot* PlotPage::plot() {
  if (stale_) {
    stale_ = false;
    rebuild();
  }
  return plot_;
}

void PlotPage::invalidate() {
  stale_ = true;
  if (isVisible()) plot();
}

void PlotPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  plot();
}

void PlotPage::addControl(QWidget* control, const QString& text) {
  if (text.isEmpty()) {
    controls_->addWidget(control);
    return;
  }
  // A label and its control stay together where the row breaks.
  auto* label = new QLabel(symbolHtml(text));
  label->setProperty("muted", true);
  label->setBuddy(control);
  control->setAccessibleName(text);
  auto* pair = new QWidget;
  pair->setObjectName(QStringLiteral("plain"));
  auto* layout = new QHBoxLayout(pair);
  layout->setContentsMargins(0, 0, 6, 0);
  layout->setSpacing(6);
  layout->addWidget(label);
  layout->addWidget(control);
  controls_->addWidget(pair);
}

void PlotPage::addBelow(QWidget* widget, int stretch) {
  column_->addWidget(widget, stretch);
}

void PlotPage::addAbove(QWidget* widget) {
  column_->insertWidget(1, widget);
}

QComboBox* PlotPage::addChoice(const QString& text) {
  auto* box = new QComboBox;
  addControl(box, text);
  connect(box, &QComboBox::activated, this, &PlotPage::invalidate);
  return box;
}

QCheckBox* PlotPage::addSwitch(const QString& text, bool on) {
  auto* box = new QCheckBox(text);
  box->setChecked(on);
  addControl(box);
  connect(box, &QCheckBox::toggled, this, &PlotPage::invalidate);
  return box;
}

void PlotPage::fillWithCosts(QComboBox* box) {
  for (const ResultColumn& column : resultColumns()) {
    const bool numeric = column.kind == SettingKind::integer || column.kind == SettingKind::real;
    if (!numeric || (!column.isSetting && column.direction != Direction::lowerIsBetter)) continue;
    box->addItem(columnTitle(column), fromView(column.name));
  }
}

void PlotPage::fillWithMetrics(QComboBox* box) {
  box->addItem(tr("Main metric"), QString());
  for (const ResultColumn& column : resultColumns()) {
    const bool numeric = column.kind == SettingKind::integer || column.kind == SettingKind::real;
    if (numeric && !column.isSetting) box->addItem(columnTitle(column), fromView(column.name));
  }
}

void PlotPage::start() {
  connect(&state_->points(), &PointsModel::pointsChanged, this, &PlotPage::invalidate);
  const auto showTheme = [this] {
    view_->setTheme(state_->theme());
    invalidate();
  };
  connect(state_, &AppState::themeChanged, this, showTheme);
  connect(&state_->selection(), &Selection::pointsChanged, this, &PlotPage::showChosen);
  connect(view_, &PlotView::rowClicked, this, &PlotPage::choose);
  showTheme();
  showChosen();
}

QString PlotPage::provenance() const {
  return QString::fromStdString(state_->provenance().toJson());
}

void PlotPage::choose(int row, bool extend) {
  QList<int> rows = extend ? state_->selection().points() : QList<int>{};
  rows.removeAll(row);
  rows.prepend(row);
  state_->selection().setPoints(rows);
}

QList<int> PlotPage::chosenRows() const {
  return state_->selection().points();
}

}  // namespace axescope::ui
