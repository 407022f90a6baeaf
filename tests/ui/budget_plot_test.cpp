// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/budget_plot.h"

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QImage>

#include <gtest/gtest.h>

#include "tests/ui/random_inspection.h"
#include "ui/models/channels_model.h"

namespace axescope::ui {
namespace {

QImage painted(Plot& plot) {
  QImage image(1000, 700, QImage::Format_RGB32);
  QPainter painter(&image);
  plot.paint(painter, QRectF(0, 0, 1000, 700), Theme::light());
  return image;
}

TEST(BudgetPlot, ShowsTheSumsOfTheCodesInTheFullestTile) {
  const QuantizedFileLayer layer = randomLayer(6, 32, 1);
  const auto inspection = inspectionOf(layer);
  BudgetView view;
  view.order = ChannelOrder::byIndex;
  const BudgetDescription budget = budgetOf(*inspection, 0, view);
  ASSERT_EQ(budget.channels.size(), 6U);
  for (const ChannelBudget& channel : budget.channels) {
    double largest = 0.0;
    for (const std::int64_t first : {0, 16}) {
      double positive = 0.0;
      double negative = 0.0;
      for (std::int64_t k = first; k < first + 16; ++k) {
        const int code = layer.codes(channel.channel, k);
        (code > 0 ? positive : negative) += code;
      }
      largest = std::max({largest, 255.0 * positive, -255.0 * negative});
      if (first == 16 * channel.tile) {
        EXPECT_EQ(channel.above, positive);
        EXPECT_EQ(channel.below, negative);
      }
    }
    EXPECT_NEAR(channel.use, largest / 32767.0, 1e-12);
  }
  EXPECT_EQ(budget.limit, 128.0);  // ⌊(2^15 − 1)/255⌋
}

TEST(BudgetPlot, OrdersByUseAndFindsTheChannelUnderThePointer) {
  const auto inspection = inspectionOf(randomLayer(40, 64, 2));
  BudgetPlot plot;
  plot.setDescription(budgetOf(*inspection, 0, {}));
  painted(plot);
  const auto& channels = plot.budget().channels;
  EXPECT_TRUE(std::is_sorted(channels.begin(), channels.end(),
                             [](const ChannelBudget& a, const ChannelBudget& b) { return a.use > b.use; }));
  const auto mark = plot.marksOf({static_cast<int>(channels[7].channel)});
  ASSERT_EQ(mark.size(), 1U);
  const auto found = plot.markNear(mark[0].position + QPointF(0, 5), 1.0);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->row, channels[7].channel);
  EXPECT_EQ(plot.table().rows.size(), 40U);
}

TEST(BudgetPlot, ZoomsIntoChannelsAndExportsThose) {
  const auto inspection = inspectionOf(randomLayer(100, 16, 3));
  BudgetPlot plot;
  plot.setDescription(budgetOf(*inspection, 0, {}));
  painted(plot);
  plot.zoom({400, 200}, 10.0);
  painted(plot);
  EXPECT_TRUE(plot.zoomed());
  EXPECT_NEAR(static_cast<double>(plot.table().rows.size()), 10.0, 1.0);
  plot.zoom({400, 200}, 0.01);
  EXPECT_FALSE(plot.zoomed());
}

TEST(BudgetPlot, ANegativeSumNearItsLimitIsMarkedToo) {
  const auto plainPixels = [](const QImage& image) {
    const QRgb plain = Theme::light().barBelow.rgb();
    int count = 0;
    for (int y = 0; y < image.height(); ++y) {
      for (int x = 0; x < image.width(); ++x) count += image.pixel(x, y) == plain ? 1 : 0;
    }
    return count;
  };
  BudgetDescription budget;
  budget.limit = 100.0;
  budget.channels = {{.channel = 0, .tile = 0, .above = 0.0, .below = -60.0, .use = 0.6}};
  BudgetPlot plot;
  plot.setDescription(budget);
  EXPECT_GT(plainPixels(painted(plot)), 10'000);
  budget.channels.front().below = -99.0;
  budget.channels.front().use = 0.99;
  plot.setDescription(budget);
  EXPECT_LT(plainPixels(painted(plot)), 200);  // the legend's
}

TEST(BudgetPlot, OneHundredThousandChannelsAreDrawnAndListed) {
  const auto inspection = inspectionOf(randomLayer(100'000, 16, 4));
  QElapsedTimer clock;
  clock.start();
  BudgetPlot plot;
  plot.setDescription(budgetOf(*inspection, 0, {}));
  const qint64 describing = clock.restart();
  painted(plot);
  const qint64 painting = clock.restart();
  ChannelsModel model;
  model.setLayer(inspection, 0);
  for (int row = 0; row < 40; ++row) {
    for (int column = 0; column < model.columnCount(); ++column) model.index(50'000 + row, column).data();
  }
  std::cout << "100,000 channels: described in " << describing << " ms, painted in " << painting
            << " ms, a screen of the table in " << clock.elapsed() << " ms\n";
  EXPECT_EQ(model.rowCount(), 100'000);
}

TEST(ChannelsModel, IsASoundModelAndShowsWitnessesThatReachTheirExtremes) {
  QuantizedFileLayer layer = randomLayer(8, 32, 5);
  const auto inspection = inspectionOf(layer);
  ChannelsModel model;
  const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  model.setLayer(inspection, 0);
  const auto runs = runWitnesses(*inspection, 0, {});
  ASSERT_EQ(runs.size(), 8U);
  for (std::size_t channel = 0; channel < 8; ++channel) {
    std::int64_t highest = 0;
    for (std::int64_t k = 0; k < 32; ++k)
      highest += 255LL * std::max<int>(0, layer.codes(static_cast<int>(channel), k));
    EXPECT_EQ(runs[channel].highest.exact, highest);
    EXPECT_EQ(runs[channel].highest.overflowed() || runs[channel].lowest.overflowed(),
              !inspection->certificate(0).guaranteed(static_cast<std::int64_t>(channel)));
  }
  model.setWitnesses(runs);
  EXPECT_FALSE(model.index(0, ChannelsModel::witnessColumn).data().toString().isEmpty());
  model.setLayer(nullptr, 0);
  EXPECT_EQ(model.rowCount(), 0);
}

TEST(ChannelsModel, ShowsTheEstimateBesideWhatWasCounted) {
  QuantizedFileLayer layer = randomLayer(8, 64, 5);
  layer.innerBits = 14;
  std::mt19937 random(7);
  layer.inputCodes.resize(200 * 64);
  for (std::int16_t& code : layer.inputCodes) code = static_cast<std::int16_t>(random() % 256);
  layer.inputCodesShape = {200, 64};
  const auto product = multiplyCodes(layer.info, layer.codes, layer.groupScale, layer.input, layer.inputCodesShape,
                                     layer.inputCodes, datapathOf(layer), {}, {});
  ASSERT_TRUE(product);
  ChannelsModel model;
  model.setLayer(inspectionOf(layer), 0);
  EXPECT_TRUE(model.index(0, ChannelsModel::estimateColumn).data().toString().isEmpty());
  model.setOverflow(*product);
  double most = 0.0;
  for (std::size_t channel = 0; channel < 8; ++channel) {
    const auto row = static_cast<std::int64_t>(channel);
    EXPECT_EQ(model.number(row, ChannelsModel::estimateColumn), product->estimatedOverflow[channel]);
    most = std::max(most, *model.number(row, ChannelsModel::estimateColumn));
    EXPECT_TRUE(model.index(static_cast<int>(row), ChannelsModel::estimateColumn)
                    .data()
                    .toString()
                    .endsWith(QStringLiteral(" %")));
  }
  EXPECT_GT(most, 0.0);
}

}  // namespace
}  // namespace axescope::ui
