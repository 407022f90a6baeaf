// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/choice_button.h"

#include <QStyleOptionButton>
#include <QStylePainter>

namespace axescope::ui {

namespace {

constexpr int leastCharacters = 8;
constexpr int usualCharacters = 18;
// As fields have it in the style sheet; the arrow is the style sheet's menu indicator.
constexpr int textMargin = 9;
constexpr int arrowRoom = 24;

}  // namespace

ChoiceButton::ChoiceButton(QWidget* parent) : QPushButton(parent) {
  setObjectName(QStringLiteral("choice"));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize ChoiceButton::sizeHint() const {
  return {usualCharacters * fontMetrics().averageCharWidth() + textMargin + arrowRoom,
          QPushButton::sizeHint().height()};
}

QSize ChoiceButton::minimumSizeHint() const {
  return {leastCharacters * fontMetrics().averageCharWidth() + textMargin + arrowRoom,
          QPushButton::minimumSizeHint().height()};
}

void ChoiceButton::paintEvent(QPaintEvent* /*event*/) {
  QStyleOptionButton option;
  initStyleOption(&option);
  QStylePainter painter(this);
  painter.drawControl(QStyle::CE_PushButtonBevel, option);
  const QRect room = rect().adjusted(textMargin, 0, -arrowRoom, 0);
  painter.drawItemText(QStyle::visualRect(layoutDirection(), rect(), room),
                       static_cast<int>(QStyle::visualAlignment(layoutDirection(), Qt::AlignLeft | Qt::AlignVCenter)),
                       option.palette, isEnabled(), fontMetrics().elidedText(text(), Qt::ElideRight, room.width()),
                       QPalette::ButtonText);
}

}  // namespace axescope::ui
