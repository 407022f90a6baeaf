// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/datapath_plot.h"

#include <QImage>

#include <gtest/gtest.h>

#include "ui/pages/datapath_page.h"
#include "ui/plots/register_box.h"

namespace axescope::ui {
namespace {

std::shared_ptr<const Inspection> inspectionOf(int innerBits) {
  QuantizedFileLayer layer;
  layer.info.name = "layer";
  layer.info.channels = 2;
  layer.info.inputs = 8;
  layer.weightBits = 4;
  layer.codes.resize(2, 8);
  layer.codes << 7, 7, 7, 7, 1, 1, 0, 0,  //
      -1, -1, 0, 0, 2, 2, 2, 2;
  layer.weightScale = {1.0, 1.0};
  layer.input.bits = 8;
  layer.innerBits = innerBits;
  layer.outerBits = 20;
  layer.tileSize = 4;
  layer.inputCodesShape = {3, 8};
  layer.inputCodes.assign(24, 255);
  QuantizedPoint point;
  point.file.layers.push_back(std::move(layer));
  return std::make_shared<const Inspection>(std::move(point), QStringLiteral("test"));
}

TEST(DatapathPlot, SaysForEachTileWhatItNeedsAndWhatIsProven) {
  const DatapathDescription stages = datapathOf(*inspectionOf(13), 0);
  ASSERT_EQ(stages.tiles.size(), 2U);
  EXPECT_EQ(stages.tiles[0].smallestBits, 14);  // 4 · 7 · 255 = 7140
  EXPECT_FALSE(stages.tiles[0].guaranteed);
  EXPECT_EQ(stages.tiles[1].smallestBits, 12);  // 4 · 2 · 255 = 2040
  EXPECT_TRUE(stages.tiles[1].guaranteed);
  EXPECT_TRUE(datapathOf(*inspectionOf(14), 0).tiles[0].guaranteed);
}

TEST(DatapathPlot, TracesTheFullestTileThroughBothKindsOfRegister) {
  const DatapathDescription stages = datapathWithSums(*inspectionOf(13), 0);
  EXPECT_EQ(stages.shownTile, 0);
  ASSERT_TRUE(stages.sums.has_value());
  EXPECT_EQ(stages.sums->exact.observed.high, 7140);
  EXPECT_EQ(stages.sums->saturated.observed.high, 4095);
  EXPECT_EQ(stages.sums->wrapped.observed.low, 5355 - 8192);
  EXPECT_EQ(stages.sums->outside, 3 * 2);  // the third and fourth addition of each sample
}

TEST(DatapathPlot, SaysFirstHowManySumsLieOutside) {
  DatapathPlot plot;
  plot.setDescription(datapathWithSums(*inspectionOf(13), 0));
  EXPECT_TRUE(plot.table().rows.front().front().toString().startsWith(QStringLiteral("True sums · ")));
  EXPECT_TRUE(plot.table().rows.front().front().toString().endsWith(QStringLiteral(" % outside")));
  plot.setDescription(datapathWithSums(*inspectionOf(16), 0));
  EXPECT_EQ(plot.table().rows.front().front().toString(), QStringLiteral("True sums · none outside"));
}

TEST(DatapathPlot, ANarrowRegisterHasRoomForWhatIsWrittenInIt) {
  QFont font;
  font.setPixelSize(14);
  const double text = QFontMetricsF(font).horizontalAdvance(QStringLiteral("overflow, needs 20"));
  EXPECT_GT(RegisterBox::widthFor(4, 4.0, font, 500.0), text);
  EXPECT_EQ(RegisterBox::widthFor(4, 4.0, font, 90.0), 90.0);
  EXPECT_GT(RegisterBox::widthFor(63, 20.0, font, 90.0), 63 * 20.0);
}

TEST(DatapathPlot, DrawsTheFullestTheShownAndTheLastOfManyTiles) {
  DatapathDescription stages;
  stages.tiles.resize(50);
  stages.tiles[30].use = 0.9;
  stages.shownTile = 12;
  EXPECT_EQ(drawnTiles(stages, 5), (std::vector<std::size_t>{0, 1, 12, 30, 49}));
  EXPECT_EQ(drawnTiles(stages, 1), (std::vector<std::size_t>{12}));
}

TEST(DatapathPlot, FitsSmallAndLargePictures) {
  DatapathPlot plot;
  plot.setDescription(datapathWithSums(*inspectionOf(13), 0));
  for (const QSize size : {QSize(560, 340), QSize(2000, 1200)}) {
    QImage image(size, QImage::Format_RGB32);
    QPainter painter(&image);
    plot.paint(painter, QRectF(QPointF(0, 0), QSizeF(size)), Theme::light());
    painter.end();
    for (const PlotMark& mark : plot.marks()) EXPECT_TRUE(QRectF(image.rect()).contains(mark.position));
    // Nothing runs out of the picture: its right border is empty.
    for (int y = 0; y < size.height(); ++y) {
      EXPECT_EQ(image.pixelColor(size.width() - 2, y), Theme::light().surface) << y;
    }
  }
}

}  // namespace
}  // namespace axescope::ui
