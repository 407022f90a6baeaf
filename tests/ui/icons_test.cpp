// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/icons.h"

#include <QDirIterator>
#include <QFile>
#include <QImage>
#include <QRegularExpression>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ui/theme/style_sheet.h"

namespace axescope::ui {
namespace {

QImage drawn(const QIcon& icon, int size, qreal scale = 1.0, QIcon::Mode mode = QIcon::Normal) {
  return icon.pixmap(QSize(size, size), scale, mode).toImage().convertToFormat(QImage::Format_ARGB32);
}

// The colour of the most opaque pixel: the ink, where a stroke covers a pixel whole.
QColor inkOf(const QImage& image) {
  QRgb ink = 0;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) {
      if (qAlpha(image.pixel(x, y)) > qAlpha(ink)) ink = image.pixel(x, y);
    }
  }
  return QColor::fromRgba(ink);
}

void expectNear(const QColor& found, const QColor& expected, const QString& what) {
  EXPECT_NEAR(found.red(), expected.red(), 4) << qPrintable(what);
  EXPECT_NEAR(found.green(), expected.green(), 4) << qPrintable(what);
  EXPECT_NEAR(found.blue(), expected.blue(), 4) << qPrintable(what);
}

TEST(Icons, EveryIconIsInkedInTheColoursOfBothThemes) {
  ASSERT_GE(iconNames().size(), 24);
  for (const Theme& theme : {Theme::light(), Theme::darkTheme()}) {
    for (const QString& name : iconNames()) {
      const QIcon made = icon(name, theme);
      expectNear(inkOf(drawn(made, 64)), theme.text, name);
      expectNear(inkOf(drawn(made, 64, 1.0, QIcon::Disabled)), theme.mutedText, name);
    }
  }
}

TEST(Icons, AScaleOfTwoHasTwiceThePixels) {
  const QIcon made = icon(u"open", Theme::light());
  EXPECT_EQ(drawn(made, 16).size(), QSize(16, 16));
  EXPECT_EQ(drawn(made, 16, 2.0).size(), QSize(32, 32));
  EXPECT_EQ(drawn(made, 16, 2.0), drawn(made, 32));
}

TEST(Icons, TheApplicationsMarkIsColourful) {
  const QImage image = drawn(applicationIcon(), 64);
  QSet<QRgb> colours;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) colours.insert(image.pixel(x, y));
  }
  EXPECT_GT(colours.size(), 50);
}

// The style sheet's drawings are files and cannot be inked; a theme that changes must change them too.
TEST(Controls, DrawingsHaveTheColoursOfTheirTheme) {
  for (const Theme& theme : {Theme::light(), Theme::darkTheme()}) {
    const QStringList allowed{theme.accent.name(), theme.accentText.name(), theme.mutedText.name()};
    QDirIterator files(theme.dark ? QStringLiteral(":/controls/dark") : QStringLiteral(":/controls/light"));
    int count = 0;
    while (files.hasNext()) {
      QFile file(files.next());
      ASSERT_TRUE(file.open(QIODevice::ReadOnly));
      const QString drawing = QString::fromUtf8(file.readAll());
      static const QRegularExpression colour(QStringLiteral("#[0-9a-f]{6}"));
      for (auto found = colour.globalMatch(drawing); found.hasNext();) {
        EXPECT_TRUE(allowed.contains(found.next().captured())) << qPrintable(file.fileName());
      }
      ++count;
    }
    EXPECT_EQ(count, 9);
  }
}

TEST(StyleSheet, NamesOnlyDrawingsThatExistAndLeavesNoPlaceholder) {
  for (const Theme& theme : {Theme::light(), Theme::darkTheme()}) {
    const QString sheet = styleSheet(theme);
    EXPECT_FALSE(sheet.contains(QLatin1Char('@')));
    static const QRegularExpression url(QStringLiteral("url\\(([^)]*)\\)"));
    int count = 0;
    for (auto found = url.globalMatch(sheet); found.hasNext(); ++count) {
      const QString path = found.next().captured(1);
      EXPECT_TRUE(QFile::exists(path)) << qPrintable(path);
    }
    EXPECT_GT(count, 10);
  }
}

}  // namespace
}  // namespace axescope::ui
