// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/style_sheet.h"

namespace axescope::ui {

namespace {

// @names are replaced by the theme's colours, @controls by the folder of the drawings in its colours.
constexpr auto sheet = R"(
* { outline: none; }
QMainWindow, QDialog { background: @window; }
QMainWindow::separator { background: @border; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: @accent; }
QToolBar { background: @panel; border: none; border-bottom: 1px solid @border; spacing: 6px; padding: 6px 10px; }
QToolBar QToolButton, QPushButton {
  background: @panel; color: @text; border: 1px solid @border; border-radius: 5px; padding: 5px 11px; }
QToolBar QToolButton:hover, QPushButton:hover { border-color: @accent; }
QToolBar QToolButton:pressed, QPushButton:pressed { background: @selection; }
QToolBar QToolButton:checked, QPushButton:checked { background: @selection; border-color: @accent; }
QToolBar QToolButton:disabled, QPushButton:disabled { color: @muted; border-color: @border; }
QToolBar QToolButton:focus, QPushButton:focus { border: 2px solid @accent; padding: 4px 10px; }
QToolBar QToolButton#primary, QPushButton#primary {
  background: @accent; color: @accentText; border-color: @accent; font-weight: 600; }
QToolBar QToolButton#primary:disabled, QPushButton#primary:disabled { background: @border; color: @muted;
  border-color: @border; }
QToolBar QToolButton#primary:hover, QPushButton#primary:hover { border-color: @text; }
QToolBar QToolButton#primary:focus, QPushButton#primary:focus { border: 2px solid @text; }
QPushButton#choice, QToolButton#choice { background: @surface; color: @text; border: 1px solid @border; border-radius: 5px;
  padding: 4px 22px 4px 8px; min-height: 18px; text-align: left; font-weight: 400; }
QPushButton#choice:focus, QPushButton#choice:hover, QToolButton#choice:focus, QToolButton#choice:hover {
  border: 1px solid @accent; padding: 4px 22px 4px 8px; }
QToolButton#fold { border: 1px solid transparent; border-radius: 4px; background: transparent; color: @muted;
  padding: 2px; }
QToolButton#fold:hover { color: @text; }
QToolButton#fold:focus { border-color: @accent; }
QToolButton::menu-indicator { image: none; width: 0px; }
QPushButton::menu-indicator { image: url(@controls/chevron-down.svg); width: 14px; height: 14px;
  subcontrol-origin: padding; subcontrol-position: center right; right: 6px; }
QToolButton#choice::menu-indicator { image: url(@controls/chevron-down.svg); width: 14px; height: 14px;
  subcontrol-origin: padding; subcontrol-position: center right; right: 6px; }
QDockWidget { color: @muted; font-weight: 600; titlebar-close-icon: url(@controls/close.svg);
  titlebar-normal-icon: url(@controls/detach.svg); }
QDockWidget::close-button, QDockWidget::float-button { border: 1px solid transparent; border-radius: 4px;
  background: transparent; padding: 1px; icon-size: 14px; subcontrol-position: top right; subcontrol-origin: margin;
  top: 8px; right: 8px; width: 18px; height: 18px; }
QDockWidget::float-button { right: 30px; }
QDockWidget::close-button:hover, QDockWidget::float-button:hover { background: @selection; }
QDockWidget::title { background: @panel; padding: 10px 12px 6px 12px; border-bottom: none; }
QDockWidget > QWidget, QDockWidget QScrollArea > QWidget, QDockWidget QScrollArea > QWidget > QWidget {
  background: @panel; }
QTabWidget::pane { border: none; border-top: 1px solid @border; background: @window; }
QTabBar { background: @window; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: @muted; padding: 9px 10px 8px 10px; border: none;
  border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: @text; font-weight: 600; border-bottom-color: @accent; }
QTabBar::tab:hover { color: @text; }
QTabBar QToolButton { background: @panel; border: 1px solid @border; color: @text; }
QTabBar::tab:focus { background: @selection; border-top-left-radius: 5px; border-top-right-radius: 5px; }
QTreeView, QTableView, QListView { background: @panel; color: @text; border: none; alternate-background-color: @panel;
  selection-background-color: @selection; selection-color: @text; }
