// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/docks/model_dock.h"

#include <QFileInfo>
#include <QHeaderView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

namespace axescope::ui {

namespace {

class BarDelegate : public QStyledItemDelegate {
 public:
  BarDelegate(AppState* state, QObject* parent) : QStyledItemDelegate(parent), state_(state) {}
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    QStyledItemDelegate::paint(painter, option, index);
    const double share = index.data(LayersModel::barRole).toDouble();
    const bool warning = index.data(LayersModel::warningRole).toBool();
    const QRectF area = QRectF(option.rect).adjusted(4, 0, -8, 0);
    const QRectF bar(area.left(), area.center().y() - 2.5, std::max(5.0, share * area.width()), 5.0);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(warning ? state_->theme().warning : state_->theme().accent);
    painter->drawRoundedRect(bar, 2.5, 2.5);
    painter->restore();
  }

 private:
  AppState* state_;
};

}  // namespace

ModelDock::ModelDock(AppState* state, QWidget* parent)
    : QDockWidget(tr("Model"), parent),
      state_(state),
      heading_(new QLabel),
      summary_(new QLabel),
      tree_(new QTreeView) {
  setObjectName(QStringLiteral("modelDock"));
  heading_->setProperty("heading", true);
  heading_->setWordWrap(true);
  summary_->setProperty("muted", true);
  summary_->setWordWrap(true);
  tree_->setModel(&layers_);
  tree_->setRootIsDecorated(false);
  tree_->setUniformRowHeights(true);
  tree_->setAllColumnsShowFocus(true);
  tree_->setItemDelegateForColumn(LayersModel::barColumn, new BarDelegate(state, tree_));
  tree_->setAccessibleName(tr("Layers"));
  tree_->header()->setStretchLastSection(false);
  tree_->header()->setSectionResizeMode(LayersModel::nameColumn, QHeaderView::Stretch);
  tree_->header()->setSectionResizeMode(LayersModel::shapeColumn, QHeaderView::ResizeToContents);
  tree_->header()->setSectionResizeMode(LayersModel::barColumn, QHeaderView::Fixed);
  tree_->header()->resizeSection(LayersModel::barColumn, 72);

  auto* content = new QWidget;
  auto* layout = new QVBoxLayout(content);
  layout->setContentsMargins(12, 4, 4, 8);
  layout->setSpacing(4);
  layout->addWidget(heading_);
  layout->addWidget(summary_);
  layout->addWidget(tree_, 1);
  setWidget(content);

  connect(state_, &AppState::modelChanged, this, &ModelDock::showModel);
  connect(state_, &AppState::themeChanged, tree_->viewport(), qOverload<>(&QWidget::update));
  connect(&state_->selection(), &Selection::pointsChanged, this, [this] {
    const int row = state_->selection().currentPoint();
    const auto& points = state_->points().points();
    layers_.setPoint(row >= 0 && row < static_cast<int>(points.size())
                         ? std::optional(points[static_cast<std::size_t>(row)])
                         : std::nullopt);
  });
  connect(tree_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& current) {
    state_->selection().setLayer(current.siblingAtColumn(LayersModel::nameColumn).data().toString());
  });
  showModel();
}

void ModelDock::showModel() {
  layers_.setModel(state_->model());
  const auto& model = state_->model();
  if (!model) {
    heading_->setText(tr("No file open"));
    summary_->setText(tr("Open a dump with Ctrl+O or drop one on the window."));
    return;
  }
  heading_->setText(QFileInfo(state_->modelPath()).fileName());
  std::int64_t weights = 0;
  for (const LayerInfo& layer : model->dump().layers()) weights += layer.weights();
  summary_->setText(tr("%1, %2 layers, %L3 weights")
                        .arg(QString::fromStdString(model->dump().model()))
                        .arg(model->dump().layers().size())
                        .arg(weights));
}

}  // namespace axescope::ui
