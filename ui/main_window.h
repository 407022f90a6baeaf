// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QFrame>
#include <QLabel>
#include <QMainWindow>
#include <QProgressBar>
#include <QTabWidget>

#include "ui/pages/plot_page.h"
#include "ui/state/app_state.h"

namespace axescope::ui {

class MainWindow : public QMainWindow {
  Q_OBJECT
 public:
  explicit MainWindow(QWidget* parent = nullptr);

  AppState& state() { return state_; }
  void open(const QString& path) { state_.open(path); }

 protected:
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void makeActions();
  void makeToolBar();
  void makeCentre();
  PlotPage* currentPage() const;
  void chooseFile();
  void chooseExport();
  void remember(const QString& path);
  void showRecent();
  void showProgress();
  void showBanner(const QString& text, bool error);
  void applyTheme();
  void resetLayout();

  AppState state_;
  QAction* openAction_;
  QAction* runAction_;
  QAction* pauseAction_;
  QAction* cancelAction_;
  QAction* exportAction_;
  QMenu* recentMenu_;
  QTabWidget* pages_;
  QLabel* progressText_;
  QLabel* remainingText_;
  QProgressBar* progressBar_;
  QFrame* banner_;
  QLabel* bannerText_;
  QByteArray defaultLayout_;
};

}  // namespace axescope::ui
