// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/datapath_page.h"

#include <algorithm>
#include <bit>

#include "core/network/dot_product_rows.h"

namespace axescope::ui {

namespace {

constexpr std::int64_t tracedRows = 256;
// Additions to trace at most, so that a wide layer answers in about a second.
constexpr std::int64_t tracedAdditions = 60'000'000;
constexpr int bins = 96;

std::int64_t fullestTile(const DatapathDescription& stages) {
  const auto fullest = std::max_element(stages.tiles.begin(), stages.tiles.end(),
                                        [](const DatapathTile& a, const DatapathTile& b) { return a.use < b.use; });
  return fullest - stages.tiles.begin();
}

PartialSums trace(const Inspection& inspection, std::size_t layer, std::int64_t tile, std::int64_t channel) {
  const QuantizedFileLayer& file = inspection.layers()[layer];
  const Certificate& certificate = inspection.certificate(layer);
  const std::int64_t perGroup = file.info.channelsPerGroup();
  const std::int64_t group = std::max<std::int64_t>(0, channel) / perGroup;
  const std::int64_t first = channel < 0 ? 0 : channel;
  const std::int64_t count = channel < 0 ? perGroup : 1;
  const std::int64_t work = std::max<std::int64_t>(1, count * certificate.tiling().tileSize);
  const CodeMatrix rows = dotProductRows(file.info, file.input, file.inputCodesShape, file.inputCodes, group,
                                         std::clamp<std::int64_t>(tracedAdditions / work, 1, tracedRows));
  return tilePartialSums(file.codes, first, count, rows, certificate.tiling(), tile, certificate.innerBits(), bins);
}

}  // namespace

DatapathDescription datapathOf(const Inspection& inspection, std::size_t layer) {
  const QuantizedFileLayer& file = inspection.layers()[layer];
  const Certificate& certificate = inspection.certificate(layer);
  DatapathDescription description;
  description.title = QStringLiteral("%1 · %2").arg(QString::fromStdString(file.info.name), inspection.title());
  description.weightBits = file.weightBits;
  description.activationBits = file.input.bits;
  const auto largest = static_cast<std::uint64_t>(file.weights().largestMagnitude());
  description.productBits = file.input.bits + static_cast<int>(std::bit_width(largest));
  description.innerBits = certificate.innerBits();
  description.outerBits = certificate.outerBits();
  description.smallestOuterBits = certificate.smallestOuterBits();
  description.saturates = file.overflow == "saturate";
  description.outerGuaranteed = true;
  for (std::int64_t channel = 0; channel < certificate.channels(); ++channel) {
    description.outerGuaranteed = description.outerGuaranteed && certificate.outerGuaranteed(channel);
  }
  const Tiling& tiling = certificate.tiling();
  for (std::int64_t tile = 0; tile < tiling.tiles(); ++tile) {
    DatapathTile one{.first = tiling.begin(tile), .end = tiling.end(tile), .guaranteed = true};
    for (std::int64_t channel = 0; channel < certificate.channels(); ++channel) {
      one.use = std::max(one.use, certificate.use(channel, tile));
      one.guaranteed = one.guaranteed && certificate.innerGuaranteed(channel, tile);
      one.smallestBits =
          std::max(one.smallestBits, certificate.innerBits(channel) - certificate.headroomBits(channel, tile));
    }
    description.tiles.push_back(one);
  }
  return description;
}

DatapathDescription datapathWithSums(const Inspection& inspection, std::size_t layer) {
  DatapathDescription description = datapathOf(inspection, layer);
  description.shownTile = fullestTile(description);
  description.sumsOf = DatapathPage::tr("all channels");
  description.logarithmicCounts = true;
  if (!inspection.layers()[layer].inputCodes.empty()) {
    description.sums = trace(inspection, layer, description.shownTile, -1);
  }
  return description;
}

DatapathPage::DatapathPage(AppState* state, QWidget* parent)
    : InspectionPage(state, new DatapathPlot, QStringLiteral("datapath"), parent),
      plot_(plotAs<DatapathPlot>()),
      tile_(addChoice(tr("partial sums of tile"))),
      channels_(addChoice(tr("of"))),
      logarithmic_(addSwitch(tr("log counts"), true)) {
  channels_->addItems({tr("all channels"), tr("the selected channel")});
  tile_->setMinimumContentsLength(8);
  plot_->setDescriber([this](int row) {
    const auto& tiles = plot_->datapath().tiles;
    if (row < 0 || row >= static_cast<int>(tiles.size())) return QString();
    const DatapathTile& tile = tiles[static_cast<std::size_t>(row)];
    return tr("<b>tile %1</b>, columns %2–%3<br>fullest channel uses %4 % of the accumulator")
        .arg(row)
        .arg(tile.first)
        .arg(tile.end - 1)
        .arg(100.0 * tile.use, 0, 'f', 1);
  });
  connect(&state->selection(), &Selection::channelChanged, this, &DatapathPage::invalidate);
  start();
}

std::int64_t DatapathPage::shownTile() const {
  return std::max(0, tile_->currentData().toInt());
}

void DatapathPage::showLayer(const std::shared_ptr<const Inspection>& inspection, std::size_t layer) {
  const DatapathDescription stages = datapathOf(*inspection, layer);
  const QSignalBlocker blocker(tile_);
  tile_->clear();
  for (int tile = 0; tile < static_cast<int>(stages.tiles.size()); ++tile) {
    tile_->addItem(tr("%1 of %2").arg(tile).arg(stages.tiles.size()), tile);
  }
  tile_->setCurrentIndex(static_cast<int>(fullestTile(stages)));
  tile_->setEnabled(stages.tiles.size() > 1);
  traced_.clear();
}

void DatapathPage::showView() {
  traceSums();
  DatapathDescription description = datapathOf(*inspection(), layer());
  description.shownTile = shownTile();
  description.sums = sums_;
  const int channel = state().selection().channel();
  const bool one = channels_->currentIndex() == 1 && channel >= 0;
  description.sumsOf = one ? tr("channel %1").arg(channel) : tr("all channels");
  description.logarithmicCounts = logarithmic_->isChecked();
  plot_->setDescription(std::move(description));
}

void DatapathPage::traceSums() {
  const QuantizedFileLayer& file = inspection()->layers()[layer()];
  const int selected = state().selection().channel();
  const bool one = channels_->currentIndex() == 1 && selected >= 0 && selected < file.info.channels;
  const std::int64_t channel = one ? selected : -1;
  const std::int64_t tile = shownTile();
  const QString wanted = QStringLiteral("%1/%2/%3").arg(QString::fromStdString(file.info.name)).arg(tile).arg(channel);
  if (wanted == traced_) return;
  traced_ = wanted;
  sums_.reset();
  tracing_.cancel();
  if (file.inputCodes.empty()) return;
  tracing_.start([inspection = inspection(), layer = layer(), tile,
                  channel](const std::stop_token&) { return trace(*inspection, layer, tile, channel); },
                 [this](const PartialSums& sums) {
                   sums_ = sums;
                   invalidate();
                 });
}

void DatapathPage::showNotice(const QString& notice) {
  traced_.clear();
  sums_.reset();
  tracing_.cancel();
  plot_->setNotice(notice);
}

void DatapathPage::choose(int row, bool) {
  tile_->setCurrentIndex(row);
  invalidate();
}

}  // namespace axescope::ui
