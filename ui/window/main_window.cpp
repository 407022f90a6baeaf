// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDialog>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QMessageBox>
#include <QScreen>
#include <QSettings>
#include <QSplitter>
#include <QToolBar>
#include <QToolButton>
#include <QToolTip>
#include <QVBoxLayout>

#include "ui/docks/model_dock.h"
#include "ui/docks/study_dock.h"
#include "ui/pages/bounds_page.h"
#include "ui/pages/budgets_page.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/costs_page.h"
#include "ui/pages/curves_page.h"
#include "ui/pages/datapath_page.h"
#include "ui/pages/heatmap_page.h"
#include "ui/pages/overview_page.h"
#include "ui/pages/pareto_page.h"
#include "ui/pages/points_table.h"
#include "ui/pages/table_page.h"
#include "ui/theme/style_sheet.h"
#include "ui/window/dropped_files.h"

namespace axescope::ui {

namespace {

constexpr int modelDockWidth = 260;
constexpr int studyDockWidth = 310;

}  // namespace

MainWindow::MainWindow(QWidget* parent)
    : QMainWindow(parent),
      actions_(this, state_.edits().undoStack()),
      stack_(new QStackedWidget),
      welcome_(new Welcome),
      pages_(new QTabWidget),
      banner_(new Banner),
      progress_(new ProgressStrip) {
  setWindowTitle(tr("AxeScope"));
  setAcceptDrops(true);
  setDockOptions(AnimatedDocks | AllowTabbedDocks | AllowNestedDocks);
  constexpr int titleBar = 40;
  resize(QSize(1440, 900).boundedTo(screen()->availableSize() - QSize(0, titleBar)));
  makeToolBar();
  makeCentre();
  makeDocks();
  fillMenus();
  connectFileActions();
  connectStudyActions();
  connectViewActions();
  connectState();
  defaultLayout_ = saveState();
  const QSettings settings;
  actions_.restoreAtStart->setChecked(settings.value(QStringLiteral("restoreAtStart"), true).toBool());
  setColourScheme(static_cast<ColourScheme>(settings.value(QStringLiteral("colourScheme"), 0).toInt()));
  showProgress();
}

// The jobs' answers would find a window half taken down.
MainWindow::~MainWindow() {
  state_.sweep().disconnect(this);
  state_.inspection().disconnect();
  state_.disconnect(this);
  // Widgets ask the state as long as they are there, also when they are hidden or laid out for the last time; left to
  // QMainWindow, they would go after it.
  hide();
  qDeleteAll(findChildren<QDialog*>(Qt::FindDirectChildrenOnly));
  qDeleteAll(findChildren<QDockWidget*>(Qt::FindDirectChildrenOnly));
  delete takeCentralWidget();
}

void MainWindow::makeDocks() {
  addDockWidget(Qt::LeftDockWidgetArea, new ModelDock(&state_, this));
  addDockWidget(Qt::RightDockWidgetArea, new StudyDock(&state_, this));
}

void MainWindow::makeToolBar() {
  auto* bar = addToolBar(tr("Main"));
  bar->setObjectName(QStringLiteral("mainToolBar"));
  bar->setMovable(false);
  bar->setIconSize({18, 18});
  const auto add = [&](QToolButton* button, const QString& text, const char* name) {
    button->setText(text);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setObjectName(QString::fromLatin1(name));
    bar->addWidget(button);
  };
  // Texts in the tool bar are shorter than in the menus, whatever happens to the action.
  const auto addAction = [&](QAction* action, const QString& text, const char* name) {
    auto* button = new QToolButton;
    button->setDefaultAction(action);
    add(button, text, name);
    connect(action, &QAction::changed, button, [this, action, button, text] {
      button->setText(action == actions_.pause && state_.sweep().paused() ? tr("Resume") : text);
    });
    return button;
  };
  const auto addMenu = [&](QMenu* menu, const QString& text, const char* name) {
    auto* button = new QToolButton;
    button->setPopupMode(QToolButton::InstantPopup);
    button->setMenu(menu);
    add(button, text, name);
    return button;
  };
  addAction(actions_.open, tr("Open"), "openButton");
  addMenu(actions_.recent, tr("Recent ▾"), "recentButton");
  addMenu(actions_.presets, tr("Preset ▾"), "presetButton");
  addAction(actions_.run, tr("Run"), "primary");
  addAction(actions_.pause, tr("Pause"), "pauseButton");
  addAction(actions_.cancel, tr("Cancel"), "cancelButton");
  auto* exports = new QMenu(this);
  exports->addActions({actions_.exportPlot, actions_.copyPlot, actions_.exportResults, actions_.exportQuantized});
  addMenu(exports, tr("Export ▾"), "exportButton");
  auto* spacer = new QWidget;
  spacer->setObjectName(QStringLiteral("plain"));
  spacer->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  bar->addWidget(spacer);
  bar->addWidget(progress_);
}

void MainWindow::addPage(QWidget* page, const QString& title, const char* name) {
  page->setObjectName(QString::fromLatin1(name));
  const int index = pages_->addTab(page, title);
  QAction* action = actions_.pages->addAction(title, this, [this, index] { pages_->setCurrentIndex(index); });
  constexpr int digits = 10;
  action->setShortcut(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_0 + (index + 1) % digits));
  if (auto* plotPage = qobject_cast<PlotPage*>(page)) {
    connect(plotPage->view(), &PlotView::copyRequested, this, &MainWindow::copyPlot);
  }
}

