// SPDX-License-Identifier: GPL-3.0-or-later
// A metric against one setting, one line a method: the best over the other settings.
#pragma once

#include "ui/pages/chart_page.h"

namespace axescope::ui {

class CurvesPage : public ChartPage {
  Q_OBJECT
 public:
  explicit CurvesPage(AppState* state, QWidget* parent = nullptr);

 protected:
  void rebuild() override;
};

}  // namespace axescope::ui
