// SPDX-License-Identifier: GPL-3.0-or-later
// The main window's files: opening, exports, sessions.
#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QSettings>
#include <QStandardPaths>

#include "core/dump/quantized_file.h"
#include "core/study/results_file.h"
#include "ui/dialogs/export_dialog.h"
#include "ui/state/sample_files.h"
#include "ui/state/whole_file.h"
#include "ui/window/main_window.h"

namespace axescope::ui {

namespace {

constexpr int mostRecentFiles = 10;

}  // namespace

void MainWindow::connectFileActions() {
  connect(actions_.open, &QAction::triggered, this, &MainWindow::chooseFile);
  connect(welcome_, &Welcome::chooseFileRequested, this, &MainWindow::chooseFile);
  connect(welcome_, &Welcome::openRequested, this, &MainWindow::open);
  connect(welcome_, &Welcome::filesDropped, this, &MainWindow::openTogether);
  connect(actions_.addResults, &QAction::triggered, this, [this] {
    state_.addResults(QFileDialog::getOpenFileNames(this, tr("Add results to the plots"), {},
                                                    tr("HDF5 files (*.h5 *.hdf5);;All files (*)")));
  });
  connect(actions_.removeAdded, &QAction::triggered, &state_, &AppState::removeAdded);
  const auto showAdded = [this] { actions_.removeAdded->setEnabled(!state_.added().empty()); };
  connect(&state_, &AppState::addedChanged, this, showAdded);
  showAdded();
  connect(actions_.exportPlot, &QAction::triggered, this, &MainWindow::chooseExport);
  connect(actions_.copyPlot, &QAction::triggered, this, &MainWindow::copyPlot);
  connect(actions_.exportQuantized, &QAction::triggered, this, &MainWindow::chooseQuantized);
  connect(actions_.exportResults, &QAction::triggered, this, [this] {
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Export all points"), QStringLiteral("points.csv"), tr("CSV (*.csv)"));
    if (path.isEmpty()) return;
    const std::string csv = resultsCsv(state_.provenance(), state_.points().points());
    report(writeWholeFile(path, QByteArray::fromStdString(csv)), tr("Exported %1").arg(path));
  });
  connect(actions_.openSession, &QAction::triggered, this, [this] {
    const QString path = QFileDialog::getOpenFileName(this, tr("Open a session"), {}, tr("Sessions (*.axescope)"));
    if (path.isEmpty()) return;
    const auto session = loadSession(path);
    if (session) restore(*session);
    if (!session) report(fail(session.error()), {});
  });
  connect(actions_.saveSession, &QAction::triggered, this, [this] {
    const QString path = QFileDialog::getSaveFileName(this, tr("Save the session"), QStringLiteral("study.axescope"),
                                                      tr("Sessions (*.axescope)"));
    if (!path.isEmpty()) report(saveSession(session(), path), tr("Saved %1").arg(path));
  });
  connect(actions_.restoreAtStart, &QAction::toggled, this,
          [](bool on) { QSettings().setValue(QStringLiteral("restoreAtStart"), on); });
  connect(actions_.quit, &QAction::triggered, this, &QWidget::close);
}

void MainWindow::fillMenus() {
  for (const SampleFile& sample : sampleFiles()) {
    actions_.samples->addAction(sample.title, this, [this, path = sample.path] { open(path); })
        ->setToolTip(sample.description);
  }
  actions_.samples->setEnabled(!actions_.samples->isEmpty());
  showRecent();
}

void MainWindow::remember(const QString& path) {
  stack_->setCurrentIndex(1);
  const bool isAdded = state_.isAdded(path);
  if (!isAdded) setWindowTitle(tr("%1 — AxeScope").arg(QFileInfo(path).fileName()));
  QSettings settings;
  QStringList recent = settings.value(QStringLiteral("recentFiles")).toStringList();
  const QString absolute = QFileInfo(path).absoluteFilePath();
  recent.removeAll(absolute);
  recent.prepend(absolute);
  settings.setValue(QStringLiteral("recentFiles"), recent.mid(0, mostRecentFiles));
  showRecent();
  showProgress();
  if (!restoring_) {
    const bool results = !state_.points().points().empty() && path == state_.resultsPath();
    for (int i = 0; results && i < pages_->count(); ++i) {
      if (pages_->widget(i)->objectName() == QStringLiteral("pareto")) pages_->setCurrentIndex(i);
    }
  }
  if (isAdded) {
    banner_->showText(tr("The curves and the Pareto plot show %1 too.").arg(QFileInfo(path).fileName()),
                      Banner::Kind::note);
  }
  offerResume();
}

void MainWindow::showRecent() {
  actions_.recent->clear();
  QStringList present;
  for (const QString& path : QSettings().value(QStringLiteral("recentFiles")).toStringList()) {
    if (!QFileInfo::exists(path)) continue;
    present << path;
    actions_.recent->addAction(QFileInfo(path).fileName(), this, [this, path] { open(path); })->setToolTip(path);
  }
  actions_.recent->setEnabled(!present.isEmpty());
  welcome_->setRecent(present);
}

void MainWindow::report(const Status& status, const QString& done) {
  banner_->showText(status ? done : QString::fromStdString(status.error().line()),
                    status ? Banner::Kind::note : Banner::Kind::error);
}

void MainWindow::chooseFile() {
  const QStringList paths = QFileDialog::getOpenFileNames(this, tr("Open dumps, results or quantized files"), {},
                                                          tr("HDF5 files (*.h5 *.hdf5);;All files (*)"));
  openTogether(paths);
}

void MainWindow::chooseExport() {
  if (currentPage() == nullptr) {
    banner_->showText(tr("This page has no plot; choose another one or export its table."), Banner::Kind::note);
    return;
  }
  ExportDialog dialog(this);
  if (dialog.exec() != QDialog::Accepted) return;
  const QString suggested = currentPage()->fileName() + QLatin1Char('.') + dialog.ending();
  QString path =
      QFileDialog::getSaveFileName(this, tr("Export the plot"), suggested, QStringLiteral("*.%1").arg(dialog.ending()));
  if (path.isEmpty()) return;
  if (QFileInfo(path).suffix().isEmpty()) path += QLatin1Char('.') + dialog.ending();
  exportPlotTo(path, dialog.options());
}

void MainWindow::exportPlotTo(const QString& path, PlotExportOptions options) {
  PlotPage* page = currentPage();
  if (page == nullptr) return;
  options.provenance = page->provenance();
  report(exportPlot(*page->plot(), path, state_.theme(), options), tr("Exported %1").arg(path));
}

void MainWindow::copyPlot() {
  PlotPage* page = currentPage();
  if (page == nullptr) return;
  PlotExportOptions options;
  options.provenance = page->provenance();
  QApplication::clipboard()->setMimeData(plotMimeData(*page->plot(), state_.theme(), options).release());
  banner_->showText(tr("Copied the plot."), Banner::Kind::note);
}

void MainWindow::chooseQuantized() {
  const QString path = QFileDialog::getSaveFileName(this, tr("Export the quantized model"),
                                                    QStringLiteral("quantized.h5"), tr("HDF5 files (*.h5)"));
  if (!path.isEmpty()) exportQuantizedTo(path);
}

void MainWindow::exportQuantizedTo(const QString& path) {
  const auto inspection = state_.inspection().current();
  if (!inspection) return;
  writing_.start(
      [inspection, path](const std::stop_token&) { return writeQuantizedFile(path.toStdString(), inspection->file()); },
      [this, path](const Status& status) { report(status, tr("Exported %1").arg(path)); });
}

QString MainWindow::lastSessionPath() {
  return QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation) +
         QStringLiteral("/last-session.axescope");
}

