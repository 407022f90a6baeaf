// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/overview_page.h"

#include <QHeaderView>
#include <algorithm>

#include "ui/pages/row_table.h"
#include "ui/pages/table_delegates.h"

namespace axescope::ui {

namespace {

constexpr int bins = 80;
constexpr std::int64_t mostValues = 1'000'000;

Result<HistogramDescription> weightsOf(const Model& model, std::size_t layer) {
  AXESCOPE_TRY(const auto tensors, model.layerTensors(layer));
  HistogramDescription histogram = histogramOf(tensors->weight.data(), tensors->weight.size(), bins, mostValues);
  histogram.title = OverviewPage::tr("Weights");
  histogram.xTitle = OverviewPage::tr("value");
  return histogram;
}

// Inputs as the quantizer sees them, from the codes of a few samples.
HistogramDescription activationsOf(const QuantizedFileLayer& layer) {
  std::vector<float> values;
  const std::size_t step = std::max<std::size_t>(1, layer.inputCodes.size() / static_cast<std::size_t>(mostValues));
  for (std::size_t i = 0; i < layer.inputCodes.size(); i += step) {
    values.push_back(layer.input.dequantize(layer.inputCodes[i]));
  }
  HistogramDescription histogram =
      histogramOf(values.data(), static_cast<std::int64_t>(values.size()), bins, mostValues);
  histogram.title = OverviewPage::tr("Input activations, %1 bits").arg(layer.input.bits);
  histogram.xTitle = OverviewPage::tr("value");
  return histogram;
}

// Float weights, and input activations where codes were kept.
Result<std::vector<HistogramDescription>> histogramsOf(const Model& model, const Inspection* rounded,
                                                       std::size_t layer) {
  std::vector<HistogramDescription> histograms;
  AXESCOPE_TRY(HistogramDescription weights, weightsOf(model, layer));
  histograms.push_back(std::move(weights));
  if (rounded == nullptr) return histograms;
  const auto index = rounded->layerIndex(QString::fromStdString(model.dump().layers()[layer].name));
  if (!index || rounded->layers()[*index].inputCodes.empty()) return histograms;
  histograms.push_back(activationsOf(rounded->layers()[*index]));
  return histograms;
}

}  // namespace

OverviewPage::OverviewPage(AppState* state, QWidget* parent)
    : PlotPage(state, new HistogramsPlot, QStringLiteral("overview"), parent),
      plot_(plotAs<HistogramsPlot>()),
      layer_(addChoice(tr("layer"))),
      bits_(addChoice(tr("bits"))),
      tile_(addChoice(tr("bounds for tile"))),
      logarithmic_(addSwitch(tr("log counts"), false)),
      facts_(new QLabel),
      table_(new QTableView) {
  layer_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  for (const auto& [weight, activation] : {std::pair(4, 8), {8, 8}, {6, 8}, {4, 4}, {3, 8}, {2, 8}}) {
    bits_->addItem(QStringLiteral("W%1 A%2").arg(weight).arg(activation), QPoint(weight, activation));
  }
  for (const int tile : {0, 16, 32, 64, 128, 256}) {
    tile_->addItem(tile == 0 ? tr("full") : QString::number(tile), tile);
  }
  facts_->setTextFormat(Qt::RichText);
  facts_->setWordWrap(true);
  facts_->setContentsMargins(16, 10, 16, 6);
  addAbove(facts_);
  addBelow(makeTable(), 3);
  connect(layer_, &QComboBox::activated, this, [this] { this->state().selection().setLayer(layer_->currentText()); });
  connect(&state->selection(), &Selection::layerChanged, this, &OverviewPage::invalidate);
  connect(state, &AppState::modelChanged, this, &OverviewPage::invalidate);
  start();
}

QWidget* OverviewPage::makeTable() {
  showAsRows(table_, tr("Smallest safe accumulator widths"));
  table_->setModel(&bounds_);
  table_->setItemDelegate(new RuledDelegate(&state(), table_));
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  constexpr int widths[BoundsModel::columnTotal] = {150, 70, 46, 62, 72, 56, 84, 54, 62, 62, 64};
  for (int column = 0; column < BoundsModel::columnTotal; ++column) table_->setColumnWidth(column, widths[column]);
  table_->setColumnHidden(BoundsModel::kindColumn, true);  // the layers' list has it; names need the room
  table_->horizontalHeader()->setSectionResizeMode(BoundsModel::nameColumn, QHeaderView::Stretch);
  table_->setMinimumHeight(140);
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& current) {
    if (!current.isValid()) return;
    state().selection().setLayer(current.data(BoundsModel::fullNameRole).toString());
  });
  auto* heading = new QLabel(tr("Smallest safe accumulator widths, codes rounded to nearest"));
  heading->setProperty("heading", true);
  heading->setContentsMargins(16, 8, 16, 4);
  auto* widget = new QWidget;
  auto* layout = new QVBoxLayout(widget);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(heading);
  layout->addWidget(table_, 1);
  return widget;
}

