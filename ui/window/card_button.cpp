// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/card_button.h"

#include <QLayout>

namespace axescope::ui {

CardButton::CardButton(QLayout* content, QWidget* parent) : QPushButton(parent) {
  setLayout(content);
  QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  policy.setHeightForWidth(content->hasHeightForWidth());
  setSizePolicy(policy);
  setCursor(Qt::PointingHandCursor);
  for (QWidget* child : findChildren<QWidget*>()) child->setAttribute(Qt::WA_TransparentForMouseEvents);
}

QSize CardButton::sizeHint() const {
  return layout()->totalSizeHint();
}
QSize CardButton::minimumSizeHint() const {
  return layout()->totalMinimumSize();
}
bool CardButton::hasHeightForWidth() const {
  return layout()->hasHeightForWidth();
}
int CardButton::heightForWidth(int width) const {
  return layout()->totalHeightForWidth(width);
}

}  // namespace axescope::ui
