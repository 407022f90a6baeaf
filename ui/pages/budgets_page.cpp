// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/budgets_page.h"

#include <QHeaderView>
#include <algorithm>

#include "core/budget/width_bounds.h"
#include "ui/pages/row_table.h"
#include "ui/pages/table_delegates.h"
#include "ui/plots/symbol_text.h"

namespace axescope::ui {

QString budgetSummary(const Inspection& inspection, std::size_t layer) {
  const Certificate& certificate = inspection.certificate(layer);
  const QuantizedFileLayer& file = inspection.layers()[layer];
  std::int64_t unproven = 0;
  for (std::int64_t channel = 0; channel < certificate.channels(); ++channel) {
    unproven += certificate.guaranteed(channel) ? 0 : 1;
  }
  const WidthBounds bounds =
      widthBounds(certificate, file.weights(), file.input.bits, hasSignedCodes(file.input.encoding));
  QString text =
      unproven == 0
          ? BudgetsPage::tr("✓ guaranteed: no input can overflow any of %L1 channels").arg(certificate.channels())
          : BudgetsPage::tr("○ %L1 of %L2 channels may overflow").arg(unproven).arg(certificate.channels());
  text += BudgetsPage::tr(" · P_I %1, safe from %2 (A2Q+ %3, A2Q %4, data type %5) · P_O %6, safe from %7")
              .arg(certificate.innerBits())
              .arg(bounds.exact)
              .arg(bounds.a2qPlus)
              .arg(bounds.a2q)
              .arg(bounds.dataType)
              .arg(certificate.outerBits())
              .arg(certificate.smallestOuterBits());
  if (const auto error = inspection.error(layer)) text += BudgetsPage::tr(" · error %1").arg(*error, 0, 'g', 3);
  return text;
}

BudgetsPage::BudgetsPage(AppState* state, QWidget* parent)
    : InspectionPage(state, new BudgetPlot, QStringLiteral("budgets"), parent),
      plot_(plotAs<BudgetPlot>()),
      tile_(addChoice(tr("tile"))),
      quantity_(addChoice(tr("show"))),
      order_(addChoice(tr("order"))),
      positive_(addSwitch(tr("positive"), true)),
      negative_(addSwitch(tr("negative"), true)),
      witness_(new QPushButton(tr("Run the worst-case witness"))),
      sorted_(&channels_),
      table_(new QTableView),
      summary_(new QLabel) {
  quantity_->addItems({tr("code sums"), tr("extreme sums")});
  order_->addItems({tr("by use"), tr("by index")});
  tile_->setMinimumContentsLength(8);
  witness_->setToolTip(tr("Drives every channel to its predicted extremes and runs them through the emulator."));
  addControl(witness_);
  connect(witness_, &QPushButton::clicked, this, &BudgetsPage::runWitness);
  addBelow(makeTable(), 1);
  plot_->setDescriber([this](int row) {
    const auto cell = [&](int column) { return channels_.index(row, column).data().toString(); };
    return tr("<b>channel %1</b>, tile %2<br>Σ positive %3, Σ negative %4<br>use %5, headroom %6 bits")
        .arg(row)
        .arg(cell(ChannelsModel::tileColumn), cell(ChannelsModel::positiveColumn), cell(ChannelsModel::negativeColumn),
             cell(ChannelsModel::useColumn), cell(ChannelsModel::headroomColumn));
  });
  connect(&state->selection(), &Selection::channelChanged, this, &BudgetsPage::showChannel);
  start();
}

QWidget* BudgetsPage::makeTable() {
  showAsRows(table_, tr("Channels"));
  table_->setModel(&sorted_);
  table_->setItemDelegate(new RuledDelegate(&state(), table_));
  table_->setSortingEnabled(true);
  table_->sortByColumn(ChannelsModel::useColumn, Qt::DescendingOrder);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  constexpr int widths[ChannelsModel::columnTotal] = {74, 52, 88, 92, 74, 102, 96, 82, 88, 92, 84, 104, 150};
  for (int column = 0; column < ChannelsModel::columnTotal; ++column) table_->setColumnWidth(column, widths[column]);
  table_->horizontalHeader()->setStretchLastSection(true);
  table_->setMinimumHeight(120);
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& current) {
    if (current.isValid()) state().selection().setChannel(sorted_.mapToSource(current).row());
  });
  summary_->setTextFormat(Qt::RichText);
  summary_->setWordWrap(true);
  summary_->setContentsMargins(14, 6, 14, 6);
  auto* widget = new QWidget;
  auto* layout = new QVBoxLayout(widget);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(summary_);
  layout->addWidget(table_, 1);
  return widget;
}

