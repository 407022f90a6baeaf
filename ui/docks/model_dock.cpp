// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/docks/model_dock.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QMenu>
#include <QScopedValueRollback>
#include <QVBoxLayout>

#include "ui/docks/bar_legend.h"
#include "ui/docks/layer_delegate.h"

namespace axescope::ui {

namespace {

constexpr int barWidth = 64;
constexpr int indentation = 10;
constexpr int leastWidth = 240;

}  // namespace

ModelDock::ModelDock(AppState* state, QWidget* parent)
    : QDockWidget(tr("Model"), parent),
      state_(state),
      layers_(state),
      hint_(new QLabel(tr("No file open. Open a dump with Ctrl+O or drop one on the window."))),
      tree_(new QTreeView),
      colours_(new QWidget) {
  setObjectName(QStringLiteral("modelDock"));
  hint_->setProperty("muted", true);
  hint_->setWordWrap(true);
  hint_->setContentsMargins(12, 4, 8, 4);
  makeTree();
  auto* colours = new QVBoxLayout(colours_);
  colours->setContentsMargins(12, 8, 12, 10);
  colours->setSpacing(8);
  colours->addLayout(makeColourChoice());
  colours->addWidget(new BarLegend(state_, &layers_));

  auto* content = new QWidget;
  content->setMinimumWidth(leastWidth);
  auto* layout = new QVBoxLayout(content);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(hint_);
  layout->addWidget(tree_, 1);
  layout->addWidget(colours_);
  layout->addStretch();
  setWidget(content);

  connect(state_, &AppState::themeChanged, tree_->viewport(), qOverload<>(&QWidget::update));
  connect(state_, &AppState::modelsChanged, this, [this] {
    showWhetherEmpty();
    showLayer();
  });
  connect(&state_->selection(), &Selection::layerChanged, this, &ModelDock::showLayer);
  connect(&layers_, &QAbstractItemModel::rowsInserted, this, [this](const QModelIndex& above, int first, int last) {
    if (!above.isValid()) prepareFiles(first, last);
  });
  prepareFiles(0, layers_.rowCount() - 1);
  showWhetherEmpty();
  showLayer();
}

void ModelDock::makeTree() {
  tree_->setObjectName(QStringLiteral("layers"));
  tree_->setModel(&layers_);
  tree_->setItemDelegate(new LayerDelegate(state_, tree_));
  tree_->setIndentation(indentation);
  tree_->setUniformRowHeights(true);
  tree_->setExpandsOnDoubleClick(false);
  tree_->setTextElideMode(Qt::ElideMiddle);
  tree_->setAccessibleName(tr("Open models and their layers"));
  QHeaderView* header = tree_->header();
  header->setStretchLastSection(false);
  header->setMinimumSectionSize(indentation);
  for (int column = 0; column < LayersModel::columnTotal; ++column) {
    header->setSectionResizeMode(column, QHeaderView::ResizeToContents);
  }
  header->setSectionResizeMode(LayersModel::nameColumn, QHeaderView::Stretch);
  header->setSectionResizeMode(LayersModel::barColumn, QHeaderView::Fixed);
  header->resizeSection(LayersModel::barColumn, barWidth);
  for (const int column : {LayersModel::kindColumn, LayersModel::groupsColumn, LayersModel::parametersColumn}) {
    tree_->setColumnHidden(column, true);
  }
  header->setContextMenuPolicy(Qt::CustomContextMenu);
  tree_->setContextMenuPolicy(Qt::CustomContextMenu);
  connect(header, &QWidget::customContextMenuRequested, this, &ModelDock::showColumnMenu);
  connect(tree_, &QWidget::customContextMenuRequested, this, &ModelDock::showFileMenu);
  connect(tree_, &QTreeView::activated, this, [this](const QModelIndex& index) {
    if (layers_.isFile(index)) state_->setCurrentModel(index.row());
  });
  connect(tree_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &ModelDock::takeLayer);
}

QLayout* ModelDock::makeColourChoice() {
  auto* choice = new QComboBox;
  choice->setObjectName(QStringLiteral("colourBy"));
  choice->setAccessibleName(tr("Colour layers by"));
  choice->setToolTip(tr("Bars show what the selected point measured on each layer, or the layers' share of weights."));
  choice->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  for (const LayerMetric& metric : layerMetrics()) choice->addItem(layerMetricTitle(metric));
  choice->addItem(tr("Share of weights"));
  connect(choice, &QComboBox::currentIndexChanged, this, [this](int index) {
    const auto metrics = layerMetrics();
    const auto number = static_cast<std::size_t>(index);
    layers_.setMetric(number < metrics.size() ? &metrics[number] : nullptr);
  });
  auto* label = new QLabel(tr("Colour"));
  label->setProperty("muted", true);
  label->setBuddy(choice);
  auto* row = new QHBoxLayout;
  row->setSpacing(8);
  row->addWidget(label);
  row->addWidget(choice, 1);
  return row;
}

void ModelDock::prepareFiles(int first, int last) {
  for (int row = first; row <= last; ++row) {
    // The delegate writes the file's size at the right end of its row.
    tree_->setFirstColumnSpanned(row, {}, true);
    tree_->expand(layers_.index(row, 0));
  }
}

void ModelDock::showWhetherEmpty() {
  const bool empty = layers_.rowCount() == 0;
  hint_->setVisible(empty);
  tree_->setVisible(!empty);
  colours_->setVisible(!empty);
}

void ModelDock::showFileMenu(QPoint at) {
  const int file = layers_.fileOf(tree_->indexAt(at));
  if (file < 0) return;
  QMenu menu(this);
  QAction* use = menu.addAction(tr("&Use for the study"), this, [this, file] { state_->setCurrentModel(file); });
  use->setEnabled(file != state_->currentModel());
  menu.addAction(tr("&Close"), this, [this, file] { state_->closeModel(file); });
  menu.exec(tree_->viewport()->mapToGlobal(at));
}

void ModelDock::showColumnMenu(QPoint at) {
  QMenu menu(this);
  for (int column = LayersModel::nameColumn + 1; column < LayersModel::columnTotal; ++column) {
    QAction* action = menu.addAction(layers_.headerData(column, Qt::Horizontal).toString());
    action->setCheckable(true);
    action->setChecked(!tree_->isColumnHidden(column));
    connect(action, &QAction::toggled, this, [this, column](bool on) { tree_->setColumnHidden(column, !on); });
  }
  menu.exec(tree_->header()->mapToGlobal(at));
}

void ModelDock::takeLayer(const QModelIndex& current) {
  if (taking_ || !current.isValid() || layers_.isFile(current)) return;
  const QScopedValueRollback guard(taking_, true);
  state_->selection().setLayer(current.siblingAtColumn(LayersModel::nameColumn).data().toString());
}

void ModelDock::showLayer() {
  if (taking_) return;
  const QString& layer = state_->selection().layer();
  const QModelIndex current = tree_->currentIndex();
  const bool isShown = current.isValid() && !layers_.isFile(current) &&
                       current.siblingAtColumn(LayersModel::nameColumn).data().toString() == layer;
  if (isShown) return;
  const QScopedValueRollback guard(taking_, true);
  const QModelIndex wanted = layers_.layerIndex(layer);
  if (wanted.isValid()) {
    tree_->setCurrentIndex(wanted);
    tree_->scrollTo(wanted);
  } else {
    tree_->selectionModel()->clear();
  }
}

}  // namespace axescope::ui
