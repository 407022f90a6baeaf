// SPDX-License-Identifier: GPL-3.0-or-later
// A button as large as what lies in it: lines of text instead of one label. Used like a button by mouse and keyboard.
#pragma once

#include <QPushButton>

namespace axescope::ui {

class CardButton : public QPushButton {
  Q_OBJECT
 public:
  explicit CardButton(QLayout* content, QWidget* parent = nullptr);

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;
  bool hasHeightForWidth() const override;
  int heightForWidth(int width) const override;
};

}  // namespace axescope::ui
