// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/clock_text.h"

#include <algorithm>
#include <cmath>

namespace axescope::ui {

QString clockText(double seconds) {
  const auto whole = static_cast<qint64>(std::llround(std::max(0.0, seconds)));
  const QString minutes = QStringLiteral("%1").arg(whole / 60 % 60, whole < 3600 ? 1 : 2, 10, QLatin1Char('0'));
  const QString text = minutes + QStringLiteral(":%1").arg(whole % 60, 2, 10, QLatin1Char('0'));
  return whole < 3600 ? text : QStringLiteral("%1:%2").arg(whole / 3600).arg(text);
}

}  // namespace axescope::ui
