// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QSplitter>
#include <QStyle>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/docks/model_dock.h"
#include "ui/docks/study_dock.h"
#include "ui/pages/budgets_page.h"
#include "ui/pages/curves_page.h"
#include "ui/pages/datapath_page.h"
#include "ui/pages/heatmap_page.h"
#include "ui/pages/overview_page.h"
#include "ui/pages/pareto_page.h"
#include "ui/plots/plot_export.h"
#include "ui/theme/style_sheet.h"

namespace axescope::ui {

namespace {

constexpr int mostRecentFiles = 8;

QString clockText(double seconds) {
  const int whole = static_cast<int>(seconds);
  return QStringLiteral("%1:%2").arg(whole / 60).arg(whole % 60, 2, 10, QLatin1Char('0'));
}

}  // namespace

MainWindow::MainWindow(QWidget* parent) : QMainWindow(parent) {
  setWindowTitle(tr("AxeScope"));
  setAcceptDrops(true);
  resize(1440, 900);
  makeActions();
  makeToolBar();
  makeCentre();
  addDockWidget(Qt::LeftDockWidgetArea, new ModelDock(&state_, this));
  addDockWidget(Qt::RightDockWidgetArea, new StudyDock(&state_, this));
  resizeDocks(findChildren<QDockWidget*>(), {260, 300}, Qt::Horizontal);
  defaultLayout_ = saveState();

  connect(&state_, &AppState::opened, this, &MainWindow::remember);
  connect(&state_, &AppState::failed, this, [this](const QString& line) { showBanner(line, true); });
  connect(&state_, &AppState::themeChanged, this, &MainWindow::applyTheme);
  connect(&state_, &AppState::modelChanged, this, &MainWindow::showProgress);
  SweepJob& sweep = state_.sweep();
  connect(&sweep, &SweepJob::started, this, &MainWindow::showProgress);
  connect(&sweep, &SweepJob::progressChanged, this, &MainWindow::showProgress);
  connect(&sweep, &SweepJob::pausedChanged, this, &MainWindow::showProgress);
  connect(&sweep, &SweepJob::finished, this, [this](const std::optional<Error>& error) {
    showProgress();
    if (error && error->code != ErrorCode::cancelled) {
      showBanner(QString::fromStdString(error->line()), true);
    } else if (!state_.resultsPath().isEmpty()) {
      showBanner(tr("Results are in %1").arg(state_.resultsPath()), false);
    }
  });
  const bool dark = QApplication::palette().color(QPalette::Window).lightnessF() < 0.5;
  state_.setTheme(dark ? Theme::darkTheme() : Theme::light());
  showProgress();
}

void MainWindow::makeActions() {
  const auto make = [this](const QString& text, const QKeySequence& keys, auto&& slot) {
    auto* action = new QAction(text, this);
    action->setShortcut(keys);
    connect(action, &QAction::triggered, this, slot);
    return action;
  };
  openAction_ = make(tr("&Open…"), QKeySequence::Open, [this] { chooseFile(); });
  runAction_ = make(tr("&Run"), QKeySequence(Qt::Key_F5), [this] { state_.runStudy(state_.newResultsPath(), false); });
  pauseAction_ =
      make(tr("&Pause"), QKeySequence(Qt::Key_F6), [this] { state_.sweep().setPaused(!state_.sweep().paused()); });
  cancelAction_ = make(tr("&Cancel"), QKeySequence(Qt::SHIFT | Qt::Key_F5), [this] { state_.sweep().cancel(); });
  exportAction_ = make(tr("&Export plot…"), QKeySequence(Qt::CTRL | Qt::Key_E), [this] { chooseExport(); });
  auto* quit = make(tr("&Quit"), QKeySequence::Quit, [this] { close(); });
  auto* undo = state_.edits().undoStack()->createUndoAction(this, tr("&Undo"));
  undo->setShortcut(QKeySequence::Undo);
  auto* redo = state_.edits().undoStack()->createRedoAction(this, tr("&Redo"));
  redo->setShortcut(QKeySequence::Redo);
  auto* dark = make(tr("&Dark"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D),
                    [this] { state_.setTheme(state_.theme().dark ? Theme::light() : Theme::darkTheme()); });
  auto* reset = make(tr("&Reset layout"), QKeySequence(), [this] { resetLayout(); });

  QMenu* file = menuBar()->addMenu(tr("&File"));
  file->addAction(openAction_);
  recentMenu_ = file->addMenu(tr("Open &recent"));
  file->addSeparator();
  file->addAction(exportAction_);
  file->addSeparator();
  file->addAction(quit);
  QMenu* edit = menuBar()->addMenu(tr("&Edit"));
  edit->addActions({undo, redo});
  QMenu* study = menuBar()->addMenu(tr("&Study"));
  study->addActions({runAction_, pauseAction_, cancelAction_});
  QMenu* view = menuBar()->addMenu(tr("&View"));
  view->addActions({dark, reset});
  QMenu* help = menuBar()->addMenu(tr("&Help"));
  help->addAction(tr("About &Qt"), qApp, &QApplication::aboutQt);
  showRecent();
}

void MainWindow::makeToolBar() {
  auto* bar = addToolBar(tr("Main"));
  bar->setObjectName(QStringLiteral("mainToolBar"));
  bar->setMovable(false);
  const auto add = [&](QAction* action, const QString& text, const char* objectName = "") {
    auto* button = new QToolButton;
    button->setDefaultAction(action);
    button->setText(text);
    button->setToolButtonStyle(Qt::ToolButtonTextOnly);
    button->setObjectName(QString::fromLatin1(objectName));
    connect(action, &QAction::changed, button, [button, text] { button->setText(text); });
    bar->addWidget(button);
    return button;
  };
  add(openAction_, tr("Open"));
  auto* recent = new QToolButton;
  recent->setText(tr("Recent ▾"));
  recent->setPopupMode(QToolButton::InstantPopup);
  recent->setMenu(recentMenu_);
  bar->addWidget(recent);
  add(runAction_, tr("▶ Run"), "primary");
  add(pauseAction_, tr("Pause"));
  add(cancelAction_, tr("Cancel"));
  add(exportAction_, tr("Export"));
  auto* spacer = new QWidget;
  spacer->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  bar->addWidget(spacer);
  progressText_ = new QLabel;
  remainingText_ = new QLabel;
  progressBar_ = new QProgressBar;
  progressBar_->setTextVisible(false);
  progressBar_->setFixedWidth(180);
  progressBar_->setAccessibleName(tr("Progress of the sweep"));
  for (QLabel* label : {progressText_, remainingText_}) {
    label->setProperty("muted", true);
    label->setContentsMargins(8, 0, 8, 0);
  }
  bar->addWidget(progressText_);
  bar->addWidget(progressBar_);
  bar->addWidget(remainingText_);
}

void MainWindow::makeCentre() {
  banner_ = new QFrame;
  banner_->setObjectName(QStringLiteral("banner"));
  bannerText_ = new QLabel;
  bannerText_->setWordWrap(true);
  bannerText_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  auto* dismiss = new QPushButton(tr("Dismiss"));
  connect(dismiss, &QPushButton::clicked, banner_, &QWidget::hide);
  auto* bannerLayout = new QHBoxLayout(banner_);
  bannerLayout->addWidget(bannerText_, 1);
  bannerLayout->addWidget(dismiss);
  banner_->hide();

  pages_ = new QTabWidget;
  pages_->setDocumentMode(true);
  pages_->addTab(new OverviewPage(&state_), tr("Overview"));
  pages_->addTab(new CurvesPage(&state_), tr("Curves"));
  pages_->addTab(new HeatmapPage(&state_), tr("Heatmap"));
  pages_->addTab(new ParetoPage(&state_), tr("Pareto"));
  pages_->setCurrentIndex(pages_->count() - 1);
  pages_->addTab(new BudgetsPage(&state_), tr("Budgets"));
  pages_->addTab(new DatapathPage(&state_), tr("Datapath"));

  auto* splitter = new QSplitter(Qt::Vertical);
  splitter->addWidget(pages_);
  splitter->addWidget(makePointsTable());
  splitter->setStretchFactor(0, 3);
  splitter->setStretchFactor(1, 1);
  splitter->setSizes({560, 240});
  splitter->setCollapsible(0, false);

  auto* centre = new QWidget;
  auto* layout = new QVBoxLayout(centre);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(banner_);
  layout->addWidget(splitter, 1);
  setCentralWidget(centre);
}

QWidget* MainWindow::makePointsTable() {
  sorted_ = new QSortFilterProxyModel(this);
  sorted_->setSourceModel(&state_.points());
  sorted_->setSortRole(PointsModel::sortRole);
  table_ = new QTableView;
  table_->setModel(sorted_);
  table_->setSortingEnabled(true);
  table_->sortByColumn(-1, Qt::AscendingOrder);
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setShowGrid(false);
  table_->setAccessibleName(tr("Points"));
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(26);
  table_->horizontalHeader()->setHighlightSections(false);
  table_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  // What a point is and what it scored; the other settings are in the tooltip and the exports.
  constexpr std::string_view shown[] = {
      "algorithm", "constraint", "weight_bits", "activation_bits", "inner_bits", "outer_bits_used", "tile",
      "accuracy",  "error",      "sqnr_db",     "overflow_rate",   "guaranteed", "max_budget_use",  "failure"};
  for (int column = 0; column < state_.points().columnCount(); ++column) {
    const auto name = resultColumns()[static_cast<std::size_t>(column)].name;
    table_->setColumnHidden(column, std::find(std::begin(shown), std::end(shown), name) == std::end(shown));
    table_->setColumnWidth(column, 118);
  }
  connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
    QList<int> rows;
    for (const QModelIndex& index : table_->selectionModel()->selectedRows()) {
      rows << sorted_->mapToSource(index).row();
    }
    state_.selection().setPoints(rows);
  });
  connect(&state_.selection(), &Selection::pointsChanged, this, [this] {
    QItemSelection wanted;
    for (const int row : state_.selection().points()) {
      const QModelIndex index = sorted_->mapFromSource(state_.points().index(row, 0));
      wanted.select(index, index);
    }
    const QSignalBlocker blocker(table_->selectionModel());
    table_->selectionModel()->select(wanted, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    if (!wanted.isEmpty()) table_->scrollTo(wanted.indexes().first());
    table_->viewport()->update();
  });
  pointsHeading_ = new QLabel;
  pointsHeading_->setProperty("heading", true);
  pointsHeading_->setContentsMargins(14, 8, 14, 4);
  connect(&state_.points(), &PointsModel::pointsChanged, this,
          [this] { pointsHeading_->setText(tr("Points  %L1").arg(state_.points().rowCount())); });
  pointsHeading_->setText(tr("Points"));
  auto* widget = new QWidget;
  auto* layout = new QVBoxLayout(widget);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(pointsHeading_);
  layout->addWidget(table_, 1);
  return widget;
}

