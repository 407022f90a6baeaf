// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/welcome.h"

#include <QDropEvent>
#include <QFileInfo>
#include <QMimeData>
#include <QSignalSpy>
#include <QTest>
#include <QUrl>

#include <gtest/gtest.h>

#include "ui/state/sample_files.h"

namespace axescope::ui {
namespace {

TEST(SampleFiles, AreFoundFromABuildTree) {
  const auto samples = sampleFiles();
  if (samples.empty()) GTEST_SKIP() << "the build tree is not inside the source tree";
  EXPECT_EQ(samples.size(), 3U);
  for (const SampleFile& sample : samples) {
    EXPECT_TRUE(QFileInfo::exists(sample.path));
    EXPECT_FALSE(sample.title.isEmpty());
    EXPECT_TRUE(sample.description.endsWith(QLatin1Char('.')));
    EXPECT_TRUE(sample.layers.contains(QStringLiteral("layers")));
  }
}

TEST(Welcome, EachCardAsksForItsSample) {
  Welcome welcome;
  QSignalSpy asked(&welcome, &Welcome::openRequested);
  const auto samples = sampleFiles();
  const auto cards = welcome.findChildren<QPushButton*>(QStringLiteral("sampleCard"));
  ASSERT_EQ(cards.size(), static_cast<qsizetype>(samples.size()));
  for (qsizetype i = 0; i < cards.size(); ++i) {
    cards[i]->click();
    EXPECT_EQ(asked.takeFirst().first().toString(), samples[static_cast<std::size_t>(i)].path);
  }
}

TEST(Welcome, TheButtonAsksForTheFileDialog) {
  Welcome welcome;
  QSignalSpy asked(&welcome, &Welcome::chooseFileRequested);
  welcome.findChild<QPushButton*>(QStringLiteral("primary"))->click();
  EXPECT_EQ(asked.count(), 1);
}

TEST(Welcome, RecentFilesAreReplacedNotAdded) {
  Welcome welcome;
  QSignalSpy asked(&welcome, &Welcome::openRequested);
  const auto rows = [&] {
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    return welcome.findChildren<QPushButton*>(QStringLiteral("recentRow"));
  };
  welcome.setRecent({QStringLiteral("/data/one.h5"), QStringLiteral("/data/two.h5")});
  ASSERT_EQ(rows().size(), 2);
  welcome.setRecent({QStringLiteral("/data/three.h5")});
  ASSERT_EQ(rows().size(), 1);
  rows().first()->click();
  EXPECT_EQ(asked.takeFirst().first().toString(), QStringLiteral("/data/three.h5"));
  welcome.setRecent({});
  EXPECT_TRUE(rows().isEmpty());
}

TEST(Welcome, DroppedFilesAreAskedFor) {
  Welcome welcome;
  QSignalSpy asked(&welcome, &Welcome::filesDropped);
  QMimeData data;
  data.setUrls(
      {QUrl::fromLocalFile(QStringLiteral("/data/dropped.h5")), QUrl(QStringLiteral("https://example.org/a"))});
  QDragEnterEvent enter(QPoint(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent(&welcome, &enter);
  EXPECT_TRUE(enter.isAccepted());
  QDropEvent drop(QPointF(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent(&welcome, &drop);
  ASSERT_EQ(asked.count(), 1);
  EXPECT_EQ(asked.first().first().toStringList(), QStringList{QStringLiteral("/data/dropped.h5")});
}

}  // namespace
}  // namespace axescope::ui
