// SPDX-License-Identifier: GPL-3.0-or-later
// A layer's multi-stage datapath, registers to the scale of their bits, with where it may overflow and what a tile's
// partial sums do in a register that wraps and in one that saturates.
#pragma once

#include <optional>

#include "core/datapath/partial_sums.h"
#include "ui/plots/histogram.h"
#include "ui/plots/plot.h"

namespace axescope::ui {

struct DatapathTile {
  std::int64_t first = 0;  // columns [first, end)
  std::int64_t end = 0;
  double use = 0.0;      // most of any channel
  int smallestBits = 0;  // that are safe
  bool guaranteed = false;
};

struct DatapathDescription {
  QString title;
  int weightBits = 0;   // as stored
  int productBits = 0;  // of a code's value times an activation
  int activationBits = 0;
  int innerBits = 0;
  int outerBits = 0;
  int smallestOuterBits = 0;
  bool outerGuaranteed = false;
  bool saturates = false;
  std::vector<DatapathTile> tiles;
  std::int64_t shownTile = 0;  // whose partial sums are below
  std::optional<PartialSums> sums;
  QString sumsOf;  // "all channels", "channel 3"
  bool logarithmicCounts = false;
};

class DatapathPlot : public Plot {
  Q_OBJECT
 public:
  using Plot::Plot;
  void setDescription(DatapathDescription description);
  const DatapathDescription& datapath() const { return description_; }
  void setNotice(const QString& notice);

  QString title() const override { return description_.title; }
  void paint(QPainter& painter, const QRectF& area, const Theme& theme) override;
  /// The histograms' bins.
  PlotTable table() const override;

 private:
  void paintStages(QPainter& painter, const QRectF& area, const Theme& theme);
  void paintSums(QPainter& painter, const QRectF& area, const Theme& theme) const;
  QString outerDetail() const;
  std::vector<HistogramDescription> histograms() const;

  DatapathDescription description_;
  QString notice_;
};

/// Which tiles are drawn when there is room for `most`: the first ones, the fullest, the shown one and the last.
std::vector<std::size_t> drawnTiles(const DatapathDescription& datapath, std::size_t most);

}  // namespace axescope::ui
