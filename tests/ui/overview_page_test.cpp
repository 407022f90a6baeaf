// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/overview_page.h"

#include <QSignalSpy>
#include <QTest>
#include <limits>

#include <gtest/gtest.h>

#include "tests/core/hdf5/crafted_file.h"
#include "ui/plots/histograms_plot.h"

namespace axescope::ui {
namespace {

constexpr int patience = 60'000;  // milliseconds

class OverviewOfASample : public ::testing::Test {
 protected:
  OverviewOfASample() {
    QSignalSpy opened(&state_, &AppState::opened);
    state_.open(QStringLiteral(AXESCOPE_SOURCE_DIR "/samples/digits-cnn.h5"));
    EXPECT_TRUE(opened.wait(patience));
    page_.resize(1100, 800);
    page_.show();
    table_ = page_.findChild<QTableView*>();
    // Weights and activations: all that is measured in the background is there.
    EXPECT_TRUE(QTest::qWaitFor([&] { return histograms() == 2 && table_->model()->rowCount() > 0; }, patience));
  }

  std::size_t histograms() {
    std::set<QString> titles;
    for (const auto& row : page_.plot()->table().rows) titles.insert(row.front().toString());
    return titles.size();
  }

  AppState state_;
  OverviewPage page_{&state_};
  QTableView* table_ = nullptr;
};

TEST_F(OverviewOfASample, IsNotMeasuredAgainWhenOnlyItsLooksChange) {
  QSignalSpy bounds(table_->model(), &QAbstractItemModel::modelReset);
  state_.setTheme(Theme::darkTheme());
  state_.points().append({PointResult{}});
  QTest::qWait(200);
  EXPECT_EQ(bounds.count(), 0);
  auto* tile = page_.findChildren<QComboBox*>().at(2);
  tile->setCurrentIndex(tile->findData(16));
  Q_EMIT tile->activated(tile->currentIndex());
  EXPECT_TRUE(bounds.wait(patience));
}

TEST_F(OverviewOfASample, CountsTheValuesOfALayerInTheBackground) {
  const QString before = page_.plot()->title();
  const QString other = QString::fromStdString(state_.model()->dump().layers().back().name);
  ASSERT_FALSE(before.startsWith(other));
  state_.selection().setLayer(other);
  EXPECT_EQ(page_.plot()->title(), before);
  EXPECT_TRUE(QTest::qWaitFor([&] { return page_.plot()->title() == other; }, patience));
  EXPECT_EQ(histograms(), 2U);
}

TEST_F(OverviewOfASample, ExportsWhereItsOwnNumbersComeFrom) {
  const Provenance provenance = Provenance::fromJson(page_.provenance().toStdString());
  EXPECT_EQ(provenance.inputSha256, *state_.model()->sha256());
  const auto study = Study::fromJson(provenance.settings, "provenance");
  ASSERT_TRUE(study.has_value()) << study.error().line();
  EXPECT_EQ(study->values("algorithm"), std::vector<SettingValue>{"rtn"});
  EXPECT_EQ(study->values("weight_bits"), std::vector<SettingValue>{std::int64_t{4}});
}

TEST_F(OverviewOfASample, ForgetsAFileThatIsClosed) {
  state_.closeModel(0);
  EXPECT_EQ(table_->model()->rowCount(), 0);
  EXPECT_EQ(histograms(), 0U);
}

TEST(Overview, SaysWhyALayerHasNoHistogram) {
  const auto path = testing::temporaryPath("damaged.h5");
  testing::CraftedFile file(path);
  file.attribute("/", "format", "axescope-dump");
  file.attribute("/", "version", std::int64_t{1});
  file.floats("/layers/fc/weight", {1, 2}, {1.0F, std::numeric_limits<float>::quiet_NaN()});
  file.attribute("/layers/fc", "kind", "linear");
  file.attribute("/layers/fc", "axis_order", "OI");
  file.close();
  AppState state;
  OverviewPage page(&state);
  page.show();
  QSignalSpy opened(&state, &AppState::opened);
  state.open(QString::fromStdString(path.string()));
  ASSERT_TRUE(opened.wait(patience));
  const auto& plot = dynamic_cast<const HistogramsPlot&>(*page.plot());
  EXPECT_TRUE(QTest::qWaitFor([&] { return plot.notice().contains(QStringLiteral("/layers/fc/weight")); }, patience))
      << plot.notice().toStdString();
}

}  // namespace
}  // namespace axescope::ui