PlotPage* MainWindow::currentPage() const {
  return qobject_cast<PlotPage*>(pages_->currentWidget());
}

void MainWindow::chooseFile() {
  const QString path = QFileDialog::getOpenFileName(this, tr("Open a dump or results"), {},
                                                    tr("HDF5 files (*.h5 *.hdf5);;All files (*)"));
  if (!path.isEmpty()) open(path);
}

void MainWindow::chooseExport() {
  const QString path =
      QFileDialog::getSaveFileName(this, tr("Export the plot"), currentPage()->fileName() + QStringLiteral(".svg"),
                                   tr("SVG (*.svg);;PDF (*.pdf);;PNG (*.png);;CSV (*.csv);;JSON (*.json)"));
  if (path.isEmpty()) return;
  PlotExportOptions options;
  options.provenance = QString::fromStdString(state_.provenance().toJson());
  const Status status = exportPlot(*currentPage()->plot(), path, state_.theme(), options);
  showBanner(status ? tr("Exported %1").arg(path) : QString::fromStdString(status.error().line()), !status);
}

void MainWindow::remember(const QString& path) {
  banner_->hide();
  setWindowTitle(tr("%1 — AxeScope").arg(QFileInfo(path).fileName()));
  QSettings settings;
  QStringList recent = settings.value(QStringLiteral("recentFiles")).toStringList();
  const QString absolute = QFileInfo(path).absoluteFilePath();
  recent.removeAll(absolute);
  recent.prepend(absolute);
  settings.setValue(QStringLiteral("recentFiles"), recent.mid(0, mostRecentFiles));
  showRecent();
}

