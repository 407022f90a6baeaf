// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/window_actions.h"

#include <QMenuBar>

#include "ui/theme/icons.h"

namespace axescope::ui {

namespace {

QString tr(const char* text) {
  return QMainWindow::tr(text);
}

QAction* make(QMainWindow* window, const QString& text, const QKeySequence& keys = {}) {
  auto* action = new QAction(text, window);
  action->setShortcut(keys);
  return action;
}

}  // namespace

WindowActions::WindowActions(QMainWindow* window, QUndoStack* undoStack)
    : open(make(window, tr("&Open…"), QKeySequence::Open)),
      addResults(make(window, tr("&Add results to the plots…"))),
      removeAdded(make(window, tr("Remo&ve added results"))),
      recent(new QMenu(tr("Open &recent"), window)),
      samples(new QMenu(tr("Open sa&mple"), window)),
      openSession(make(window, tr("Open sess&ion…"))),
      saveSession(make(window, tr("&Save session…"), QKeySequence::Save)),
      restoreAtStart(make(window, tr("Restore the last session at s&tart"))),
      exportPlot(make(window, tr("&Export plot…"), Qt::CTRL | Qt::Key_E)),
      copyPlot(make(window, tr("&Copy plot"), Qt::CTRL | Qt::SHIFT | Qt::Key_C)),
      exportResults(make(window, tr("Export all points as &CSV…"))),
      exportQuantized(make(window, tr("Export &quantized model…"))),
      quit(make(window, tr("&Quit"), QKeySequence::Quit)),
      undo(undoStack->createUndoAction(window, tr("&Undo"))),
      redo(undoStack->createRedoAction(window, tr("&Redo"))),
      history(make(window, tr("Study &history"), Qt::CTRL | Qt::Key_H)),
      run(make(window, tr("&Run"), Qt::Key_F5)),
      pause(make(window, tr("&Pause"), Qt::Key_F6)),
      cancel(make(window, tr("&Cancel"), Qt::SHIFT | Qt::Key_F5)),
      resume(make(window, tr("R&esume unfinished points"), Qt::CTRL | Qt::Key_F5)),
      presets(new QMenu(tr("Pre&sets"), window)),
      loadStudy(make(window, tr("&Load study…"), Qt::CTRL | Qt::SHIFT | Qt::Key_O)),
      saveStudy(make(window, tr("S&ave study…"), Qt::CTRL | Qt::SHIFT | Qt::Key_S)),
      memory(new QMenu(tr("&Memory"), window)),
      pages(new QMenu(tr("&Page"), window)),
      view(new QMenu(tr("&View"), window)),
      themes(new QActionGroup(window)),
      followSystem(make(window, tr("Colours of the &system"))),
      light(make(window, tr("&Light"))),
      dark(make(window, tr("&Dark"), Qt::CTRL | Qt::SHIFT | Qt::Key_D)),
      resetLayout(make(window, tr("&Reset layout"))),
      settingsHelp(make(window, tr("&Settings explained"), QKeySequence::HelpContents)),
      shortcuts(make(window, tr("&Keyboard and mouse"), Qt::CTRL | Qt::Key_Slash)),
      about(make(window, tr("&About AxeScope"))),
      aboutQt(make(window, tr("About &Qt"))) {
  undo->setShortcut(QKeySequence::Undo);
  redo->setShortcut(QKeySequence::Redo);
  restoreAtStart->setCheckable(true);
  presets->setToolTipsVisible(true);
  recent->setToolTipsVisible(true);
  for (QAction* action : {followSystem, light, dark}) {
    action->setCheckable(true);
    themes->addAction(action);
  }

  QMenu* file = window->menuBar()->addMenu(tr("&File"));
  file->addActions({open, addResults, removeAdded});
  file->addMenu(recent);
  file->addMenu(samples);
  file->addSeparator();
  file->addActions({openSession, saveSession, restoreAtStart});
  file->addSeparator();
  file->addActions({exportPlot, copyPlot, exportResults, exportQuantized});
  file->addSeparator();
  file->addAction(quit);
  window->menuBar()->addMenu(tr("&Edit"))->addActions({undo, redo, history});
  QMenu* study = window->menuBar()->addMenu(tr("&Study"));
  study->addActions({run, pause, cancel, resume});
  study->addSeparator();
  study->addMenu(presets);
  study->addActions({loadStudy, saveStudy});
  study->addSeparator();
  study->addMenu(memory);
  window->menuBar()->addMenu(pages);
  window->menuBar()->addMenu(view);
  view->addActions({followSystem, light, dark});
  view->addSeparator();
  view->addAction(resetLayout);
  QMenu* help = window->menuBar()->addMenu(tr("&Help"));
  help->addActions({settingsHelp, shortcuts});
  help->addSeparator();
  help->addActions({about, aboutQt});
}

void WindowActions::setTheme(const Theme& theme) const {
  const std::pair<QAction*, const char16_t*> icons[] = {{open, u"open"},
                                                        {saveSession, u"save"},
                                                        {exportPlot, u"export"},
                                                        {copyPlot, u"copy"},
                                                        {undo, u"undo"},
                                                        {redo, u"redo"},
                                                        {pause, u"pause"},
                                                        {cancel, u"cancel"},
                                                        {light, u"light"},
                                                        {dark, u"dark"},
                                                        {settingsHelp, u"help"},
                                                        {resetLayout, u"reset-zoom"},
                                                        {exportQuantized, u"model"},
                                                        {exportResults, u"table"},
                                                        {about, u"info"}};
  for (const auto& [action, name] : icons) action->setIcon(icon(name, theme));
  run->setIcon(icon(u"run", theme.accentText, theme.mutedText));
  recent->setIcon(icon(u"recent", theme));
  presets->setIcon(icon(u"preset", theme));
}

}  // namespace axescope::ui
