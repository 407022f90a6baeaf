// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/style_sheet.h"

namespace axescope::ui {

namespace {

// @names are replaced by the theme's colours.
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
QToolBar QToolButton:disabled, QPushButton:disabled { color: @muted; }
QToolBar QToolButton:focus, QPushButton:focus { border-color: @accent; }
QToolBar QToolButton#primary, QPushButton#primary {
  background: @accent; color: @accentText; border-color: @accent; font-weight: 600; }
QToolBar QToolButton#primary:disabled, QPushButton#primary:disabled { background: @border; color: @muted;
  border-color: @border; }
QToolButton#choice { background: @surface; color: @text; border: 1px solid @border; border-radius: 5px;
  padding: 4px 8px; min-height: 18px; text-align: left; }
QToolButton#choice:focus, QToolButton#choice:hover { border-color: @accent; }
QToolButton#fold { border: none; background: transparent; color: @muted; padding: 2px; }
QToolButton::menu-indicator { image: none; width: 0px; }
QDockWidget { color: @muted; font-weight: 600; }
QDockWidget::title { background: @panel; padding: 10px 12px 6px 12px; border-bottom: none; }
QDockWidget > QWidget { background: @panel; }
QTabWidget::pane { border: none; border-top: 1px solid @border; background: @window; }
QTabBar { background: @window; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: @muted; padding: 9px 14px 8px 14px; border: none;
  border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: @text; font-weight: 600; border-bottom-color: @accent; }
QTabBar::tab:hover { color: @text; }
QTreeView, QTableView, QListView { background: @panel; color: @text; border: none; alternate-background-color: @panel;
  selection-background-color: @selection; selection-color: @text; }
QTreeView::item { padding: 4px 2px; border: none; }
QTableView::item { padding: 3px 6px; border: none; }
QTreeView::item:hover, QTreeView::item:selected, QTableView::item:hover { background: @selection; }
QHeaderView { background: @panel; }
QHeaderView::section { background: @panel; color: @muted; border: none; border-bottom: 1px solid @border;
  padding: 6px 6px; }
QTableCornerButton::section { background: @panel; border: none; }
QComboBox, QLineEdit, QSpinBox, QDoubleSpinBox { background: @surface; color: @text; border: 1px solid @border;
  border-radius: 5px; padding: 4px 8px; min-height: 18px; selection-background-color: @accent;
  selection-color: @accentText; }
QComboBox:focus, QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus { border-color: @accent; }
QLineEdit[invalid="true"] { border-color: @error; }
QComboBox::drop-down { border: none; width: 18px; }
QComboBox QAbstractItemView { background: @panel; color: @text; border: 1px solid @border;
  selection-background-color: @selection; selection-color: @text; }
QCheckBox { color: @text; spacing: 6px; }
QLabel { color: @text; }
QLabel[muted="true"] { color: @muted; }
QLabel[heading="true"] { font-weight: 600; }
QLabel[error="true"] { color: @error; }
QProgressBar { background: @border; border: none; border-radius: 3px; max-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QScrollArea { border: none; background: transparent; }
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
QMenu::separator { height: 1px; background: @border; margin: 4px 8px; }
QToolTip { background: @panel; color: @text; border: 1px solid @border; padding: 6px; }
QStatusBar { background: @panel; color: @muted; border-top: 1px solid @border; }
QSplitter::handle { background: @border; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QFrame#banner { background: @selection; border: 1px solid @border; border-radius: 6px; }
QFrame#banner[kind="error"] { border-color: @error; }
QFrame#card { background: @selection; border: none; border-radius: 8px; }
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
  for (const auto& [name, colour] : names) text.replace(QString::fromLatin1(name), colour.name());
  return text;
}

}  // namespace axescope::ui