void BudgetsPage::fillTiles(std::int64_t tiles) {
  const QSignalBlocker blocker(tile_);
  const int current = tile_->currentData().isValid() ? tile_->currentData().toInt() : -1;
  tile_->clear();
  tile_->addItem(tr("fullest"), -1);
  for (std::int64_t tile = 0; tile < tiles; ++tile) {
    tile_->addItem(tr("%1 of %2").arg(tile).arg(tiles), static_cast<int>(tile));
  }
  tile_->setCurrentIndex(std::max(0, tile_->findData(current)));
  tile_->setEnabled(tiles > 1);
}

void BudgetsPage::showLayer(const std::shared_ptr<const Inspection>& inspection, std::size_t layer) {
  channels_.setLayer(inspection, layer);
  fillTiles(inspection->certificate(layer).tiling().tiles());
  witnessSummary_.clear();
  witnessJob_.cancel();
  emulate();
}

void BudgetsPage::showView() {
  const BudgetView view{.tile = tile_->currentData().toInt(),
                        .quantity = static_cast<BudgetQuantity>(quantity_->currentIndex()),
                        .order = order_->currentIndex() == 0 ? ChannelOrder::byUse : ChannelOrder::byIndex,
                        .positive = positive_->isChecked(),
                        .negative = negative_->isChecked()};
  plot_->setDescription(budgetOf(*inspection(), layer(), view));
  witness_->setEnabled(!witnessJob_.running());
  showSummary();
}

void BudgetsPage::showNotice(const QString& notice) {
  channels_.setLayer(nullptr, 0);
  emulation_.cancel();
  witnessJob_.cancel();
  witness_->setEnabled(false);
  summary_->clear();
  plot_->setNotice(notice);
}

void BudgetsPage::emulate() {
  emulation_.cancel();
  if (inspection()->layers()[layer()].inputCodes.empty()) return;
  emulation_.start(
      [inspection = inspection(), layer = layer()](const std::stop_token& stop) {
        const QuantizedFileLayer& file = inspection->layers()[layer];
        return multiplyCodes(file.info, file.codes, file.groupScale, file.input, file.inputCodesShape, file.inputCodes,
                             datapathOf(file), {}, Job{stop, {}});
      },
      [this](const Result<CodeProduct>& product) {
        if (product) channels_.setOverflow(*product);
      });
}

void BudgetsPage::runWitness() {
  if (!inspection()) return;
  witness_->setEnabled(false);
  witnessSummary_ = tr("running the witnesses…");
  showSummary();
  witnessJob_.start([inspection = inspection(),
                     layer = layer()](const std::stop_token& stop) { return runWitnesses(*inspection, layer, stop); },
                    [this](const std::vector<WitnessRun>& runs) {
                      const auto overflowed = std::count_if(runs.begin(), runs.end(), [](const WitnessRun& run) {
                        return run.highest.overflowed() || run.lowest.overflowed();
                      });
                      witnessSummary_ =
                          overflowed == 0
                              ? tr("worst inputs of all %L1 channels: none overflows").arg(runs.size())
                              : tr("worst inputs overflow %L1 of %L2 channels").arg(overflowed).arg(runs.size());
                      channels_.setWitnesses(runs);
                      witness_->setEnabled(true);
                      showSummary();
                    });
}

void BudgetsPage::showSummary() {
  if (!inspection()) return;
  QString text = symbolHtml(budgetSummary(*inspection(), layer()));
  if (!witnessSummary_.isEmpty()) text += QStringLiteral(" · <b>%1</b>").arg(witnessSummary_.toHtmlEscaped());
  summary_->setText(text);
}

void BudgetsPage::showChannel() {
  showChosen();
  const int channel = state().selection().channel();
  if (channel < 0 || channel >= channels_.rowCount()) return;
  const QModelIndex index = sorted_.mapFromSource(channels_.index(channel, 0));
  if (table_->currentIndex().row() == index.row()) return;
  table_->setCurrentIndex(index);
}

void BudgetsPage::choose(int row, bool) {
  state().selection().setChannel(row);
}

QList<int> BudgetsPage::chosenRows() const {
  return state().selection().channel() < 0 ? QList<int>{} : QList<int>{state().selection().channel()};
}

}  // namespace axescope::ui
