// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QFile>
#include <QFrame>
#include <QLabel>
#include <QLineEdit>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QRegularExpression>
#include <QTextBrowser>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axescope_version.h"
#include "core/study/setting_schema.h"
#include "ui/dialogs/about_dialog.h"
#include "ui/dialogs/settings_help_dialog.h"
#include "ui/dialogs/shortcuts_dialog.h"
#include "ui/plots/symbol_text.h"
#include "ui/state/setting_text.h"

namespace axescope::ui {
namespace {

QStringList labelsOf(const QWidget& widget) {
  QStringList texts;
  for (const QLabel* label : widget.findChildren<QLabel*>()) texts << label->text();
  return texts;
}

int visibleEntries(const QWidget& dialog) {
  int count = 0;
  for (const QFrame* entry : dialog.findChildren<QFrame*>(QStringLiteral("entry"))) count += entry->isHidden() ? 0 : 1;
  return count;
}

TEST(SettingsHelp, ListsEverySettingOfTheSchema) {
  const SettingsHelpDialog dialog;
  const QStringList texts = labelsOf(dialog);
  for (const SettingInfo& info : settingSchema()) {
    EXPECT_TRUE(texts.contains(QString::fromStdString(std::string(info.title)))) << info.title;
    EXPECT_TRUE(texts.contains(QString::fromStdString(info.flag()))) << info.title;
    EXPECT_TRUE(texts.contains(helpHtml(info))) << info.title;
  }
  EXPECT_EQ(visibleEntries(dialog), static_cast<int>(settingSchema().size()));
}

TEST(SettingsHelp, TheFilterKeepsWhatSpeaksOfTheWords) {
  SettingsHelpDialog dialog;
  auto* filter = dialog.findChild<QLineEdit*>();
  ASSERT_NE(filter, nullptr);
  filter->setText(QStringLiteral("--inner-bits"));
  EXPECT_EQ(visibleEntries(dialog), 1);
  filter->setText(QStringLiteral("no such setting"));
  EXPECT_EQ(visibleEntries(dialog), 0);
  filter->clear();
  EXPECT_EQ(visibleEntries(dialog), static_cast<int>(settingSchema().size()));
}

TEST(SettingText, SubscriptsExponentsAndRanges) {
  EXPECT_EQ(symbolHtml(QStringLiteral("Inner width P_I")), QStringLiteral("Inner width P<sub>I</sub>"));
  EXPECT_EQ(symbolHtml(QString()), QString());
  EXPECT_EQ(rangeText(*findSetting("inner_bits")), QStringLiteral("2 … 63, or auto"));
  EXPECT_EQ(rangeText(*findSetting("weight_bits")), QStringLiteral("1 … 16"));
  EXPECT_EQ(rangeText(*findSetting("tile")), QStringLiteral("at least 1, or full"));
  EXPECT_EQ(rangeText(*findSetting("overflow")), QStringLiteral("wrap, saturate"));
  EXPECT_EQ(defaultText(*findSetting("tile")), QStringLiteral("full"));
  EXPECT_EQ(defaultText(*findSetting("skip_layers")), QStringLiteral("none"));
  const QString activation = helpHtml(*findSetting("activation"));
  EXPECT_TRUE(activation.contains(QStringLiteral("2<sup>N−1</sup>"))) << qPrintable(activation);
  EXPECT_TRUE(activation.contains(QStringLiteral("<b>centred</b>:"))) << qPrintable(activation);
}

TEST(Shortcuts, ListsActionsUnderTheirMenusOnceAndGesturesOfPlots) {
  QMainWindow window;
  QMenu* file = window.menuBar()->addMenu(QStringLiteral("&File"));
  file->addAction(QStringLiteral("&Open…"))->setShortcut(QKeySequence(QStringLiteral("Ctrl+O")));
  file->addAction(QStringLiteral("Without a key"));
  QMenu* inner = file->addMenu(QStringLiteral("More"));
  inner->addAction(QStringLiteral("Deep"))->setShortcut(QKeySequence(QStringLiteral("Ctrl+Shift+K")));
  auto* loose = new QAction(QStringLiteral("Loose"), &window);
  loose->setShortcut(QKeySequence(QStringLiteral("Ctrl++")));
  window.addAction(loose);

  auto* dialog = new ShortcutsDialog(&window, {{QStringLiteral("Shift+Drag"), QStringLiteral("Move the plot")}});
  const QStringList texts = labelsOf(*dialog);
  EXPECT_EQ(texts.count(QStringLiteral("Open")), 1);
  EXPECT_EQ(texts.count(QStringLiteral("Deep")), 1);
  EXPECT_EQ(texts.count(QStringLiteral("Loose")), 1);
  EXPECT_EQ(texts.count(QStringLiteral("File")), 1);
  EXPECT_TRUE(texts.contains(QStringLiteral("Move the plot")));
  EXPECT_FALSE(texts.contains(QStringLiteral("Without a key")));
  EXPECT_TRUE(texts.contains(QStringLiteral("O")));
  EXPECT_TRUE(texts.contains(QStringLiteral("+")));
}

TEST(About, NamesTheVersionEveryLibraryAndEveryPaper) {
  const AboutDialog dialog;
  QString text = labelsOf(dialog).join(QLatin1Char('\n'));
  for (const QTextBrowser* page : dialog.findChildren<QTextBrowser*>()) text += page->toHtml() + page->toPlainText();
  EXPECT_TRUE(text.contains(QString::fromLatin1(versionString)));
  EXPECT_TRUE(text.contains(QString::fromLatin1(qVersion())));
  EXPECT_TRUE(text.contains(QStringLiteral("GPL-3.0-or-later")));
  for (const char* name :
       {"Qt Charts", "HDF5", "oneDNN", "oneTBB", "Eigen", "OpenSSL", "OpenMP", "fmt", "nlohmann-json", "tl-expected",
        "CLI11", "viridis", "GoogleTest", "2409.17092", "2308.13504", "2401.10432", "2404.00103"}) {
    EXPECT_TRUE(text.contains(QString::fromLatin1(name))) << name;
  }
}

// A library that the build begins to use has to be named to those who use the program.
TEST(About, TheNoticesNameEveryPackageOfTheBuild) {
  QFile notices(QStringLiteral(":/THIRD_PARTY_NOTICES.md"));
  ASSERT_TRUE(notices.open(QIODevice::ReadOnly));
  const QString text = QString::fromUtf8(notices.readAll());
  const QHash<QString, QString> titles{{QStringLiteral("Eigen3"), QStringLiteral("Eigen")},
                                       {QStringLiteral("dnnl"), QStringLiteral("oneDNN")},
                                       {QStringLiteral("TBB"), QStringLiteral("oneTBB")},
                                       {QStringLiteral("nlohmann_json"), QStringLiteral("nlohmann-json")},
                                       {QStringLiteral("muparser"), QStringLiteral("muParser")}};
  QFile lists(QStringLiteral(AXESCOPE_SOURCE_DIR "/CMakeLists.txt"));
  ASSERT_TRUE(lists.open(QIODevice::ReadOnly));
  static const QRegularExpression package(QStringLiteral("find_package\\((\\S+)"));
  const QString build = QString::fromUtf8(lists.readAll());
  for (auto found = package.globalMatch(build); found.hasNext();) {
    const QString name = found.next().captured(1);
    if (name == QStringLiteral("Threads")) continue;  // the C library's own
    EXPECT_TRUE(text.contains(QStringLiteral("### ") + titles.value(name, name) + QLatin1Char('\n')))
        << qPrintable(name);
  }
}

}  // namespace
}  // namespace axescope::ui
