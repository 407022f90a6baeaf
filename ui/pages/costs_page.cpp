// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/costs_page.h"

#include <algorithm>
#include <utility>

#include "core/cost/cost_by_layer.h"
#include "core/cost/short_number.h"
#include "core/study/datapath_search.h"
#include "core/study/point_costs.h"
#include "ui/dialogs/cost_table_dialog.h"
#include "ui/plots/result_chart.h"
#include "ui/plots/symbol_text.h"

namespace axescope::ui {

namespace {

constexpr int usualAccumulator = 16;
const QString ownTable = QStringLiteral("own");

QString shareText(const SharedCost& cost) {
  const auto number = [](double value) { return QString::fromStdString(shortNumber(value)); };
  return CostsPage::tr("products %1, element-wise %2, memory %3")
      .arg(number(cost[CostShare::products]), number(cost[CostShare::elementwise]), number(cost[CostShare::memory]));
}

}  // namespace

CostsPage::CostsPage(AppState* state, QWidget* parent)
    : PlotPage(state, new CostPlot, QStringLiteral("costs"), parent),
      plot_(plotAs<CostPlot>()),
      left_(addChoice(tr("cost model"))),
      right_(addChoice(tr("beside"))),
      before_(addSwitch(tr("before: float between layers"), false)),
      accumulator_(new QSpinBox),
      sentence_(new QLabel) {
  auto* edit = new QPushButton(tr("Edit table…"));
  edit->setToolTip(tr("Change the coefficients of the table on the left, load one or save it."));
  addControl(edit);
  accumulator_->setRange(leastAccumulatorBits, mostAccumulatorBits);
  accumulator_->setValue(usualAccumulator);
  accumulator_->setSuffix(tr(" bits"));
  addControl(accumulator_, tr("what a width buys"));
  sentence_->setWordWrap(true);
  sentence_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  sentence_->setContentsMargins(16, 6, 16, 10);
  addBelow(sentence_);
  fillModels();
  connect(edit, &QPushButton::clicked, this, &CostsPage::editTable);
  connect(accumulator_, &QSpinBox::valueChanged, this, &CostsPage::showSentence);
  connect(&state->costTable(), &CostTable::changed, this, [this] {
    fillModels();
    left_->setCurrentIndex(left_->findData(ownTable));
    invalidate();
  });
  connect(&state->costTable(), &CostTable::failed, this, &CostsPage::showSentence);
  connect(&state->selection(), &Selection::pointsChanged, this, &CostsPage::invalidate);
  connect(&state->selection(), &Selection::layerChanged, this, &CostsPage::showChosen);
  connect(state, &AppState::modelChanged, this, &CostsPage::invalidate);
  plot_->setDescriber([this](int row) { return describe(row); });
  start();
}

void CostsPage::fillModels() {
  const QVariant leftNow = left_->currentData();
  const QVariant rightNow = right_->currentData();
  left_->clear();
  right_->clear();
  right_->addItem(tr("nothing"), QString());
  for (QComboBox* box : {left_, right_}) {
    for (const CostModel& model : builtinCostModels()) {
      box->addItem(QString::fromStdString(model.title), QString::fromStdString(model.name));
    }
    if (state().costTable().current()) {
      box->addItem(tr("own: %1").arg(QString::fromStdString(state().costTable().current()->title)), ownTable);
    }
  }
  const auto restore = [](QComboBox* box, const QVariant& chosenBefore, const QString& otherwise) {
    const int index = box->findData(chosenBefore.isValid() ? chosenBefore : QVariant(otherwise));
    box->setCurrentIndex(std::max(0, index));
  };
  restore(left_, leftNow, QStringLiteral("ace-v2"));
  restore(right_, rightNow, QString());
}

std::optional<CostModel> CostsPage::modelOf(const QComboBox* box) const {
  const QString name = box->currentData().toString();
  if (name == ownTable) return state().costTable().current();
  const auto& models = builtinCostModels();
  const auto found = std::find_if(models.begin(), models.end(),
                                  [&](const CostModel& model) { return model.name == name.toStdString(); });
  return found == models.end() ? std::nullopt : std::optional(*found);
}

// The selected point, else the best guaranteed one, else what the study's last point is expected to be.
std::optional<CostsPage::Wanted> CostsPage::wanted() const {
  const auto& points = state().points().points();
  int row = state().selection().currentPoint();
  if (row < 0) row = bestGuaranteedPoint(points);
  if (row >= 0 && row < static_cast<int>(points.size()) && !points[static_cast<std::size_t>(row)].failed()) {
    const PointResult& point = points[static_cast<std::size_t>(row)];
    const auto model = state().modelOfPoints();
    return model ? std::optional(Wanted{model, point.settings, point.layers}) : std::nullopt;
  }
  const auto model = state().model();
  const auto settings = state().inspectedSettings();
  if (!model || !settings) return std::nullopt;
  return Wanted{model, *settings, expectedLayers(*model, *settings)};
}

void CostsPage::count(const Wanted& wanted) {
  if (countedFor_ == wanted) return;
  countedFor_ = wanted;
  counted_.reset();
  problem_.clear();
  counting_.start(
      [wanted](const std::stop_token& stop) -> Result<Counted> {
        const Job job{.stop = stop, .onProgress = {}};
        PointCounter counter(*wanted.model);
        PointResult point;
        point.settings = wanted.settings;
        point.layers = wanted.layers;
        Counted counted;
        AXESCOPE_TRY(counted.now, counter.count(point, job));
        point.settings = withFloatBetweenLayers(point.settings);
        AXESCOPE_TRY(counted.before, counter.count(point, job));
        return counted;
      },
      [this](const Result<Counted>& counted) {
        if (counted) {
          counted_ = *counted;
        } else {
          problem_ = QString::fromStdString(counted.error().line());
        }
        invalidate();
      });
}

void CostsPage::addPanel(const CostModel& model, CostDescription& description) const {
  const auto pricing = Pricing::compile(model);
  if (!pricing) {
    description.reason = QString::fromStdString(pricing.error().line());
    return;
  }
  const auto now = pricing->price(counted_->now);
  const auto before = pricing->price(counted_->before);
  if (!now || !before) {
    description.reason = QString::fromStdString((now ? before : now).error().line());
    return;
  }
  CostPanel panel{.title = QString::fromStdString(model.title),
                  .unit = QString::fromStdString(model.unit),
                  .costs = {},
                  .before = std::nullopt};
  const std::vector<LayerCost> rows = costByLayer(counted_->now, *now);
  const std::vector<LayerCost> rowsBefore = costByLayer(counted_->before, *before);
  std::vector<SharedCost> costsBefore;
  QStringList names;
  for (const LayerCost& row : rows) {
    names << (row.layer ? QString::fromStdString(row.node) : tr("before the layers"));
    panel.costs.push_back(row.cost);
    const auto same = std::find_if(rowsBefore.begin(), rowsBefore.end(),
                                   [&](const LayerCost& other) { return other.node == row.node; });
    costsBefore.push_back(same == rowsBefore.end() ? SharedCost{} : same->cost);
  }
  if (before_->isChecked()) panel.before = std::move(costsBefore);
  // A model may leave the row before the first layer free; rows of both panels are those of the one that has more.
  if (names.size() < description.rows.size()) {
    panel.costs.insert(panel.costs.begin(), SharedCost{});
    if (panel.before) panel.before->insert(panel.before->begin(), SharedCost{});
  } else if (names.size() > description.rows.size()) {
    for (CostPanel& other : description.panels) {
      other.costs.insert(other.costs.begin(), SharedCost{});
      if (other.before) other.before->insert(other.before->begin(), SharedCost{});
    }
    description.rows = names;
  }
  description.panels.push_back(std::move(panel));
}

void CostsPage::rebuild() {
  CostDescription description;
  const auto point = wanted();
  if (!point) {
    counting_.cancel();
    countedFor_.reset();
    counted_.reset();
    description.reason = state().points().points().empty()
                             ? tr("Open a dump to see what it costs.")
                             : tr("Open the dump from which these points come to count their operations.");
  } else {
    count(*point);
    description.point = pointTitle(point->settings);
    description.reason = problem_.isEmpty() ? tr("Counting…") : problem_;
    if (counted_) {
      for (const QComboBox* box : {left_, right_}) {
        if (const auto model = modelOf(box)) addPanel(*model, description);
      }
    }
  }
  plot_->setDescription(std::move(description));
  showSentence();
  showChosen();
}

void CostsPage::showSentence() {
  const QString name = left_->currentData().toString();
  const std::string column = name == ownTable
                                 ? "cost_custom"
                                 : "cost_" + QString(name).replace(QLatin1Char('-'), QLatin1Char('_')).toStdString();
  if (const QString& problem = state().costTable().problem(); name == ownTable && !problem.isEmpty()) {
    sentence_->setText(problem);
    return;
  }
  const auto& points = state().points().points();
  const ParetoAxes axes{.x = findColumn(column), .y = findColumn(mainMetric(points))};
  if (points.empty() || axes.x == nullptr || axes.y == nullptr) {
    sentence_->setText(tr("Run a study to see what a narrow accumulator buys."));
    return;
  }
  const auto comparison = compareDatapaths(points, axes, accumulator_->value());
  sentence_->setText(
      comparison
          ? QString::fromStdString(sentenceOf(*comparison, axes))
          : tr("The points have no accumulators of at most %1 bits beside wider ones.").arg(accumulator_->value()));
}

void CostsPage::editTable() {
  const auto model = modelOf(left_);
  CostTableDialog dialog(model ? *model : builtinCostModels().front(), this);
  if (dialog.exec() == QDialog::Accepted) state().costTable().set(dialog.table());
}

// The dump's name of the layer that a row's node uses.
QString CostsPage::layerOfRow(int row) const {
  const std::string node = plot_->description().rows.value(row).toStdString();
  if (!counted_ || !countedFor_) return {};
  const auto& nodes = counted_->now.nodes;
  const auto found =
      std::find_if(nodes.begin(), nodes.end(), [&](const NodeCounts& one) { return one.layer && one.node == node; });
  return found == nodes.end() ? QString()
                              : QString::fromStdString(countedFor_->model->dump().layers()[*found->layer].name);
}

void CostsPage::choose(int row, bool) {
  const QString layer = layerOfRow(row);
  if (!layer.isEmpty()) state().selection().setLayer(layer);
}

QList<int> CostsPage::chosenRows() const {
  QList<int> rows;
  const QString& layer = state().selection().layer();
  for (int row = 0; !layer.isEmpty() && row < static_cast<int>(plot_->description().rows.size()); ++row) {
    if (layerOfRow(row) == layer) rows << row;
  }
  return rows;
}

QString CostsPage::describe(int row) const {
  const CostDescription& description = plot_->description();
  if (row < 0 || row >= description.rows.size()) return {};
  QString text = QStringLiteral("<b>%1</b>").arg(description.rows[row].toHtmlEscaped());
  const auto index = static_cast<std::size_t>(row);
  for (const CostPanel& panel : description.panels) {
    text += QStringLiteral("<br>%1 (%2): %3")
                .arg(panel.title.toHtmlEscaped(), panel.unit.toHtmlEscaped(), shareText(panel.costs[index]));
    if (panel.before) text += tr("<br>before: %1").arg(shareText((*panel.before)[index]));
  }
  return text;
}

}  // namespace axescope::ui
