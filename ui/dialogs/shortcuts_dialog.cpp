// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/shortcuts_dialog.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QScrollArea>
#include <QSet>
#include <QVBoxLayout>

namespace axescope::ui {

namespace {

struct Group {
  QString title;
  QVector<QPair<QStringList, QString>> rows;  // keys, what they do
};

// Without the mnemonic's "&" and the ellipsis of a dialog to come.
QString plain(QString text) {
  text.remove(QLatin1Char('&'));
  text.remove(QStringLiteral("…"));
  return text;
}

QStringList keysOf(const QAction* action) {
  QStringList keys;
  for (const QKeySequence& sequence : action->shortcuts()) keys << sequence.toString(QKeySequence::NativeText);
  keys.removeDuplicates();
  return keys;
}

void addAction(const QAction* action, Group& group, QSet<const QAction*>& seen) {
  if (seen.contains(action)) return;
  seen.insert(action);
  if (action->menu() != nullptr) {
    for (const QAction* inner : action->menu()->actions()) addAction(inner, group, seen);
  } else if (!action->shortcuts().isEmpty()) {
    group.rows.append({keysOf(action), plain(action->text())});
  }
}

QVector<Group> groupsOf(const QWidget* window) {
  QVector<Group> groups;
  QSet<const QAction*> seen;
  if (const auto* bar = window->findChild<QMenuBar*>()) {
    for (const QAction* menu : bar->actions()) {
      groups.append({plain(menu->text()), {}});
      addAction(menu, groups.last(), seen);
    }
  }
  groups.append({ShortcutsDialog::tr("Everywhere"), {}});
  for (const QAction* action : window->findChildren<QAction*>()) addAction(action, groups.last(), seen);
  for (const QAction* action : window->actions()) addAction(action, groups.last(), seen);
  groups.removeIf([](const Group& group) { return group.rows.isEmpty(); });
  return groups;
}

QLabel* keyCap(const QString& text) {
  auto* cap = new QLabel(text);
  cap->setProperty("key", true);
  cap->setAlignment(Qt::AlignCenter);
  return cap;
}

// "Ctrl+Shift+D" as three caps; the + that is itself a key stays one.
QWidget* keyCaps(const QStringList& sequences) {
  auto* widget = new QWidget;
  widget->setObjectName(QStringLiteral("plain"));
  widget->setAccessibleName(sequences.join(ShortcutsDialog::tr(" or ")));
  auto* layout = new QHBoxLayout(widget);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(4);
  layout->addStretch();
  for (const QString& sequence : sequences) {
    if (sequence != sequences.first()) {
      auto* between = new QLabel(ShortcutsDialog::tr("or"));
      between->setProperty("muted", true);
      layout->addWidget(between);
    }
    const bool endsInPlus = sequence.endsWith(QLatin1Char('+'));
    for (const QString& key :
         (endsInPlus ? sequence.chopped(1) : sequence).split(QLatin1Char('+'), Qt::SkipEmptyParts)) {
      layout->addWidget(keyCap(key));
    }
    if (endsInPlus) layout->addWidget(keyCap(QStringLiteral("+")));
  }
  return widget;
}

QWidget* makeGroup(const Group& group) {
  auto* frame = new QFrame;
  frame->setObjectName(QStringLiteral("entry"));
  frame->setAccessibleName(group.title);
  auto* layout = new QGridLayout(frame);
  layout->setContentsMargins(14, 10, 14, 12);
  layout->setHorizontalSpacing(24);
  layout->setVerticalSpacing(6);
  layout->setColumnStretch(0, 1);
  int row = 0;
  for (const auto& [keys, what] : group.rows) {
    layout->addWidget(new QLabel(what), row, 0);
    layout->addWidget(keyCaps(keys), row++, 1);
  }
  return frame;
}

}  // namespace

ShortcutsDialog::ShortcutsDialog(QWidget* window, const QVector<Gesture>& gestures) : QDialog(window) {
  setWindowTitle(tr("Keys and gestures"));
  resize(520, 640);
  QVector<Group> groups = groupsOf(window);
  if (!gestures.isEmpty()) {
    groups.append({tr("In a plot"), {}});
    for (const auto& [gesture, what] : gestures) groups.last().rows.append({{gesture}, what});
  }

  auto* list = new QWidget;
  list->setObjectName(QStringLiteral("plain"));
  auto* listLayout = new QVBoxLayout(list);
  listLayout->setContentsMargins(0, 0, 8, 0);
  listLayout->setSpacing(8);
  for (const Group& group : groups) {
    auto* heading = new QLabel(group.title);
    heading->setProperty("section", true);
    listLayout->addWidget(heading);
    listLayout->addWidget(makeGroup(group));
  }
  listLayout->addStretch();
  auto* scroll = new QScrollArea;
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setWidget(list);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(18, 10, 18, 14);
  layout->setSpacing(12);
  layout->addWidget(scroll, 1);
  layout->addWidget(buttons);
}

}  // namespace axescope::ui
