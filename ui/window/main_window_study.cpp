// SPDX-License-Identifier: GPL-3.0-or-later
// The main window's study, view and help actions.
#include <QActionGroup>
#include <QApplication>
#include <QDialog>
#include <QDockWidget>
#include <QFile>
#include <QFileDialog>
#include <QLocale>
#include <QMenu>
#include <QSettings>
#include <QUndoView>
#include <QVBoxLayout>

#include "core/study/memory_plan.h"
#include "ui/dialogs/about_dialog.h"
#include "ui/dialogs/allocate_dialog.h"
#include "ui/dialogs/settings_help_dialog.h"
#include "ui/dialogs/shortcuts_dialog.h"
#include "ui/docks/model_dock.h"
#include "ui/docks/study_dock.h"
#include "ui/state/study_presets.h"
#include "ui/state/whole_file.h"
#include "ui/window/main_window.h"

namespace axescope::ui {

void MainWindow::connectStudyActions() {
  connect(actions_.run, &QAction::triggered, this, [this] { state_.runStudy(state_.newResultsPath(), false); });
  connect(actions_.pause, &QAction::triggered, this, [this] { state_.sweep().setPaused(!state_.sweep().paused()); });
  connect(actions_.cancel, &QAction::triggered, this, [this] { state_.sweep().cancel(); });
  connect(actions_.resume, &QAction::triggered, this, [this] {
    if (state_.canResume()) state_.resume();
  });
  connect(actions_.loadStudy, &QAction::triggered, this, &MainWindow::loadStudy);
  connect(actions_.saveStudy, &QAction::triggered, this, &MainWindow::saveStudy);
  connect(actions_.history, &QAction::triggered, this, &MainWindow::showHistory);
  connect(actions_.allocate, &QAction::triggered, this, &MainWindow::showAllocation);
  fillMemoryMenu();
  for (const StudyPreset& preset : studyPresets()) {
    QAction* action = actions_.presets->addAction(preset.title, this, [this, preset] {
      const auto study = loadPreset(preset);
      if (study) state_.edits().replace(*study, preset.title);
      if (!study) report(fail(study.error()), {});
    });
    action->setToolTip(preset.description);
    action->setStatusTip(preset.description);
  }
}

// Doubling steps below the whole machine; the choice is of the machine, not of the session.
void MainWindow::fillMemoryMenu() {
  constexpr std::int64_t gibibyte = std::int64_t{1} << 30;
  auto* choices = new QActionGroup(this);
  const std::int64_t wanted = QSettings().value(QStringLiteral("memory"), 0).toLongLong();
  const auto add = [&](std::int64_t bytes, const QString& text) {
    QAction* action = actions_.memory->addAction(text, this, [this, bytes] {
      state_.setMemory(bytes);
      QSettings().setValue(QStringLiteral("memory"), qlonglong{bytes});
    });
    action->setCheckable(true);
    choices->addAction(action);
    if (bytes == 0 || bytes == wanted) {
      action->setChecked(true);
      state_.setMemory(bytes);
    }
  };
  add(0, tr("&Half of the machine's, %1")
             .arg(QLocale().formattedDataSize(defaultMemory(), 0, QLocale::DataSizeTraditionalFormat)));
  for (std::int64_t bytes = gibibyte; bytes < 2 * defaultMemory(); bytes *= 2) {
    add(bytes, tr("At most %1").arg(QLocale().formattedDataSize(bytes, 0, QLocale::DataSizeTraditionalFormat)));
  }
  actions_.memory->setToolTip(tr("What a sweep may keep and share; a point that needs more is refused."));
}

void MainWindow::loadStudy() {
  const QString path = QFileDialog::getOpenFileName(this, tr("Load a study"), {}, tr("Studies (*.json)"));
  if (path.isEmpty()) return;
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly)) {
    report(fail(ErrorCode::notFound, path.toStdString(), {}, "a study file", file.errorString().toStdString()), {});
    return;
  }
  const auto study = Study::fromJson(file.readAll().toStdString(), path.toStdString());
  if (study) state_.edits().replace(*study, QFileInfo(path).fileName());
  report(study ? Status{} : Status(fail(study.error())), tr("Loaded %1").arg(path));
}

void MainWindow::saveStudy() {
  const QString path =
      QFileDialog::getSaveFileName(this, tr("Save the study"), QStringLiteral("study.json"), tr("Studies (*.json)"));
  if (path.isEmpty()) return;
  const QByteArray content = QByteArray::fromStdString(state_.edits().study().toJson()) + '\n';
  report(writeWholeFile(path, content), tr("Saved %1").arg(path));
}

void MainWindow::showHistory() {
  auto* dialog = new QDialog(this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(tr("Study history"));
  auto* list = new QUndoView(state_.edits().undoStack());
  list->setEmptyLabel(tr("The study it started with"));
  list->setAccessibleName(tr("Changes of the study"));
  auto* layout = new QVBoxLayout(dialog);
  layout->addWidget(list);
  dialog->resize(360, 420);
  dialog->show();
}

void MainWindow::showAllocation() {
  auto* dialog = new AllocateDialog(&state_, this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &AllocateDialog::allocated, this, [this](int points) {
    report({}, points == 1 ? tr("The study is one allocation of widths to layers")
                           : tr("The study is %1 allocations of widths to layers").arg(points));
  });
  dialog->open();
}

void MainWindow::connectViewActions() {
  const auto choose = [this](ColourScheme scheme) {
    QSettings().setValue(QStringLiteral("colourScheme"), static_cast<int>(scheme));
    setColourScheme(scheme);
  };
  connect(actions_.followSystem, &QAction::triggered, this, [choose] { choose(ColourScheme::system); });
  connect(actions_.light, &QAction::triggered, this, [choose] { choose(ColourScheme::light); });
  // The shortcut goes back and forth.
  connect(actions_.dark, &QAction::triggered, this,
          [this, choose] { choose(state_.theme().dark ? ColourScheme::light : ColourScheme::dark); });
  for (QDockWidget* dock :
       {static_cast<QDockWidget*>(findChild<ModelDock*>()), static_cast<QDockWidget*>(findChild<StudyDock*>())}) {
    actions_.view->addAction(dock->toggleViewAction());
  }
  connect(actions_.resetLayout, &QAction::triggered, this, [this] {
    restoreState(defaultLayout_);
    sizeDocks();
  });
  connect(actions_.settingsHelp, &QAction::triggered, this, [this] { SettingsHelpDialog(this).exec(); });
  connect(actions_.shortcuts, &QAction::triggered, this,
          [this] { ShortcutsDialog(this, PlotView::gestures()).exec(); });
  connect(actions_.about, &QAction::triggered, this, [this] { AboutDialog(this).exec(); });
  connect(actions_.aboutQt, &QAction::triggered, this, [] { QApplication::aboutQt(); });
}

}  // namespace axescope::ui
