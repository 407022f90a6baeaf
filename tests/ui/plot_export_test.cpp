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

// As PDF keeps texts: the high byte first.
QByteArray utf16(const QString& text) {
  QByteArray bytes;
  for (const QChar c : text) bytes.append(static_cast<char>(c.row())).append(static_cast<char>(c.cell()));
  return bytes;
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
  const QByteArray pdf = exported("p.pdf");
  EXPECT_TRUE(pdf.startsWith("%PDF"));
  EXPECT_TRUE(pdf.contains(utf16(options_.provenance)));
  const QImage image = QImage::fromData(exported("p.png"));
  EXPECT_TRUE(image.text(QStringLiteral("Provenance")).contains(QStringLiteral("0123abcd")));
  EXPECT_GT(image.width(), 1000);
}

TEST_F(PlotExport, TheClipboardTakesAPictureAndADrawingWithTheirProvenance) {
  const auto data = plotMimeData(plot_, Theme::darkTheme(), options_);
  const QImage image = data->imageData().value<QImage>();
  ASSERT_FALSE(image.isNull());
  EXPECT_TRUE(image.text(QStringLiteral("Provenance")).contains(QStringLiteral("0123abcd")));
  // Paper's colours unless the window's are asked for.
  EXPECT_EQ(image.pixelColor(0, 0), Theme::paper().surface);
  const QByteArray svg = data->data(QStringLiteral("image/svg+xml"));
  EXPECT_TRUE(svg.contains("<svg"));
  EXPECT_TRUE(svg.contains("0123abcd"));
  options_.paperColours = false;
  const auto dark = plotMimeData(plot_, Theme::darkTheme(), options_);
  EXPECT_EQ(dark->imageData().value<QImage>().pixelColor(0, 0), Theme::darkTheme().surface);
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
