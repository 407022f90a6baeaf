// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot_export.h"

#include <QFile>
#include <QImage>
#include <QTemporaryDir>

#include <gtest/gtest.h>

#include "ui/plots/chart_plot.h"
#include "ui/plots/result_chart.h"

namespace axescope::ui {
namespace {

std::vector<PointResult> points() {
  std::vector<PointResult> all;
  for (int bits = 10; bits <= 20; ++bits) {
    PointResult result;
    result.settings.innerBits = bits;
    result.measurement.accuracy = 0.1 + 0.08 * (bits - 10);
    result.measurement.guaranteed = bits > 13;
    all.push_back(result);
  }
  return all;
}

class PlotExport : public ::testing::Test {
 protected:
  PlotExport() {
    plot_.setDescription(paretoChart(points(), {}, Theme::paper()));
    options_.provenance = QStringLiteral(R"({"input_sha256":"0123abcd"})");
  }
  QByteArray exported(const char* name) {
    const QString path = folder_.filePath(QString::fromLatin1(name));
    const Status status = exportPlot(plot_, path, Theme::light(), options_);
    EXPECT_TRUE(status.has_value()) << (status ? "" : status.error().line());
    QFile file(path);
    EXPECT_TRUE(file.open(QIODevice::ReadOnly));
    return file.readAll();
  }
  QTemporaryDir folder_;
  ChartPlot plot_;
  PlotExportOptions options_;
};

TEST_F(PlotExport, EveryFormatCarriesItsProvenance) {
  EXPECT_TRUE(exported("p.svg").contains("0123abcd"));
  EXPECT_TRUE(exported("p.csv").startsWith("# {\"input_sha256\":\"0123abcd\"}"));
  EXPECT_TRUE(exported("p.json").contains("0123abcd"));
  EXPECT_TRUE(exported("p.pdf").startsWith("%PDF"));
  const QImage image = QImage::fromData(exported("p.png"));
  EXPECT_TRUE(image.text(QStringLiteral("Provenance")).contains(QStringLiteral("0123abcd")));
  EXPECT_GT(image.width(), 1000);
}

TEST_F(PlotExport, CsvHoldsExactlyThePointsShown) {
  EXPECT_EQ(exported("p.csv").count('\n'), 2 + 11);
}

TEST_F(PlotExport, AnUnknownEndingIsRefusedAndNothingIsWritten) {
  const QString path = folder_.filePath(QStringLiteral("p.bmp"));
  EXPECT_FALSE(exportPlot(plot_, path, Theme::light(), options_).has_value());
  EXPECT_FALSE(QFile::exists(path));
  EXPECT_FALSE(exportPlot(plot_, QStringLiteral("/no/such/folder/p.svg"), Theme::light(), options_).has_value());
}

}  // namespace
}  // namespace axescope::ui