QTreeView::item { padding: 3px 2px; border: 1px solid transparent; }
QTableView::item, QListView::item { padding: 2px 5px; border: 1px solid transparent; }
QTreeView::item:hover, QTableView::item:hover, QListView::item:hover { background: @selection; }
QTreeView::item:selected, QTableView::item:selected, QListView::item:selected { background: @selection; }
QTreeView::item:focus, QTableView::item:focus, QListView::item:focus { border: 1px solid @accent; }
QTreeView::branch:closed:has-children { image: url(@controls/chevron-right.svg); }
QTreeView::branch:open:has-children { image: url(@controls/chevron-down.svg); }
QHeaderView { background: @panel; }
axescope--ui--SymbolHeader { qproperty-ink: @muted; }
QHeaderView::section { background: @panel; color: @muted; border: none; border-bottom: 1px solid @border;
  padding: 6px 6px; }
QHeaderView::section:vertical { padding: 1px 6px; border-bottom: none; }
QHeaderView::section:hover { color: @text; }
QHeaderView::section:checked { color: @text; }
QHeaderView::up-arrow { image: url(@controls/chevron-up.svg); width: 12px; height: 12px; }
QHeaderView::down-arrow { image: url(@controls/chevron-down.svg); width: 12px; height: 12px; }
QTableCornerButton::section { background: @panel; border: none; }
QComboBox, QLineEdit, QPlainTextEdit, QSpinBox, QDoubleSpinBox { background: @surface; color: @text; border: 1px solid @border;
  border-radius: 5px; padding: 4px 8px; min-height: 18px; selection-background-color: @accent;
  selection-color: @accentText; }
QComboBox:hover, QLineEdit:hover, QPlainTextEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover { border-color: @muted; }
QComboBox:focus, QLineEdit:focus, QPlainTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus { border-color: @accent; }
QLineEdit[invalid="true"] { border-color: @error; }
QComboBox:disabled, QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled { color: @muted; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url(@controls/chevron-down.svg); width: 14px; height: 14px; }
QSpinBox, QDoubleSpinBox { padding-right: 20px; }
QSpinBox::up-button, QDoubleSpinBox::up-button { subcontrol-origin: border; subcontrol-position: top right;
  width: 18px; border: none; border-top-right-radius: 4px; margin: 1px 1px 0 0; }
QSpinBox::down-button, QDoubleSpinBox::down-button { subcontrol-origin: border; subcontrol-position: bottom right;
  width: 18px; border: none; border-bottom-right-radius: 4px; margin: 0 1px 1px 0; }
QSpinBox::up-button:hover, QDoubleSpinBox::up-button:hover, QSpinBox::down-button:hover,
QDoubleSpinBox::down-button:hover { background: @selection; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url(@controls/chevron-up.svg); width: 11px; height: 11px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url(@controls/chevron-down.svg); width: 11px; height: 11px; }
QComboBox QAbstractItemView { background: @panel; color: @text; border: 1px solid @border;
  selection-background-color: @selection; selection-color: @text; }
QCheckBox, QRadioButton { color: @text; spacing: 7px; padding: 2px 4px 2px 2px; border: 1px solid transparent;
  border-radius: 4px; }
QCheckBox:disabled, QRadioButton:disabled { color: @muted; }
QCheckBox:focus, QRadioButton:focus { border-color: @accent; }
QCheckBox::indicator, QRadioButton::indicator, QTreeView::indicator, QTableView::indicator, QListView::indicator,
QGroupBox::indicator { width: 14px; height: 14px; border: 1px solid @muted; border-radius: 4px; background: @surface; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: @accent; }
QCheckBox::indicator:checked, QRadioButton::indicator:checked, QTreeView::indicator:checked,
QTableView::indicator:checked, QListView::indicator:checked, QGroupBox::indicator:checked,
QCheckBox::indicator:indeterminate { background: @accent; border-color: @accent; }
QCheckBox::indicator:checked, QTreeView::indicator:checked, QTableView::indicator:checked,
QListView::indicator:checked, QGroupBox::indicator:checked { image: url(@controls/check.svg); }
QCheckBox::indicator:indeterminate { image: url(@controls/dash.svg); }
QRadioButton::indicator:checked { image: url(@controls/dot.svg); }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: @border; background: @window; }
QCheckBox::indicator:checked:disabled, QRadioButton::indicator:checked:disabled { background: @muted;
  border-color: @muted; }