void MainWindow::showRecent() {
  recentMenu_->clear();
  const QStringList recent = QSettings().value(QStringLiteral("recentFiles")).toStringList();
  for (const QString& path : recent) {
    recentMenu_->addAction(QFileInfo(path).fileName(), this, [this, path] { open(path); })->setToolTip(path);
  }
  recentMenu_->setEnabled(!recent.isEmpty());
}

void MainWindow::showProgress() {
  const SweepJob& sweep = state_.sweep();
  const bool running = sweep.running();
  runAction_->setEnabled(!running && state_.model() != nullptr);
  pauseAction_->setEnabled(running);
  pauseAction_->setText(sweep.paused() ? tr("&Resume") : tr("&Pause"));
  cancelAction_->setEnabled(running);
  const SweepProgress progress = sweep.progress();
  const bool known = progress.total > 0;
  progressBar_->setVisible(known);
  progressBar_->setRange(0, std::max(1, progress.total));
  progressBar_->setValue(progress.done);
  progressText_->setText(known ? tr("%L1 of %L2 points").arg(progress.done).arg(progress.total) : QString());
  QString text;
  if (known && running) {
    text = tr("%1 % · %2 spent").arg(100 * progress.done / progress.total).arg(clockText(progress.secondsSpent));
    if (progress.secondsLeft) text += tr(" · %1 left").arg(clockText(*progress.secondsLeft));
    if (sweep.paused()) text = tr("paused");
  }
  remainingText_->setText(text);
}

void MainWindow::showBanner(const QString& text, bool error) {
  bannerText_->setText(text);
  banner_->setProperty("kind", error ? QStringLiteral("error") : QStringLiteral("note"));
  banner_->style()->unpolish(banner_);
  banner_->style()->polish(banner_);
  banner_->show();
}

void MainWindow::applyTheme() {
  qApp->setPalette(state_.theme().palette());
  setStyleSheet(ui::styleSheet(state_.theme()));
}

void MainWindow::resetLayout() {
  restoreState(defaultLayout_);
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (state_.sweep().running()) {
    const auto answer = QMessageBox::question(this, tr("A sweep is running"),
                                              tr("Stop the sweep and close? Finished points are kept."));
    if (answer != QMessageBox::Yes) {
      event->ignore();
      return;
    }
    state_.sweep().cancel();
  }
  event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  for (const QUrl& url : event->mimeData()->urls()) {
    if (url.isLocalFile()) open(url.toLocalFile());
  }
}

}  // namespace axescope::ui
