// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/point_choice.h"

#include <QCompleter>
#include <QFocusEvent>
#include <QLineEdit>
#include <QListView>
#include <QSignalBlocker>

namespace axescope::ui {

namespace {

constexpr int shownCharacters = 24;
constexpr int popupRows = 16;

QListView* makeList() {
  auto* list = new QListView;
  list->setUniformItemSizes(true);  // a hundred thousand points are laid out at once
  return list;
}

}  // namespace

PointChoice::PointChoice(QWidget* parent) : QComboBox(parent) {
  setEditable(true);
  setInsertPolicy(QComboBox::NoInsert);
  setModel(&titles_);
  setView(makeList());
  setMaxVisibleItems(popupRows);
  setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  setMinimumContentsLength(shownCharacters);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  lineEdit()->setPlaceholderText(tr("Choose a point"));
  auto* completer = new QCompleter(&titles_, this);
  completer->setFilterMode(Qt::MatchContains);
  completer->setCaseSensitivity(Qt::CaseInsensitive);
  completer->setCompletionMode(QCompleter::PopupCompletion);
  auto* popup = makeList();
  completer->setPopup(popup);
  completer->setMaxVisibleItems(popupRows);
  setCompleter(completer);
  connect(this, &QComboBox::activated, this,
          [this](int row) { Q_EMIT pointChosen(titles_.index(row).data(PointTitlesModel::pointRole).toInt()); });
  // Text that names no point goes back to the point that is chosen.
  connect(lineEdit(), &QLineEdit::editingFinished, this, &PointChoice::showCurrent);
}

void PointChoice::setPoints(const std::vector<PointResult>& points, const QList<int>& first, int current) {
  const QSignalBlocker blocker(this);
  // Points that arrive while someone types must not take the text away.
  const bool typing = lineEdit()->isModified() && hasFocus();
  const QString typed = lineEdit()->text();
  const int cursor = lineEdit()->cursorPosition();
  titles_.setPoints(points, first);
  setCurrentIndex(current < 0 ? -1 : titles_.rowOf(current));
  showCurrent();
  if (!typing) return;
  lineEdit()->setText(typed);
  lineEdit()->setCursorPosition(cursor);
  lineEdit()->setModified(true);
}

void PointChoice::focusOutEvent(QFocusEvent* event) {
  QComboBox::focusOutEvent(event);
  // The line edit says nothing where its text was put back in between.
  const bool leaves = event->reason() != Qt::PopupFocusReason && event->reason() != Qt::ActiveWindowFocusReason;
  if (leaves) showCurrent();
}

void PointChoice::showCurrent() {
  const QString text = currentIndex() < 0 ? QString() : itemText(currentIndex());
  if (lineEdit()->text() != text) lineEdit()->setText(text);
  lineEdit()->setCursorPosition(0);
  const QVariant description = currentIndex() < 0 ? QVariant() : itemData(currentIndex(), Qt::ToolTipRole);
  setToolTip(description.toString());
}

}  // namespace axescope::ui
