// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/layer_names.h"

#include <algorithm>
#include <optional>

namespace axescope::ui {

QString sharedPrefix(const QStringList& names) {
  std::optional<QString> shared;
  for (const QString& name : names) {
    const QStringList parts = name.split(QLatin1Char('.'));
    const auto number = std::find_if(parts.begin(), parts.end(), [](const QString& part) {
      bool isNumber = false;
      part.toUInt(&isNumber);
      return isNumber;
    });
    if (number == parts.end() || number == parts.begin()) continue;
    const QString prefix = parts.mid(0, number - parts.begin()).join(QLatin1Char('.')) + QLatin1Char('.');
    if (shared && *shared != prefix) return {};
    shared = prefix;
  }
  return shared.value_or(QString());
}

QString withoutPrefix(const QString& name, const QString& prefix) {
  return name.startsWith(prefix) ? name.mid(prefix.size()) : name;
}

}  // namespace axescope::ui
