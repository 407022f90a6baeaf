// SPDX-License-Identifier: GPL-3.0-or-later
// A researcher's first quarter of an hour, start to end, in the real window.
#include <QAbstractItemView>
#include <QAbstractSpinBox>
#include <QApplication>
#include <QComboBox>
#include <QElapsedTimer>
#include <QFile>
#include <QHeaderView>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QXmlStreamReader>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "core/dump/quantized_file.h"
#include "core/study/study.h"
#include "ui/models/channels_model.h"
#include "ui/pages/budgets_page.h"
#include "ui/window/main_window.h"

namespace axescope::ui {
namespace {

const QString sample = QStringLiteral(AXESCOPE_SOURCE_DIR "/samples/digits-cnn.h5");
constexpr int patience = 120'000;  // milliseconds

void showPage(MainWindow& window, const char* name) {
  QTabWidget* pages = window.pages();
  for (int i = 0; i < pages->count(); ++i) {
    if (pages->widget(i)->objectName() == QLatin1String(name)) pages->setCurrentIndex(i);
  }
  ASSERT_EQ(pages->currentWidget()->objectName(), QLatin1String(name));
}

QByteArray contentOf(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

class Journey : public ::testing::Test {
 protected:
  void openSample(MainWindow& window) {
    QSignalSpy opened(&window.state(), &AppState::opened);
    window.open(sample);
    ASSERT_TRUE(opened.wait(patience));
  }
  void setStudy(MainWindow& window) {
    const std::pair<const char*, const char*> edits[] = {{"algorithm", "rtn,gpfq"}, {"constraint", "none,axe"},
                                                         {"inner_bits", "12:17"},   {"tile", "32,full"},
                                                         {"eval_samples", "200"},   {"propagate", "off"}};
    for (const auto& [key, text] : edits) {
      ASSERT_TRUE(window.state().edits().edit(key, QString::fromLatin1(text)).has_value());
    }
  }
  QTemporaryDir folder_;
};

TEST_F(Journey, FromASampleToAFigureAndBack) {
  Session remembered;
  std::size_t all = 0;
  int selected = -1;
  {
    MainWindow window;
    window.resize(1280, 800);
    window.show();
    openSample(window);
    EXPECT_EQ(window.pages()->currentWidget()->objectName(), QStringLiteral("overview"));
    setStudy(window);
    all = window.state().edits().study().points({.propagation = true})->size();

    // Run, watch points arrive, cancel: what is finished stays.
    SweepJob& sweep = window.state().sweep();
    QSignalSpy finished(&sweep, &SweepJob::finished);
    ASSERT_TRUE(window.actions().run->isEnabled());
    window.actions().run->trigger();
    ASSERT_TRUE(QTest::qWaitFor([&] { return window.state().points().rowCount() >= 3; }, patience));
    sweep.setPaused(true);
    EXPECT_EQ(window.actions().pause->text(), QStringLiteral("&Go on"));
    window.actions().cancel->trigger();
    ASSERT_TRUE(finished.count() > 0 || finished.wait(patience));
    const int kept = window.state().points().rowCount();
    ASSERT_LT(kept, static_cast<int>(all));
    EXPECT_TRUE(window.banner()->isVisible());

    // Resume: every point once, the kept ones not again.
    finished.clear();
    ASSERT_TRUE(window.actions().resume->isEnabled());
    window.actions().resume->trigger();
    ASSERT_TRUE(finished.wait(patience));
    ASSERT_EQ(window.state().points().rowCount(), static_cast<int>(all));
    std::set<std::string> distinct;
    for (const PointResult& point : window.state().points().points()) distinct.insert(toJson(point.settings));
    EXPECT_EQ(distinct.size(), all);

    // Click a marker of the Pareto plot: the table below selects the same point.
    showPage(window, "pareto");
    PlotPage* pareto = window.currentPage();
    ASSERT_TRUE(QTest::qWaitFor([&] { return !pareto->plot()->marks().empty(); }, patience));
    const auto guaranteed =
        std::find_if(pareto->plot()->marks().begin(), pareto->plot()->marks().end(), [&](const PlotMark& mark) {
          return window.state().points().points()[static_cast<std::size_t>(mark.row)].measurement.guaranteed;
        });
    ASSERT_NE(guaranteed, pareto->plot()->marks().end());
    QTest::mouseClick(pareto->view(), Qt::LeftButton, {}, guaranteed->position.toPoint());
    selected = window.state().selection().currentPoint();
    ASSERT_GE(selected, 0);
    const PointResult point = window.state().points().points()[static_cast<std::size_t>(selected)];

    // Its budgets: as many channels as the layer has, and the use that the sweep measured.
    showPage(window, "budgets");
    window.state().selection().setLayer(QString::fromStdString(point.layers.front().layer));
    ASSERT_TRUE(QTest::qWaitFor([&] { return window.state().inspection().current() != nullptr; }, patience));
    QTest::qWait(50);
    const auto* channels = window.pages()->currentWidget()->findChild<QTableView*>();
    ASSERT_NE(channels, nullptr);
    ASSERT_GT(channels->model()->rowCount(), 0);
    const ChannelsModel& cells = qobject_cast<ChannelsOrder*>(channels->model())->channels();
    double most = 0.0;
    for (int row = 0; row < cells.rowCount(); ++row) {
      most = std::max(most, cells.number(row, ChannelsModel::useColumn).value_or(0.0));
    }
    EXPECT_NEAR(most, point.layers.front().maxBudgetUse, 1e-9);

    // Figures and numbers, with where they come from.
    showPage(window, "pareto");
    const QString svg = folder_.filePath(QStringLiteral("front.svg"));
    window.exportPlotTo(svg, {});
    QXmlStreamReader xml(contentOf(svg));
    while (!xml.atEnd()) xml.readNext();
    EXPECT_FALSE(xml.hasError()) << xml.errorString().toStdString();
    EXPECT_TRUE(contentOf(svg).contains("input_sha256"));
    const QString csv = folder_.filePath(QStringLiteral("front.csv"));
    window.exportPlotTo(csv, {});
    EXPECT_EQ(contentOf(csv).count('\n'), static_cast<int>(pareto->plot()->table().rows.size()) + 2);
    const QString tex = folder_.filePath(QStringLiteral("front.tex"));
    window.exportPlotTo(tex, {});
    EXPECT_TRUE(contentOf(tex).contains("\\addplot"));
    const QString quantized = folder_.filePath(QStringLiteral("q.h5"));
    window.exportQuantizedTo(quantized);
    ASSERT_TRUE(QTest::qWaitFor([&] { return QFile::exists(quantized); }, patience));
    QTest::qWait(50);
    const auto codes = readQuantizedFile(quantized.toStdString());
    ASSERT_TRUE(codes.has_value()) << codes.error().line();
    EXPECT_EQ(codes->layers.size(), point.layers.size());

    ASSERT_TRUE(saveSession(window.session(), folder_.filePath(QStringLiteral("s.axescope"))).has_value());
    remembered = window.session();
  }

  // Another day.
  MainWindow window;
  window.show();
  const auto session = loadSession(folder_.filePath(QStringLiteral("s.axescope")));
  ASSERT_TRUE(session.has_value());
  window.restore(*session);
  ASSERT_TRUE(QTest::qWaitFor([&] { return window.state().selection().currentPoint() == selected; }, patience));
  EXPECT_EQ(window.state().points().rowCount(), static_cast<int>(all));
  EXPECT_EQ(window.state().models().size(), 1U);
  EXPECT_EQ(window.pages()->currentWidget()->objectName(), QStringLiteral("pareto"));
  EXPECT_EQ(window.state().edits().study().toJson(), remembered.study.toStdString());
  EXPECT_EQ(window.state().modelOfPoints(), window.state().model());
}

TEST_F(Journey, ASessionWhoseFilesAreGoneAsksAndOpensTheRest) {
  MainWindow window;
  window.show();
  Session session;
  session.models = {folder_.filePath(QStringLiteral("gone.h5")), sample};
  session.currentModel = 1;
  session.page = QStringLiteral("curves");
  QSignalSpy opened(&window.state(), &AppState::opened);
  window.restore(session);
  EXPECT_TRUE(window.banner()->text().contains(QStringLiteral("gone.h5")));
  ASSERT_TRUE(opened.wait(patience));
  EXPECT_EQ(window.state().models().size(), 1U);
}

TEST_F(Journey, PointsOfADumpThatIsNotOpenSayWhichToOpen) {
  const QString results = folder_.filePath(QStringLiteral("r.h5"));
  {
    MainWindow window;
    openSample(window);
    setStudy(window);
    ASSERT_TRUE(window.state().edits().edit("inner_bits", QStringLiteral("16")).has_value());
    QSignalSpy finished(&window.state().sweep(), &SweepJob::finished);
    window.state().runStudy(results, false);
    ASSERT_TRUE(finished.wait(patience));
  }
  MainWindow window;
  window.show();
  QSignalSpy opened(&window.state(), &AppState::opened);
  window.open(results);
  ASSERT_TRUE(opened.wait(patience));
  EXPECT_EQ(window.pages()->currentWidget()->objectName(), QStringLiteral("pareto"));
  EXPECT_EQ(window.state().modelOfPoints(), nullptr);
  EXPECT_FALSE(window.actions().resume->isEnabled());
  openSample(window);
  EXPECT_EQ(window.state().modelOfPoints(), window.state().model());
}

TEST_F(Journey, EveryShortcutOfTheMenusIsItsOwn) {
  MainWindow window;
  std::map<QString, const QAction*> keys;
  for (const QMenu* menu : window.menuBar()->findChildren<QMenu*>() + window.findChildren<QMenu*>()) {
    for (const QAction* action : menu->actions()) {
      if (action->shortcut().isEmpty()) continue;
      EXPECT_FALSE(action->text().isEmpty());
      const auto [found, isNew] = keys.emplace(action->shortcut().toString(), action);
      EXPECT_EQ(found->second, action) << action->shortcut().toString().toStdString();
    }
  }
  EXPECT_GE(keys.size(), 20U);
}

TEST_F(Journey, ClosingDuringASweepAsksAndLosesNoFinishedPoint) {
  const QString results = folder_.filePath(QStringLiteral("r.h5"));
  int shown = 0;
  {
    MainWindow window;
    window.show();
    openSample(window);
    setStudy(window);
    window.state().runStudy(results, false);
    ASSERT_TRUE(QTest::qWaitFor([&] { return window.state().points().rowCount() >= 2; }, patience));
    const auto answer = [](QMessageBox::StandardButton button) {
      QTimer::singleShot(0, qApp, [button] {
        auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
        ASSERT_NE(box, nullptr);
        box->button(button)->click();
      });
    };
    answer(QMessageBox::No);
    EXPECT_FALSE(window.close());
    EXPECT_TRUE(window.state().sweep().running());
    shown = window.state().points().rowCount();
    answer(QMessageBox::Yes);
    EXPECT_TRUE(window.close());
  }
  const auto kept = readResults(results.toStdString());
  ASSERT_TRUE(kept.has_value()) << kept.error().line();
  EXPECT_GE(static_cast<int>(kept->points.size()), shown);
}

TEST_F(Journey, ResultsDoNotTakeThePlaceOfARunningSweep) {
  const QString results = folder_.filePath(QStringLiteral("first.h5"));
  MainWindow window;
  window.show();
  openSample(window);
  setStudy(window);
  ASSERT_TRUE(window.state().edits().edit("inner_bits", QStringLiteral("16")).has_value());
  QSignalSpy finished(&window.state().sweep(), &SweepJob::finished);
  window.state().runStudy(results, false);
  ASSERT_TRUE(finished.wait(patience));
  setStudy(window);
  window.state().runStudy(folder_.filePath(QStringLiteral("second.h5")), false);
  QSignalSpy failed(&window.state(), &AppState::failed);
  window.open(results);
  ASSERT_TRUE(failed.wait(patience));
  EXPECT_TRUE(window.banner()->text().contains(QStringLiteral("first.h5")));
  EXPECT_TRUE(window.state().sweep().running() || finished.count() == 2);
}

TEST_F(Journey, PointsThatFailSayWhy) {
  MainWindow window;
  window.show();
  openSample(window);
  setStudy(window);
  // One sample cannot tell a rank: OPTQ without damping has no factor.
  for (const auto& [key, text] : {std::pair("algorithm", "optq"), {"damping", "0"}, {"calibration_samples", "1"}}) {
    ASSERT_TRUE(window.state().edits().edit(key, QString::fromLatin1(text)).has_value());
  }
  QSignalSpy finished(&window.state().sweep(), &SweepJob::finished);
  window.state().runStudy(folder_.filePath(QStringLiteral("f.h5")), false);
  ASSERT_TRUE(finished.wait(patience));
  int failures = 0;
  for (const PointResult& point : window.state().points().points()) failures += point.failed() ? 1 : 0;
  ASSERT_EQ(failures, window.state().points().rowCount());
  EXPECT_TRUE(window.banner()->text().contains(QStringLiteral("%1 of %1 points failed").arg(failures)));
  EXPECT_TRUE(window.banner()->text().contains(QStringLiteral("positive definite")));
}

TEST_F(Journey, EverythingThatTakesTheFocusHasAName) {
  MainWindow window;
  window.show();
  openSample(window);
  for (const QWidget* widget : window.findChildren<QWidget*>()) {
    if (widget->focusPolicy() == Qt::NoFocus) continue;
    const bool control =
        qobject_cast<const QAbstractButton*>(widget) != nullptr || qobject_cast<const QComboBox*>(widget) != nullptr ||
        qobject_cast<const QAbstractSpinBox*>(widget) != nullptr ||
        qobject_cast<const QAbstractItemView*>(widget) != nullptr || qobject_cast<const PlotView*>(widget) != nullptr;
    const bool isPart = widget->objectName().startsWith(QStringLiteral("qt_")) ||
                        qobject_cast<const QComboBox*>(widget->parentWidget()) != nullptr;
    const bool popup = widget->window() != &window || qobject_cast<const QHeaderView*>(widget) != nullptr;
    if (!control || isPart || popup) continue;
    const auto* button = qobject_cast<const QAbstractButton*>(widget);
    const bool named = !widget->accessibleName().isEmpty() || (button != nullptr && !button->text().isEmpty());
    EXPECT_TRUE(named) << widget->metaObject()->className() << " in "
                       << widget->parentWidget()->metaObject()->className();
  }
}

TEST_F(Journey, OneHundredThousandResultsOpenAndStaySmooth) {
  const QString path = folder_.filePath(QStringLiteral("many.h5"));
  {
    Provenance provenance;
    provenance.inputSha256 = "0";
    auto file = ResultsFile::open({path.toStdString(), std::nullopt, false}, provenance);
    ASSERT_TRUE(file.has_value()) << file.error().line();
    for (int i = 0; i < 100'000; ++i) {
      PointResult point;
      point.settings.innerBits = 8 + i % 40;
      point.settings.tileSize = 1 + i / 40;
      point.settings.constraint = i % 2 == 0 ? Constraint::none : Constraint::axe;
      point.measurement.accuracy = (i % 997) / 997.0;
      point.measurement.guaranteed = i % 2 == 1;
      ASSERT_TRUE((*file)->add(point).has_value());
    }
    ASSERT_TRUE((*file)->finish().has_value());
  }
  MainWindow window;
  window.resize(1600, 1000);
  window.show();
  QElapsedTimer clock;
  clock.start();
  QSignalSpy opened(&window.state(), &AppState::opened);
  window.open(path);
  ASSERT_TRUE(opened.wait(patience));
  const qint64 reading = clock.elapsed();
  window.grab();  // as much as it takes until it is seen
  const qint64 opening = clock.restart();
  EXPECT_EQ(window.state().points().rowCount(), 100'000);
  window.state().selection().setPoints({50'000});
  window.grab();
  const qint64 selecting = clock.restart();
  window.currentPage()->plot()->zoom({700, 300}, 1.5);
  window.grab();
  std::cout << "100,000 results: read after " << reading << " ms, seen after " << opening << " ms, a selection after "
            << selecting << " ms, a zoom after " << clock.elapsed() << " ms\n";
}

}  // namespace
}  // namespace axescope::ui
