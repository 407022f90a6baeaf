// SPDX-License-Identifier: GPL-3.0-or-later
// Every setting of a study, explained: made from the schema, so that it cannot forget one.
#pragma once

#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <vector>

namespace axescope::ui {

class SettingsHelpDialog : public QDialog {
  Q_OBJECT
 public:
  explicit SettingsHelpDialog(QWidget* parent = nullptr);

 private:
  struct Entry {
    QWidget* widget = nullptr;
    QWidget* heading = nullptr;  // of its section
    QString words;               // what the filter looks in
  };
  QWidget* makeList();
  void applyFilter(const QString& text);

  std::vector<Entry> entries_;
  QLineEdit* filter_;
  QLabel* nothing_;
};

}  // namespace axescope::ui
