// SPDX-License-Identifier: GPL-3.0-or-later
// One box of the datapath: its name, and its register as a strip of bits to scale.
#pragma once

#include <QPainter>
#include <QString>

#include "ui/theme/theme.h"

namespace axescope::ui {

struct RegisterBox {
  enum class Kind { plain, certified, unproven };

  QPointF topLeft;
  double width = 0.0;
  int bits = 0;      // cells of the strip; 0: no register
  int usedBits = 0;  // that the worst input needs; may exceed bits
  double bit = 8.0;  // pixels of a cell
  QString title;
  QString detail;
  Kind kind = Kind::plain;
  bool emphasis = false;

  static double height(const QFont& font);
  /// Room for the bits, and for what is written above them unless that takes more than `most`.
  static double widthFor(int bits, double bit, const QFont& font, double most);
  void paint(QPainter& painter, const Theme& theme) const;
};

}  // namespace axescope::ui
