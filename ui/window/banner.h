// SPDX-License-Identifier: GPL-3.0-or-later
// One line above the pages: an error that names file and object, or what was done, with at most one thing to do about
// it. Never a modal box.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <functional>

#include "ui/theme/theme.h"

namespace axescope::ui {

class Banner : public QFrame {
  Q_OBJECT
 public:
  enum class Kind { note, error };

  explicit Banner(QWidget* parent = nullptr);

  void showText(const QString& text, Kind kind);
  /// With a button that hides the banner and calls `act`.
  void offer(const QString& text, Kind kind, const QString& button, std::function<void()> act);
  QString text() const { return text_->text(); }
  void setTheme(const Theme& theme);

 private:
  Theme theme_ = Theme::light();
  Kind kind_ = Kind::note;
  QLabel* icon_;
  QLabel* text_;
  QPushButton* action_;
  QPushButton* dismiss_;
  std::function<void()> act_;
};

}  // namespace axescope::ui
