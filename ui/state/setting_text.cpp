// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/state/setting_text.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>
#include <QStringList>

#include "ui/state/text_view.h"

namespace axescope::ui {

namespace {

// An upper end that large only keeps typing errors out; saying it would suggest a limit that matters.
constexpr double practicallyUnlimited = 1e6;

QString translated(const char* text) {
  return QCoreApplication::translate("SettingText", text);
}

QString number(double value) {
  return QLocale().toString(value, 'f', QLocale::FloatingPointShortest);
}

}  // namespace

QString helpHtml(const SettingInfo& info) {
  QString html = fromView(info.help).toHtmlEscaped();
  for (const std::string_view choice : info.choices) {
    const QString name = fromView(choice);
    html.replace(QRegularExpression(QStringLiteral("(^|\\s)%1:").arg(QRegularExpression::escape(name))),
                 QStringLiteral("\\1<b>%1</b>:").arg(name));
  }
  static const QRegularExpression bracketed(QStringLiteral("\\^\\(([^)]*)\\)"));
  static const QRegularExpression single(QStringLiteral("\\^(\\w)"));
  html.replace(bracketed, QStringLiteral("<sup>\\1</sup>"));
  html.replace(single, QStringLiteral("<sup>\\1</sup>"));
  return html;
}

QString rangeText(const SettingInfo& info) {
  QStringList names;
  for (const std::string_view choice : info.choices) names << fromView(choice);
  switch (info.kind) {
    case SettingKind::choice:
      return names.join(QStringLiteral(", "));
    case SettingKind::text:
      return translated(QT_TRANSLATE_NOOP("SettingText", "names with * and ?"));
    case SettingKind::integer:
    case SettingKind::real:
      break;
  }
  QString range = info.most >= practicallyUnlimited
                      ? translated(QT_TRANSLATE_NOOP("SettingText", "at least %1")).arg(number(info.least))
                      : QStringLiteral("%1 … %2").arg(number(info.least), number(info.most));
  if (!names.isEmpty()) {
    range = translated(QT_TRANSLATE_NOOP("SettingText", "%1, or %2")).arg(range, names.join(QStringLiteral(", ")));
  }
  return range;
}

QString defaultText(const SettingInfo& info) {
  const QString text = QString::fromStdString(toText(info.get(PointSettings())));
  return text.isEmpty() ? translated(QT_TRANSLATE_NOOP("SettingText", "none")) : text;
}

}  // namespace axescope::ui