void MainWindow::makeCentre() {
  pages_->setDocumentMode(true);
  const auto showMessage = [this](const QString& text, bool error) {
    banner_->showText(text, error ? Banner::Kind::error : Banner::Kind::note);
  };
  addPage(new OverviewPage(&state_), tr("Overview"), "overview");
  addPage(new CurvesPage(&state_), tr("Curves"), "curves");
  addPage(new HeatmapPage(&state_), tr("Heatmap"), "heatmap");
  addPage(new ParetoPage(&state_), tr("Pareto"), "pareto");
  addPage(new BudgetsPage(&state_), tr("Budgets"), "budgets");
  addPage(new DatapathPage(&state_), tr("Datapath"), "datapath");
  addPage(new BoundsPage(&state_), tr("Bounds"), "bounds");
  addPage(new CostsPage(&state_), tr("Costs"), "costs");
  auto* compare = new ComparePage(&state_);
  connect(compare, &ComparePage::message, this, showMessage);
  addPage(compare, tr("Compare"), "compare");
  auto* table = new TablePage(&state_);
  connect(table, &TablePage::message, this, showMessage);
  addPage(table, tr("Table"), "table");

  auto* points = new PointsTable(&state_);
  auto* splitter = new QSplitter(Qt::Vertical);
  splitter->addWidget(pages_);
  splitter->addWidget(points);
  splitter->setStretchFactor(0, 3);
  splitter->setStretchFactor(1, 1);
  splitter->setSizes({600, 220});
  splitter->setCollapsible(0, false);
  // Pages with a table of their own need its room.
  connect(pages_, &QTabWidget::currentChanged, this, [this, points] {
    const QString name = pages_->currentWidget()->objectName();
    points->setVisible(name == QStringLiteral("curves") || name == QStringLiteral("heatmap") ||
                       name == QStringLiteral("pareto") || name == QStringLiteral("datapath") ||
                       name == QStringLiteral("costs"));
  });
  points->setVisible(false);

  stack_->addWidget(welcome_);
  stack_->addWidget(splitter);
  auto* centre = new QWidget;
  auto* layout = new QVBoxLayout(centre);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(banner_);
  layout->addWidget(stack_, 1);
  setCentralWidget(centre);
}

PlotPage* MainWindow::currentPage() const {
  return qobject_cast<PlotPage*>(pages_->currentWidget());
}

void MainWindow::applyTheme() {
  const Theme& theme = state_.theme();
  setPalette(theme.palette());
  QToolTip::setPalette(theme.palette());
  setStyleSheet(ui::styleSheet(theme));
  actions_.setTheme(theme);
  banner_->setTheme(theme);
  welcome_->setTheme(theme);
}

void MainWindow::setColourScheme(ColourScheme scheme) {
  scheme_ = scheme;
  const bool systemIsDark = QApplication::palette().color(QPalette::Window).lightnessF() < 0.5;
  const bool dark = scheme == ColourScheme::dark || (scheme == ColourScheme::system && systemIsDark);
  (scheme == ColourScheme::system ? actions_.followSystem : dark ? actions_.dark : actions_.light)->setChecked(true);
  state_.setTheme(dark ? Theme::darkTheme() : Theme::light());
}

void MainWindow::changeEvent(QEvent* event) {
  // The system changed its colours; the window's own palette stays out of the application's so that it shows.
  if (event->type() == QEvent::ApplicationPaletteChange && scheme_ == ColourScheme::system && shown_) {
    setColourScheme(ColourScheme::system);
  }
  QMainWindow::changeEvent(event);
}

void MainWindow::showEvent(QShowEvent* event) {
  QMainWindow::showEvent(event);
  if (shown_) return;
  shown_ = true;
  setFocus();  // no button looks chosen before anyone chose it
  if (!restoring_) sizeDocks();
}

void MainWindow::sizeDocks() {
  resizeDocks({findChild<ModelDock*>(), findChild<StudyDock*>()}, {modelDockWidth, studyDockWidth}, Qt::Horizontal);
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
  const Status saved = saveSession(session(), lastSessionPath());
  if (!saved) qWarning("%s", saved.error().line().c_str());
  event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  openTogether(droppedFiles(*event->mimeData()));
}

}  // namespace axescope::ui
