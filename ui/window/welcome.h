// SPDX-License-Identifier: GPL-3.0-or-later
// What a window shows while nothing is open: what the program does, and three ways to begin.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QStringList>
#include <QVBoxLayout>
#include <QWidget>

#include "ui/theme/theme.h"

namespace axescope::ui {

class Welcome : public QWidget {
  Q_OBJECT
 public:
  explicit Welcome(QWidget* parent = nullptr);

  /// Paths, the latest first.
  void setRecent(const QStringList& paths);
  /// Inks the icons; colours of text and frames come from the style sheet.
  void setTheme(const Theme& theme);

 Q_SIGNALS:
  void openRequested(const QString& path);
  void filesDropped(const QStringList& paths);
  void chooseFileRequested();

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dragLeaveEvent(QDragLeaveEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  QWidget* makeHeader();
  QWidget* makeDropArea();
  QWidget* makeSamples();
  QWidget* makeRecent();
  void showDragOver(bool over);

  QFrame* dropArea_ = nullptr;
  QLabel* dropIcon_ = nullptr;
  QPushButton* open_ = nullptr;
  QWidget* recent_ = nullptr;
  QVBoxLayout* recentList_ = nullptr;
};

}  // namespace axescope::ui