QLabel { color: @text; }
QLabel[muted="true"] { color: @muted; }
QLabel[heading="true"] { font-weight: 600; }
QLabel[title="true"] { font-weight: 600; font-size: 20px; }
QLabel[section="true"] { color: @muted; font-weight: 600; padding-top: 8px; }
QLabel#formula { font-family: "DejaVu Sans", sans-serif; font-style: italic; }
QLabel[code="true"] { color: @muted; font-family: monospace; }
QLabel[key="true"] { background: @window; border: 1px solid @border; border-bottom-width: 2px; border-radius: 4px;
  padding: 1px 7px; }
QLabel[error="true"] { color: @error; }
QProgressBar { background: @border; border: none; border-radius: 3px; max-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QScrollArea { border: none; background: transparent; }
QWidget#plain { background: transparent; }
QTextBrowser { background: @panel; color: @text; border: 1px solid @border; border-radius: 6px;
  selection-background-color: @accent; selection-color: @accentText; }
QTextBrowser:focus { border-color: @accent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @border; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 24px; }
QScrollBar::handle:horizontal { min-width: 24px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QMenuBar { background: @panel; color: @text; border-bottom: 1px solid @border; }
QMenuBar::item { padding: 5px 10px; background: transparent; }
QMenuBar::item:selected { background: @selection; }
QMenu { background: @panel; color: @text; border: 1px solid @border; padding: 4px; }
QMenu::item { padding: 5px 26px 5px 14px; border-radius: 4px; }
QMenu::item:selected { background: @selection; }
QMenu::item:disabled { color: @muted; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { width: 14px; height: 14px; padding-left: 8px; }
QMenu::indicator:checked { image: url(@controls/menu-check.svg); }
QMenu::right-arrow { image: url(@controls/chevron-right.svg); width: 12px; height: 12px; padding-right: 6px; }
QMenu::separator { height: 1px; background: @border; margin: 4px 8px; }
QToolTip { background: @panel; color: @text; border: 1px solid @border; padding: 6px; }
QStatusBar { background: @panel; color: @muted; border-top: 1px solid @border; }
QSplitter::handle { background: @border; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QFrame#banner { background: @selection; border: 1px solid @border; border-radius: 6px; }
QFrame#banner[kind="error"] { border-color: @error; }
QFrame#card { background: @selection; border: none; border-radius: 8px; }
QFrame#entry { background: @panel; border: 1px solid @border; border-radius: 8px; }
QFrame#dropArea { background: @panel; border: 2px dashed @border; border-radius: 12px; }
QFrame#dropArea[over="true"] { background: @selection; border-color: @accent; }
QPushButton#sampleCard { background: @panel; border: 1px solid @border; border-radius: 10px; padding: 0; }
QPushButton#recentRow { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 0; }
QPushButton#sampleCard:hover, QPushButton#recentRow:hover { background: @selection; border-color: @accent; }
QPushButton#recentRow:hover { border-color: transparent; }
QPushButton#sampleCard:focus { border: 2px solid @accent; }
QPushButton#recentRow:focus { border: 1px solid @accent; }
QFrame#plotFrame { background: @surface; border: 1px solid @border; border-radius: 8px; }
)";

}  // namespace

QString styleSheet(const Theme& theme) {
  QString text = QString::fromUtf8(sheet);
  const std::pair<const char*, QColor> names[] = {{"@accentText", theme.accentText},
                                                  {"@accent", theme.accent},
                                                  {"@window", theme.window},
                                                  {"@panel", theme.panel},
                                                  {"@surface", theme.surface},
                                                  {"@border", theme.border},
                                                  {"@text", theme.text},
                                                  {"@muted", theme.mutedText},
                                                  {"@selection", theme.selection},
                                                  {"@error", theme.error}};
  text.replace(QStringLiteral("@controls"),
               theme.dark ? QStringLiteral(":/controls/dark") : QStringLiteral(":/controls/light"));
  for (const auto& [name, colour] : names) text.replace(QString::fromLatin1(name), colour.name());
  return text;
}

}  // namespace axescope::ui
