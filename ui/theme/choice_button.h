// SPDX-License-Identifier: GPL-3.0-or-later
// A field that opens a menu: looks like a combo box, its text starts at the left and ends in "…" where it does not fit.
// QToolButton centres its text whatever a style sheet says, and QPushButton grows with its text; this does neither.
#pragma once

#include <QPushButton>

namespace axescope::ui {

class ChoiceButton : public QPushButton {
  Q_OBJECT
 public:
  explicit ChoiceButton(QWidget* parent = nullptr);

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
};

}  // namespace axescope::ui
