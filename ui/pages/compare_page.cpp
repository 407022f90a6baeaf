// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/compare_page.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QHeaderView>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTableView>
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "ui/pages/row_table.h"
#include "ui/pages/table_delegates.h"
#include "ui/plots/result_chart.h"

namespace axescope::ui {

namespace {

bool isRowOf(const std::vector<PointResult>& points, int row) {
  return row >= 0 && row < static_cast<int>(points.size());
}

}  // namespace

std::vector<CompareLayer> compareLayers(const PointResult& a, const PointResult& b) {
  std::vector<CompareLayer> layers;
  std::map<std::string, std::size_t> places;
  for (const LayerMeasurement& layer : a.layers) {
    places.emplace(layer.layer, layers.size());
    layers.push_back({QString::fromStdString(layer.layer), layer, std::nullopt});
  }
  for (const LayerMeasurement& layer : b.layers) {
    const auto found = places.find(layer.layer);
    if (found == places.end()) {
      layers.push_back({QString::fromStdString(layer.layer), std::nullopt, layer});
    } else {
      layers[found->second].b = layer;
    }
  }
  return layers;
}

ComparePage::ComparePage(AppState* state, QWidget* parent)
    : PlotPage(state, new ComparePlot, QStringLiteral("compare"), parent),
      plot_(plotAs<ComparePlot>()),
      metric_(addChoice(tr("layers by"))),
      order_(addChoice(tr("order"))),
      choiceA_(new PointChoice),
      choiceB_(new PointChoice),
      swap_(new QPushButton(tr("⇄"))),
      closeFile_(new QPushButton(tr("Close"))),
      fileName_(new QLabel),
      differenceCount_(new QLabel) {
  for (const LayerMetric& metric : layerMetrics()) metric_->addItem(layerMetricTitle(metric));
  order_->addItems({tr("of the model"), tr("largest difference first")});
  fileName_->setProperty("muted", true);
  auto* open = new QPushButton(tr("Open results for B…"));
  open->setToolTip(tr("Compare with a point of another results file."));
  closeFile_->setToolTip(tr("Take B from the same points as A again."));
  addControl(open);
  addControl(fileName_);
  addControl(closeFile_);
  addAbove(makePointRow());
  addBelow(makeDifferences(), 2);
  connect(open, &QPushButton::clicked, this, &ComparePage::chooseFile);
  connect(closeFile_, &QPushButton::clicked, this, &ComparePage::closeFileOfB);
  connect(choiceA_, &PointChoice::pointChosen, this, &ComparePage::setA);
  connect(choiceB_, &PointChoice::pointChosen, this, &ComparePage::setB);
  connect(swap_, &QPushButton::clicked, this, &ComparePage::swap);
  connect(&state->points(), &PointsModel::modelReset, this, [this] {
    a_ = -1;
    if (!other_) b_ = -1;
  });
  connect(&state->selection(), &Selection::pointsChanged, this, &ComparePage::followSelection);
  connect(&state->selection(), &Selection::layerChanged, this, &ComparePage::showChosen);
  plot_->setDescriber([this](int row) { return describe(row); });
  followSelection();
  start();
}

QWidget* ComparePage::makePointRow() {
  swap_->setAccessibleName(tr("Swap A and B"));
  swap_->setToolTip(tr("Swap A and B"));
  choiceA_->setAccessibleName(tr("Point A"));
  choiceB_->setAccessibleName(tr("Point B"));
  auto* widget = new QWidget;
  auto* row = new QHBoxLayout(widget);
  row->setContentsMargins(14, 2, 14, 8);
  row->setSpacing(8);
  const auto add = [&](const QString& name, PointChoice* choice) {
    auto* label = new QLabel(name);
    label->setProperty("heading", true);
    label->setBuddy(choice);
    row->addWidget(label);
    row->addWidget(choice, 1);
  };
  add(tr("A"), choiceA_);
  row->addWidget(swap_);
  add(tr("B"), choiceB_);
  return widget;
}

QWidget* ComparePage::makeDifferences() {
  auto* heading = new QLabel(tr("Differences"));
  heading->setProperty("heading", true);
  differenceCount_->setProperty("muted", true);
  auto* equal = new QCheckBox(tr("show equal ones too"));
  connect(equal, &QCheckBox::toggled, &differences_, &DifferencesModel::setEqualShown);
  auto* top = new QHBoxLayout;
  top->setContentsMargins(14, 8, 14, 4);
  top->setSpacing(8);
  top->addWidget(heading);
  top->addWidget(differenceCount_);
  top->addStretch();
  top->addWidget(equal);

  auto* view = new QTableView;
  view->setObjectName(QStringLiteral("differences"));
  showAsRows(view, tr("What differs between A and B"));
  view->setModel(&differences_);
  view->setItemDelegate(new DifferenceDelegate(&state(), view));
  view->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  auto* widget = new QWidget;
  auto* layout = new QVBoxLayout(widget);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(top);
  layout->addWidget(view, 1);
  return widget;
}

const std::vector<PointResult>& ComparePage::pointsOfB() const {
  return other_ ? other_->points : state().points().points();
}

std::optional<PointResult> ComparePage::pointA() const {
  const auto& points = state().points().points();
  return isRowOf(points, a_) ? std::optional(points[static_cast<std::size_t>(a_)]) : std::nullopt;
}

std::optional<PointResult> ComparePage::pointB() const {
  return isRowOf(pointsOfB(), b_) ? std::optional(pointsOfB()[static_cast<std::size_t>(b_)]) : std::nullopt;
}

void ComparePage::setA(int point) {
  a_ = point;
  invalidate();
}

void ComparePage::setB(int point) {
  b_ = point;
  invalidate();
}

void ComparePage::swap() {
  if (other_) return;
  std::swap(a_, b_);
  invalidate();
}

void ComparePage::followSelection() {
  const QList<int>& selected = state().selection().points();
  if (!selected.isEmpty()) a_ = selected[0];
  if (selected.size() > 1 && !other_) b_ = selected[1];
  invalidate();
}

// Something worth looking at before anyone has chosen: the best guaranteed point, against the best that another
// constraint reaches with the same inner width.
void ComparePage::chooseDefaults() {
  const auto& points = state().points().points();
  if (!isRowOf(points, a_)) {
    a_ = bestGuaranteedPoint(points);
    if (a_ < 0) a_ = bestPoint(points, [](const PointResult&) { return true; });
  }
  if (isRowOf(pointsOfB(), b_) || !isRowOf(points, a_)) return;
  const PointSettings& a = points[static_cast<std::size_t>(a_)].settings;
  b_ = other_ ? bestPoint(pointsOfB(), [&](const PointResult& point) { return point.settings == a; })
              : bestPoint(points, [&](const PointResult& point) {
                  return point.settings.innerBits == a.innerBits && point.settings.constraint != a.constraint;
                });
  if (b_ < 0) b_ = bestPoint(pointsOfB(), [&](const PointResult& point) { return other_ || point.settings != a; });
}

QString ComparePage::titleOf(const PointResult& point, bool isB) const {
  const QString title = pointTitle(point.settings);
  return isB && other_ ? tr("%1 — %2").arg(otherName_, title) : title;
}

QString ComparePage::provenance() const {
  const QString ofA = PlotPage::provenance();
  if (!other_) return ofA;
  QJsonObject both = QJsonDocument::fromJson(ofA.toUtf8()).object();
  const QByteArray ofB = QByteArray::fromStdString(other_->provenance.toJson());
  both[QStringLiteral("compared_with")] = QJsonDocument::fromJson(ofB).object();
  return QString::fromUtf8(QJsonDocument(both).toJson(QJsonDocument::Compact));
}

void ComparePage::rebuild() {
  chooseDefaults();
  const QList<int>& selected = state().selection().points();
  choiceA_->setPoints(state().points().points(), selected, a_);
  choiceB_->setPoints(pointsOfB(), other_ ? QList<int>() : selected, b_);
  swap_->setEnabled(!other_);
  fileName_->setText(otherName_);
  fileName_->setVisible(other_ != nullptr);
  closeFile_->setVisible(other_ != nullptr);

  CompareDescription description;
  description.metric = &layerMetrics()[static_cast<std::size_t>(metric_->currentIndex())];
  const auto a = pointA();
  const auto b = pointB();
  if (a && b) {
    description.a = titleOf(*a, false);
    description.b = titleOf(*b, true);
    description.layers = compareLayers(*a, *b);
    description.reason = tr("These points have no measurements of layers");
  } else {
    description.reason = tr("No points to compare yet: run a study or open results");
  }
  if (order_->currentIndex() == 1) {
    std::stable_sort(
        description.layers.begin(), description.layers.end(), [&](const CompareLayer& x, const CompareLayer& y) {
          return std::abs(description.difference(x).value_or(0.0)) > std::abs(description.difference(y).value_or(0.0));
        });
  }
  plot_->setDescription(std::move(description));
  differences_.setPoints(a, b);
  differenceCount_->setText(a && b ? tr("%L1").arg(differences_.differenceCount()) : QString());
  showChosen();
}

void ComparePage::choose(int row, bool) {
  state().selection().setLayer(plot_->description().layers[static_cast<std::size_t>(row)].name);
}

QList<int> ComparePage::chosenRows() const {
  const auto& layers = plot_->description().layers;
  const auto found = std::find_if(layers.begin(), layers.end(), [this](const CompareLayer& layer) {
    return layer.name == state().selection().layer();
  });
  return found == layers.end() ? QList<int>() : QList<int>{static_cast<int>(found - layers.begin())};
}

QString ComparePage::describe(int row) const {
  const CompareLayer& layer = plot_->description().layers[static_cast<std::size_t>(row)];
  QString text = QStringLiteral("<b>%1</b><table cellspacing='4'><tr><td></td><td>A</td><td>B</td></tr>")
                     .arg(layer.name.toHtmlEscaped());
  for (const LayerMetric& metric : layerMetrics()) {
    const auto value = [&](const std::optional<LayerMeasurement>& measured) {
      return measured ? layerMetricText(metric, metric.value(*measured)) : tr("none");
    };
    text += QStringLiteral("<tr><td>%1</td><td align='right'>%2</td><td align='right'>%3</td></tr>")
                .arg(layerMetricTitle(metric), value(layer.a), value(layer.b));
  }
  return text + QStringLiteral("</table>");
}

void ComparePage::chooseFile() {
  const QString path =
      QFileDialog::getOpenFileName(this, tr("Open results for B"), {}, tr("HDF5 files (*.h5 *.hdf5);;All files (*)"));
  if (!path.isEmpty()) openForB(path);
}

void ComparePage::openForB(const QString& path) {
  opening_.start(
      [path, processes = state().readerProcesses()](const std::stop_token&) { return openFile(path, processes); },
      [this](const OpenedFile& file) { takeFile(file); });
}

void ComparePage::takeFile(const OpenedFile& file) {
  if (file.results) {
    choiceB_->setPoints(state().points().points(), {}, -1);  // it lists the points that are about to go
    other_ = file.results;
    otherName_ = QFileInfo(file.path).fileName();
    b_ = -1;
    invalidate();
  } else if (file.error) {
    Q_EMIT message(QString::fromStdString(file.error->line()), true);
  } else {
    Q_EMIT message(tr("%1: expected the results of a sweep, found another kind of file").arg(file.path), true);
  }
  Q_EMIT fileOfBChanged();
}

void ComparePage::closeFileOfB() {
  opening_.cancel();
  if (!other_) return;
  choiceB_->setPoints(state().points().points(), {}, -1);  // it lists the points that are about to go
  other_.reset();
  otherName_.clear();
  b_ = -1;
  followSelection();
  Q_EMIT fileOfBChanged();
}

}  // namespace axescope::ui
