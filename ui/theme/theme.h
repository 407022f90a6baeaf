// SPDX-License-Identifier: GPL-3.0-or-later
// The application's own colours, light and dark. Every colour on screen and on paper comes from here.
#pragma once

#include <QColor>
#include <QPalette>

namespace axescope::ui {

struct Theme {
  bool dark = false;
  QColor window;   // behind everything
  QColor panel;    // docks, toolbars
  QColor surface;  // plots, inputs
  QColor border;
  QColor text;
  QColor mutedText;
  QColor accent;
  QColor accentText;  // on accent
  QColor selection;   // rows
  QColor grid;        // plot grid lines
  QColor good;        // guaranteed
  QColor warning;     // may overflow
  QColor error;
  QColor limit;       // budget and range lines
  QColor bar;         // of plain quantities
  QColor barBelow;    // their negative part, or the second of two
  QColor barSpecial;  // the third

  static Theme light();
  static Theme darkTheme();
  /// White paper, black ink: for figures.
  static Theme paper();

  QPalette palette() const;
};

}  // namespace axescope::ui
