// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/plot_page.h"

#include <QLabel>
#include <QVBoxLayout>

#include "ui/plots/result_chart.h"

namespace axescope::ui {

PlotPage::PlotPage(AppState* state, Plot* plot, const QString& fileName, QWidget* parent)
    : QWidget(parent),
      state_(state),
      plot_(plot),
      view_(new PlotView(plot)),
      controls_(new QHBoxLayout),
      fileName_(fileName) {
  plot_->setParent(this);
  controls_->setContentsMargins(14, 8, 14, 4);
  controls_->setSpacing(8);
  controls_->addStretch();
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(controls_);
  layout->addWidget(view_, 1);
}

QComboBox* PlotPage::addChoice(const QString& text) {
  auto* label = new QLabel(text);
  label->setProperty("muted", true);
  auto* box = new QComboBox;
  box->setAccessibleName(text);
  label->setBuddy(box);
  controls_->insertWidget(controls_->count() - 1, label);
  controls_->insertWidget(controls_->count() - 1, box);
  connect(box, &QComboBox::activated, this, &PlotPage::rebuild);
  return box;
}

QCheckBox* PlotPage::addSwitch(const QString& text, bool on) {
  auto* box = new QCheckBox(text);
  box->setChecked(on);
  controls_->insertWidget(controls_->count() - 1, box);
  connect(box, &QCheckBox::toggled, this, &PlotPage::rebuild);
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
  connect(&state_->points(), &PointsModel::pointsChanged, this, &PlotPage::rebuild);
  const auto showTheme = [this] {
    rebuild();
    view_->setTheme(state_->theme());
  };
  connect(state_, &AppState::themeChanged, this, showTheme);
  connect(&state_->selection(), &Selection::pointsChanged, this,
          [this] { view_->setSelectedRows(state_->selection().points()); });
  connect(view_, &PlotView::rowClicked, this, [this](int row, bool extend) {
    QList<int> rows = extend ? state_->selection().points() : QList<int>{};
    rows.removeAll(row);
    rows.prepend(row);
    state_->selection().setPoints(rows);
  });
  showTheme();
}

}  // namespace axescope::ui
