// SPDX-License-Identifier: GPL-3.0-or-later
// The window: docks left and right, pages with one selection, points below, a banner above. What it offers to do is in
// window_actions.h; what it works on, in the state.
#pragma once

#include <QMainWindow>
#include <QStackedWidget>
#include <QTabWidget>
#include <optional>

#include "ui/jobs/latest_job.h"
#include "ui/pages/plot_page.h"
#include "ui/plots/plot_export.h"
#include "ui/state/app_state.h"
#include "ui/window/banner.h"
#include "ui/window/progress_strip.h"
#include "ui/window/session.h"
#include "ui/window/welcome.h"
#include "ui/window/window_actions.h"

namespace axescope::ui {

enum class ColourScheme { system, light, dark };

class MainWindow : public QMainWindow {
  Q_OBJECT
 public:
  explicit MainWindow(QWidget* parent = nullptr);
  ~MainWindow() override;

  AppState& state() { return state_; }
  const WindowActions& actions() const { return actions_; }
  Banner* banner() { return banner_; }
  QTabWidget* pages() { return pages_; }
  /// The plot of the page shown; null where it has none.
  PlotPage* currentPage() const;

  void open(const QString& path) { state_.open(path); }
  void openTogether(const QStringList& paths) { state_.openTogether(paths); }
  /// Shows in the banner how it went.
  void exportPlotTo(const QString& path, PlotExportOptions options);
  /// Codes and certificates of the point that budgets and datapath show.
  void exportQuantizedTo(const QString& path);

  Session session() const;
  /// Opens the files in the background, then shows the rest. A file that is gone is asked for in the banner.
  void restore(const Session& session);
  /// What was on the screen when the program last ended.
  static QString lastSessionPath();
  void setColourScheme(ColourScheme scheme);

 protected:
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void makeDocks();
  void makeToolBar();
  void makeCentre();
  void addPage(QWidget* page, const QString& title, const char* name);
  void connectFileActions();
  void connectStudyActions();
  void connectViewActions();
  void connectState();
  void fillMenus();

  void chooseFile();
  void chooseExport();
  void chooseQuantized();
  void copyPlot();
  void loadStudy();
  void fillMemoryMenu();
  void saveStudy();
  void showHistory();
  void remember(const QString& path);
  void showRecent();
  void showProgress();
  void offerResume();
  void finishRestoring(const QString& path);
  void askForMissing(const QString& path);
  void applyTheme();
  void sizeDocks();
  void report(const Status& status, const QString& done);

  AppState state_;
  WindowActions actions_;
  QStackedWidget* stack_;  // the first screen, or the pages
  Welcome* welcome_;
  QTabWidget* pages_;
  Banner* banner_;
  ProgressStrip* progress_;
  ColourScheme scheme_ = ColourScheme::system;
  QByteArray defaultLayout_;
  bool shown_ = false;
  std::optional<Session> restoring_;
  QStringList awaited_;  // files of the session on their way
  LatestJob<Result<std::size_t>> missingPoints_;
  LatestJob<Status> writing_;
};

}  // namespace axescope::ui
