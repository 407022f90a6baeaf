// SPDX-License-Identifier: GPL-3.0-or-later
// What this program is, what it is made of and under which licences, and the papers it implements.
#pragma once

#include <QDialog>

namespace axescope::ui {

class AboutDialog : public QDialog {
  Q_OBJECT
 public:
  explicit AboutDialog(QWidget* parent = nullptr);
};

}  // namespace axescope::ui