void OverviewPage::measure() {
  const Measured wanted{state().model(), bits_->currentData().toPoint()};
  if (wanted == measured_) return;
  measured_ = wanted;
  overview_.reset();
  measuring_.start(
      [wanted](const std::stop_token& stop) {
        return overviewOf(*wanted.model, wanted.bits.x(), wanted.bits.y(), stop);
      },
      [this](const ModelOverview& overview) {
        overview_ = overview;
        invalidate();
      });
}

void OverviewPage::showFacts() {
  QString text = factsOf(*state().model());
  if (!overview_) {
    text += tr(" · <i>measuring…</i>");
  } else if (const Score& score = overview_->floatScore; score.accuracy) {
    text += tr(" · <b>%1 %</b> in float").arg(100.0 * *score.accuracy, 0, 'f', 3);
  } else if (score.perplexity) {
    text += tr(" · perplexity <b>%1</b> in float").arg(*score.perplexity, 0, 'f', 4);
  }
  facts_->setText(text);
}

QString OverviewPage::provenance() const {
  if (!measured_.model) return PlotPage::provenance();
  const auto made = makeProvenance(*measured_.model, overviewStudy(measured_.bits.x(), measured_.bits.y()));
  return made ? QString::fromStdString(made->toJson()) : QString();
}

void OverviewPage::fillLayers() {
  const QSignalBlocker blocker(layer_);
  layer_->clear();
  for (const LayerInfo& layer : state().model()->dump().layers()) layer_->addItem(QString::fromStdString(layer.name));
}

void OverviewPage::rebuild() {
  const auto model = state().model();
  if (!model) {
    measured_ = {};
    bounded_ = {};
    counted_ = {};
    measuring_.cancel();
    bounding_.cancel();
    counting_.cancel();
    layer_->clear();
    facts_->setText(tr("No file is open."));
    bounds_.setBounds(nullptr, {});
    plot_->setNotice(tr("Open a dump to see what is in it."));
    return;
  }
  if (model != measured_.model) fillLayers();
  measure();
  showFacts();
  showBounds();
  layer_->setCurrentIndex(std::max(0, layer_->findText(state().selection().layer())));
  count();
  showHistograms();
}

void OverviewPage::showBounds() {
  const Bounded wanted{overview_ ? overview_->rounded : nullptr, tile_->currentData().toInt()};
  if (wanted == bounded_) return;
  bounded_ = wanted;
  bounding_.cancel();
  if (!wanted.codes) {
    bounds_.setBounds(nullptr, {});
    return;
  }
  bounding_.start([wanted](const std::stop_token& stop) { return layerBounds(*wanted.codes, wanted.tile, stop); },
                  [this, wanted](const std::vector<LayerBounds>& bounds) { bounds_.setBounds(wanted.codes, bounds); });
}

void OverviewPage::count() {
  if (layer_->currentIndex() < 0) return;
  const Counted wanted{state().model(), overview_ ? overview_->rounded : nullptr,
                       static_cast<std::size_t>(layer_->currentIndex())};
  if (wanted == counted_) return;
  // Until the new ones are there the old ones stay, but not those of another file.
  if (wanted.model != counted_.model) histograms_.clear();
  counted_ = wanted;
  counting_.start(
      [wanted](const std::stop_token&) { return histogramsOf(*wanted.model, wanted.codes.get(), wanted.layer); },
      [this, name = layer_->currentText()](const Result<std::vector<HistogramDescription>>& histograms) {
        histogramsOf_ = name;
        histograms_ = histograms.value_or(std::vector<HistogramDescription>{});
        unread_ = histograms ? QString() : QString::fromStdString(histograms.error().line());
        if (!histograms) counted_ = {};  // the next look at this layer reads it again
        showHistograms();
      });
}

void OverviewPage::showHistograms() {
  if (histograms_.empty()) {
    plot_->setNotice(counting_.running() ? tr("Reading the weights…") : unread_);
    return;
  }
  for (HistogramDescription& histogram : histograms_) histogram.logarithmic = logarithmic_->isChecked();
  QString title = histogramsOf_;
  if (overview_ && !overview_->problem.isEmpty()) title += QStringLiteral(" · ") + overview_->problem;
  plot_->setHistograms(title, histograms_);
}

}  // namespace axescope::ui
