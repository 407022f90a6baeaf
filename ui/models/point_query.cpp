// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/point_query.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <algorithm>
#include <cmath>
#include <map>

#include "ui/models/points_model.h"
#include "ui/plots/result_chart.h"

namespace axescope::ui {

namespace {

constexpr double tolerance = 1e-9;  // relative; 0.1 typed is the 0.1 computed
constexpr double percent = 100.0;

QString tr(const char* text) {
  return QCoreApplication::translate("PointQuery", text);
}

const ResultColumn* columnNamed(const QString& name) {
  for (const ResultColumn& column : resultColumns()) {
    const bool bySymbol = column.setting != nullptr && !column.setting->symbol.empty() &&
                          fromView(column.setting->symbol).compare(name, Qt::CaseInsensitive) == 0;
    if (bySymbol || fromView(column.name).compare(name, Qt::CaseInsensitive) == 0) return &column;
  }
  return nullptr;
}

// A column that may have been meant: the same letters without regard to underscores.
QString similarColumn(const QString& name) {
  const auto plain = [](QString text) { return text.remove(QLatin1Char('_')).toLower(); };
  for (const ResultColumn& column : resultColumns()) {
    QString known = fromView(column.name);
    if (plain(known).startsWith(plain(name)) || plain(name).startsWith(plain(known))) return known;
  }
  return QStringLiteral("inner_bits");
}

std::optional<double> numberIn(QString text) {
  const bool isPercentage = text.endsWith(QLatin1Char('%'));
  if (isPercentage) text.chop(1);
  bool isNumber = false;
  const double number = text.toDouble(&isNumber);
  if (!isNumber) return std::nullopt;
  return isPercentage ? number / percent : number;
}

QString joined(const std::vector<std::string_view>& names) {
  QStringList parts;
  for (const std::string_view name : names) parts << fromView(name);
  return parts.join(QStringLiteral(", "));
}

// Completes a term of a column with its value; returns what is wrong with it.
QString takeValue(PointTerm& term, const QString& value) {
  const QString name = fromView(term.column->name);
  if (value.isEmpty()) return tr("%1 has no value to compare with").arg(name);
  term.text = value;
  const bool ordered = term.comparison != Comparison::equal && term.comparison != Comparison::unequal;
  const bool numeric = term.column->kind == SettingKind::integer || term.column->kind == SettingKind::real;
  if (numeric) term.number = numberIn(value);
  if (term.number) return {};
  if (ordered && numeric) return tr("%1: “%2” is no number").arg(name, value);
  if (ordered) return tr("%1 holds names, which are only = or != to another").arg(name);
  const SettingInfo* setting = term.column->setting;
  if (setting == nullptr || setting->kind == SettingKind::text) {
    return numeric ? tr("%1: “%2” is no number").arg(name, value) : QString();
  }
  const bool known = std::any_of(setting->choices.begin(), setting->choices.end(), [&](std::string_view choice) {
    return fromView(choice).compare(value, Qt::CaseInsensitive) == 0;
  });
  if (known) return {};
  if (setting->choices.empty()) return tr("%1: “%2” is no number").arg(name, value);
  return (numeric ? tr("%1: “%2” is neither a number nor %3") : tr("%1: “%2” is none of %3"))
      .arg(name, value, joined(setting->choices));
}

bool holds(Comparison comparison, double a, double b) {
  const bool same = std::abs(a - b) <= tolerance * std::max(std::abs(a), std::abs(b));
  switch (comparison) {
    case Comparison::equal:
      return same;
    case Comparison::unequal:
      return !same;
    case Comparison::less:
      return a < b && !same;
    case Comparison::atMost:
      return a < b || same;
    case Comparison::greater:
      return a > b && !same;
    case Comparison::atLeast:
      return a > b || same;
  }
  return false;
}

// A name such as "full" has no place among numbers: it only equals itself.
bool holdsForCell(const PointTerm& term, const Cell& cell) {
  if (!cell) return false;
  const auto* name = std::get_if<std::string>(&*cell);
  if (name == nullptr) {
    const auto* integer = std::get_if<std::int64_t>(&*cell);
    const double value = integer != nullptr ? static_cast<double>(*integer) : std::get<double>(*cell);
    return term.number ? holds(term.comparison, value, *term.number) : term.comparison == Comparison::unequal;
  }
  const bool same = !term.number && QString::fromStdString(*name).compare(term.text, Qt::CaseInsensitive) == 0;
  return same ? term.comparison == Comparison::equal : term.comparison == Comparison::unequal;
}

bool mayStandInNumber(const QString& text) {
  return std::all_of(text.begin(), text.end(), [](QChar c) {
    return c.isDigit() || QStringLiteral("+-.%einaf ").contains(c, Qt::CaseInsensitive);
  });
}

bool anyCellContains(const QString& text, const PointResult& point, const QList<int>& columns) {
  const bool numbersToo = mayStandInNumber(text);
  return std::any_of(columns.begin(), columns.end(), [&](int index) {
    const ResultColumn& column = resultColumns()[static_cast<std::size_t>(index)];
    // Numbers are formatted only for a text that could be part of one: most of the time in a long table.
    if (!numbersToo && column.name != "guaranteed") {
      const Cell cell = column.get(point);
      if (!cell || !std::holds_alternative<std::string>(*cell)) return false;
    }
    return displayText(column, point).contains(text, Qt::CaseInsensitive);
  });
}

}  // namespace

PointQuery PointQuery::parse(const QString& text) {
  static const std::map<QString, Comparison> comparisons{
      {QStringLiteral("="), Comparison::equal},    {QStringLiteral("=="), Comparison::equal},
      {QStringLiteral("!="), Comparison::unequal}, {QStringLiteral("≠"), Comparison::unequal},
      {QStringLiteral("<"), Comparison::less},     {QStringLiteral("<="), Comparison::atMost},
      {QStringLiteral("≤"), Comparison::atMost},   {QStringLiteral(">"), Comparison::greater},
      {QStringLiteral(">="), Comparison::atLeast}, {QStringLiteral("≥"), Comparison::atLeast}};
  // Quoted text, a comparison (with or without blanks around its sign), or a word.
  static const QRegularExpression piece(
      QStringLiteral("\"([^\"]*)\"?|([^\\s\"<>=!≤≥≠]*)\\s*(<=|>=|!=|==|[<>=≤≥≠])\\s*([^\\s\"<>=]*)|([^\\s\"]+)"));
  PointQuery query;
  for (auto found = piece.globalMatch(text); found.hasNext();) {
    const QRegularExpressionMatch match = found.next();
    PointTerm term;
    QString problem;
    if (const QString sign = match.captured(3); !sign.isEmpty()) {
      const QString name = match.captured(2);
      term.column = columnNamed(name);
      term.comparison = comparisons.at(sign);
      problem = term.column != nullptr
                    ? takeValue(term, match.captured(4))
                    : tr("“%1” is no column; did you mean %2?").arg(name, similarColumn(name.isEmpty() ? sign : name));
    } else {
      term.text = match.captured(1) + match.captured(5);
      if (term.text.isEmpty()) continue;
    }
    if (problem.isEmpty()) query.terms_.push_back(std::move(term));
    if (query.problem_.isEmpty()) query.problem_ = problem;
  }
  return query;
}

bool PointQuery::matches(const PointResult& point, const QList<int>& shownColumns) const {
  return std::all_of(terms_.begin(), terms_.end(), [&](const PointTerm& term) {
    return term.column != nullptr ? holdsForCell(term, term.column->get(point))
                                  : anyCellContains(term.text, point, shownColumns);
  });
}

}  // namespace axescope::ui
