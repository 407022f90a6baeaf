// SPDX-License-Identifier: GPL-3.0-or-later
// Any cost against any metric: the front of each method, dominated points behind it.
#pragma once

#include "ui/pages/chart_page.h"

namespace axescope::ui {

class ParetoPage : public ChartPage {
  Q_OBJECT
 public:
  explicit ParetoPage(AppState* state, QWidget* parent = nullptr);

 protected:
  void rebuild() override;

 private:
  QCheckBox* dominated_;
  QCheckBox* steps_;
  QCheckBox* guaranteed_;
};

}  // namespace axescope::ui