Session MainWindow::session() const {
  Session session;
  for (const OpenModel& model : state_.models()) session.models << QFileInfo(model.path).absoluteFilePath();
  session.currentModel = state_.currentModel();
  if (!state_.resultsPath().isEmpty()) session.results = QFileInfo(state_.resultsPath()).absoluteFilePath();
  for (const AddedResults& one : state_.added()) session.added << QFileInfo(one.path).absoluteFilePath();
  session.study = QString::fromStdString(state_.edits().study().toJson());
  session.page = pages_->currentWidget()->objectName();
  session.layer = state_.selection().layer();
  session.channel = state_.selection().channel();
  session.points = state_.selection().points();
  session.geometry = saveGeometry();
  session.layout = saveState();
  session.seal = sealOf(session);
  return session;
}

void MainWindow::restore(const Session& session) {
  if (session.seal == sealOf(session)) {
    restoreGeometry(session.geometry);
    restoreState(session.layout);
  }
  restoring_ = session;
  awaited_.clear();
  QStringList files = session.models;
  if (!session.results.isEmpty()) files << session.results;  // last, so that it stays what is shown
  QStringList missing;
  for (const QString& file : files) (QFileInfo::exists(file) ? awaited_ : missing) << file;
  if (awaited_.isEmpty()) {
    finishRestoring({});
  } else {
    const QStringList present = awaited_;
    for (const QString& file : present) open(file);
  }
  if (!missing.isEmpty()) askForMissing(missing.first());
}

void MainWindow::askForMissing(const QString& path) {
  banner_->offer(tr("%1 of the session is gone.").arg(path), Banner::Kind::error, tr("Find it…"), [this, path] {
    const QString found = QFileDialog::getOpenFileName(this, tr("Where is %1?").arg(QFileInfo(path).fileName()), {},
                                                       tr("HDF5 files (*.h5 *.hdf5);;All files (*)"));
    if (!found.isEmpty()) open(found);
  });
}

void MainWindow::finishRestoring(const QString& path) {
  awaited_.removeOne(path);
  if (!restoring_ || !awaited_.isEmpty()) return;
  const Session session = *std::exchange(restoring_, std::nullopt);
  state_.setCurrentModel(session.currentModel);
  if (const auto study = Study::fromJson(session.study.toStdString(), "session")) {
    state_.edits().replace(*study, tr("Study of the session"));
  }
  for (int i = 0; i < pages_->count(); ++i) {
    if (pages_->widget(i)->objectName() == session.page) pages_->setCurrentIndex(i);
  }
  QList<int> points;
  for (const int row : session.points) {
    if (row >= 0 && row < state_.points().rowCount()) points << row;
  }
  state_.selection().setPoints(points);
  state_.selection().setLayer(session.layer);
  state_.selection().setChannel(session.channel);
  QStringList present;
  for (const QString& added : session.added) {
    if (QFileInfo::exists(added)) present << added;
  }
  state_.addResults(present);
}

}  // namespace axescope::ui
