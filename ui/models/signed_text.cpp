// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/signed_text.h"

#include <QChar>

namespace axescope::ui {

QString signedText(double value, char format, int precision) {
  if (value == 0.0) return QStringLiteral("0");
  constexpr char16_t minus = 0x2212;
  QString text = QString::number(value, format, precision);
  text.replace(QLatin1Char('-'), QChar(minus));
  if (value > 0.0) text.prepend(QLatin1Char('+'));
  return text;
}

}  // namespace axescope::ui
