// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/budgets_page.h"

#include <QElapsedTimer>
#include <QTableView>

#include <gtest/gtest.h>

#include "tests/ui/random_inspection.h"

namespace axescope::ui {
namespace {

std::shared_ptr<const Inspection> manyChannels(std::int64_t channels) {
  QuantizedFileLayer layer = randomLayer(channels, 256, 5);
  layer.tileSize = 4;
  return inspectionOf(std::move(layer));
}

TEST(BudgetsPage, ExportsWhereTheIntegersShownComeFrom) {
  QuantizedPoint point;
  point.file = manyChannels(8)->file();
  point.file.provenance = R"({"input_sha256":"of the file shown"})";
  AppState state;
  BudgetsPage page(&state);
  page.show();
  state.inspection().show(std::make_shared<const Inspection>(std::move(point), QStringLiteral("test")));
  EXPECT_TRUE(page.provenance().contains(QStringLiteral("of the file shown")));
}

TEST(BudgetsPage, OneHundredThousandChannelsAreSortedAndSelectedWithoutStandingStill) {
  constexpr int channels = 100'000;
  const auto inspection = manyChannels(channels);
  AppState state;
  BudgetsPage page(&state);
  page.resize(1300, 900);
  page.show();
  page.grab();
  auto* table = page.findChild<QTableView*>();
  ASSERT_NE(table, nullptr);
  const auto* order = qobject_cast<const ChannelsOrder*>(table->model());
  ASSERT_NE(order, nullptr);
  const auto channelAt = [&](int row) { return order->mapToSource(order->index(row, 0)).row(); };
  const auto numberAt = [&](int row, int column) { return *order->channels().number(channelAt(row), column); };

  QElapsedTimer clock;
  clock.start();
  state.inspection().show(inspection);
  page.grab();
  const qint64 shown = clock.restart();
  ASSERT_EQ(table->model()->rowCount(), channels);
  for (int row = 1; row < channels; ++row) {
    ASSERT_GE(numberAt(row - 1, ChannelsModel::useColumn), numberAt(row, ChannelsModel::useColumn));
  }

  clock.restart();
  table->sortByColumn(ChannelsModel::positiveColumn, Qt::AscendingOrder);
  page.grab();
  const qint64 sorted = clock.restart();
  state.selection().setChannel(70'000);
  page.grab();
  const qint64 selected = clock.restart();
  EXPECT_EQ(channelAt(table->currentIndex().row()), 70'000);

  std::cout << "100,000 channels on the page: shown after " << shown << " ms, sorted after " << sorted
            << " ms, one selected after " << selected << " ms\n";
  constexpr qint64 patience = 2000;  // for a slow machine; a loop over all cells takes longer on a fast one
  EXPECT_LT(std::max({shown, sorted, selected}), patience);
}

}  // namespace
}  // namespace axescope::ui
