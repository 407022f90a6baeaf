// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/points_table.h"

#include <QClipboard>
#include <QElapsedTimer>
#include <QFile>
#include <QGuiApplication>
#include <QHeaderView>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <gtest/gtest.h>

#include "ui/pages/table_page.h"

namespace axescope::ui {
namespace {

PointResult point(Constraint constraint, int innerBits, std::int64_t tile, double accuracy) {
  PointResult result;
  result.settings.constraint = constraint;
  result.settings.innerBits = innerBits;
  result.settings.tileSize = tile;
  result.measurement.accuracy = accuracy;
  result.measurement.guaranteed = constraint == Constraint::axe;
  return result;
}

class PointsTableTest : public ::testing::Test {
 protected:
  PointsTableTest() {
    state_.points().replace({point(Constraint::axe, 16, 64, 0.95), point(Constraint::none, 9, 0, 0.11),
                             point(Constraint::axe, 10, 128, 0.52), point(Constraint::epInit, 16, 0, 0.91)});
  }

  /// Points shown under a filter, by their row in the model.
  QList<int> shown(const char* filter) {
    PointsFilter points(&state_.points());
    points.setShownColumns(table_.columns()->shown());
    points.setFilter(QString::fromUtf8(filter));
    problem_ = points.problem();
    return points.shownPoints();
  }
  QStringList firstCells(std::string_view column) const {
    QStringList cells;
    const auto* model = table_.view()->model();
    for (int row = 0; row < model->rowCount(); ++row) {
      cells << model->index(row, PointsModel::columnOf(column)).data().toString();
    }
    return cells;
  }
  QList<int> selectedRows() const {
    QList<int> rows;
    for (const QModelIndex& index : table_.view()->selectionModel()->selectedRows()) rows << index.row();
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  AppState state_;
  PointsTable table_{&state_};
  QString problem_;
};

TEST_F(PointsTableTest, FiltersByColumnsAndText) {
  EXPECT_EQ(shown(""), (QList<int>{0, 1, 2, 3}));
  EXPECT_EQ(shown("axe"), (QList<int>{0, 2}));
  EXPECT_EQ(shown("inner_bits<=10"), (QList<int>{1, 2}));
  EXPECT_EQ(shown("inner_bits <= 16  guaranteed=1 accuracy>0.9 axe"), QList<int>{0});
  EXPECT_EQ(shown("P_I=16"), (QList<int>{0, 3}));
  EXPECT_EQ(shown("accuracy>=91%"), (QList<int>{0, 3}));
  EXPECT_EQ(shown("accuracy=0.52"), QList<int>{2});
  EXPECT_EQ(shown("constraint!=axe"), (QList<int>{1, 3}));
  EXPECT_EQ(shown("\"may overflow\""), (QList<int>{1, 3}));
  EXPECT_EQ(shown("95.00"), QList<int>{0});
  EXPECT_EQ(shown("nothing has this"), QList<int>{});
  EXPECT_TRUE(problem_.isEmpty());
}

TEST_F(PointsTableTest, AFullTileIsNoNumber) {
  EXPECT_EQ(shown("tile<=64"), QList<int>{0});
  EXPECT_EQ(shown("tile=full"), (QList<int>{1, 3}));
  EXPECT_EQ(shown("tile!=full"), (QList<int>{0, 2}));
}

TEST_F(PointsTableTest, AWrongTermIsNamedAndFiltersNothing) {
  for (const char* wrong : {"innerbits<=10", "inner_bits<=", "inner_bits<=wide", "constraint=iron", "<5",
                            "constraint<axe", "tile=empty", "guaranteed=maybe"}) {
    EXPECT_EQ(shown(wrong).size(), 4) << wrong;
    EXPECT_FALSE(problem_.isEmpty()) << wrong;
  }
  EXPECT_EQ(shown("axe innerbits<=10"), (QList<int>{0, 2}));
  EXPECT_TRUE(problem_.contains(QStringLiteral("inner_bits"))) << problem_.toStdString();
}

TEST_F(PointsTableTest, SortsByNumbersWithNamesBehindThem) {
  table_.view()->sortByColumn(PointsModel::columnOf("tile"), Qt::AscendingOrder);
  EXPECT_EQ(firstCells("tile").mid(0, 2), (QStringList{QStringLiteral("64"), QStringLiteral("128")}));
  table_.view()->sortByColumn(PointsModel::columnOf("inner_bits"), Qt::AscendingOrder);
  EXPECT_EQ(firstCells("inner_bits").first(), QStringLiteral("9"));
  PointResult failed;
  failed.failure = "singular";
  state_.points().append({failed});
  for (const auto order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
    table_.view()->sortByColumn(PointsModel::columnOf("accuracy"), order);
    EXPECT_EQ(firstCells("failure").last(), QStringLiteral("singular"));
  }
}

TEST_F(PointsTableTest, CopiesSelectedRowsOrAllWithTheirNames) {
  state_.selection().setPoints({2});
  table_.copy();
  QStringList lines = QGuiApplication::clipboard()->text().trimmed().split(QLatin1Char('\n'));
  ASSERT_EQ(lines.size(), 2);
  const auto column = lines[0].split(QLatin1Char('\t')).indexOf(QStringLiteral("accuracy"));
  ASSERT_GE(column, 0);
  EXPECT_EQ(lines[1].split(QLatin1Char('\t'))[column], QStringLiteral("0.52"));
  state_.selection().setPoints({});
  table_.setFilter(QStringLiteral("axe"));
  table_.copy();
  EXPECT_EQ(QGuiApplication::clipboard()->text().count(QLatin1Char('\n')), 3);
}

TEST_F(PointsTableTest, SharesTheSelectionBothWays) {
  QSignalSpy changed(&state_.selection(), &Selection::pointsChanged);
  table_.view()->sortByColumn(PointsModel::columnOf("inner_bits"), Qt::AscendingOrder);
  state_.selection().setPoints({0, 1});
  EXPECT_EQ(selectedRows(), (QList<int>{0, 2}));
  EXPECT_EQ(changed.count(), 1);
  table_.view()->selectRow(1);
  EXPECT_EQ(state_.selection().points(), QList<int>{2});
  EXPECT_EQ(changed.count(), 2);
  // What is filtered out stays selected elsewhere.
  table_.setFilter(QStringLiteral("constraint=none"));
  EXPECT_EQ(state_.selection().points(), QList<int>{2});
  table_.setFilter({});
  EXPECT_EQ(selectedRows(), QList<int>{1});
}

TEST_F(PointsTableTest, ShowsColumnsThatTellSomethingAndThoseThatWereChosen) {
  const auto isShown = [&](std::string_view name) {
    return table_.columns()->shown().contains(PointsModel::columnOf(name));
  };
  EXPECT_TRUE(isShown("accuracy"));
  EXPECT_FALSE(isShown("perplexity"));
  EXPECT_FALSE(isShown("seed"));
  EXPECT_FALSE(isShown("weight_bits"));
  table_.columns()->setShown(PointsModel::columnOf("seed"), true);
  PointResult language;
  language.settings.weightBits = 3;
  language.measurement.perplexity = 12.5;
  state_.points().append({language});
  EXPECT_TRUE(isShown("perplexity"));
  EXPECT_TRUE(isShown("weight_bits"));
  EXPECT_TRUE(isShown("seed"));
}

TEST_F(PointsTableTest, AColumnThatComesLaterIsAsWideAsWhatIsInIt) {
  const int column = PointsModel::columnOf("failure");
  ASSERT_TRUE(table_.view()->isColumnHidden(column));
  PointResult failed = point(Constraint::axe, 12, 64, 0.0);
  failed.failure = "expected memory for this point";
  state_.points().append({failed});
  ASSERT_FALSE(table_.view()->isColumnHidden(column));
  EXPECT_GT(table_.view()->columnWidth(column),
            table_.view()->fontMetrics().horizontalAdvance(QString::fromStdString(failed.failure)));
}

TEST(TablePage, WritesWhatIsShownWithAllColumns) {
  AppState state;
  state.points().replace({point(Constraint::axe, 16, 64, 0.95), point(Constraint::none, 9, 0, 0.11)});
  TablePage page(&state);
  page.table()->setFilter(QStringLiteral("axe"));
  QSignalSpy message(&page, &TablePage::message);
  const QTemporaryDir folder;
  page.exportCsv(folder.filePath(QStringLiteral("points.csv")));
  page.exportCsv(folder.filePath(QStringLiteral("absent/points.csv")));
  ASSERT_EQ(message.count(), 2);
  EXPECT_FALSE(message[0][1].toBool());
  EXPECT_TRUE(message[1][1].toBool());
  QFile file(folder.filePath(QStringLiteral("points.csv")));
  ASSERT_TRUE(file.open(QIODevice::ReadOnly));
  const QByteArray text = file.readAll();
  EXPECT_EQ(text.count('\n'), 3);
  EXPECT_TRUE(text.startsWith("# {"));
}

TEST(PointsTable, OpensAHundredThousandPoints) {
  constexpr int count = 100'000;
  std::vector<PointResult> points;
  points.reserve(count);
  for (int i = 0; i < count; ++i) {
    points.push_back(point(i % 3 == 0 ? Constraint::axe : Constraint::none, 8 + i % 20, 32 << (i % 4), i / 1e5));
    points.back().measurement.error = 1.0 / (i + 1);
  }
  AppState state;
  PointsTable table(&state);
  table.resize(1000, 500);
  table.show();
  QElapsedTimer timer;
  const auto told = [&](const char* what) {
    QCoreApplication::processEvents();
    const qint64 taken = timer.restart();
    std::cout << what << ": " << taken << " ms\n";
    return taken;
  };
  timer.start();
  state.points().replace(std::move(points));
  EXPECT_LT(told("open"), 2000);
  EXPECT_EQ(table.view()->model()->rowCount(), count);
  for (int page = 0; page < 100; ++page) {
    table.view()->verticalScrollBar()->setValue(page * 20'000);
    table.view()->viewport()->repaint();
  }
  told("100 pages painted");
  table.view()->sortByColumn(PointsModel::columnOf("error"), Qt::AscendingOrder);
  told("sort");
  table.setFilter(QStringLiteral("inner_bits<=10 axe"));
  told("filter by column and text");
  EXPECT_EQ(table.view()->model()->rowCount(), count / 20);
  table.setFilter(QStringLiteral("0.5"));
  told("filter by digits in any cell");
  table.setFilter({});
  table.view()->selectAll();
  told("select all");
  EXPECT_EQ(state.selection().points().size(), count);
  table.copy();
  told("copy all");
  EXPECT_EQ(QGuiApplication::clipboard()->text().count(QLatin1Char('\n')), count + 1);
}

}  // namespace
}  // namespace axescope::ui
