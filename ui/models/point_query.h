// SPDX-License-Identifier: GPL-3.0-or-later
// The line that a table of points is filtered by: "inner_bits<=16 guaranteed=1 axe".
#pragma once

#include <QList>
#include <QString>
#include <vector>

#include "core/study/point_result.h"

namespace axescope::ui {

enum class Comparison { equal, unequal, less, atMost, greater, atLeast };

/// A column against a value, or text that any shown cell may contain.
struct PointTerm {
  const ResultColumn* column = nullptr;  // null: text
  Comparison comparison = Comparison::equal;
  std::optional<double> number;
  QString text;  // what is looked for, or a name such as "axe" or "full"
};

class PointQuery {
 public:
  /// Terms are parted by blanks, text with blanks goes in quotes. Columns are named as in the results file, or by
  /// their symbol ("P_I"). A wrong term is left out, and problem() says what is wrong with the first.
  static PointQuery parse(const QString& text);

  bool empty() const { return terms_.empty(); }
  const QString& problem() const { return problem_; }
  /// Whether all terms match; text terms look into the given columns.
  bool matches(const PointResult& point, const QList<int>& shownColumns) const;

 private:
  std::vector<PointTerm> terms_;
  QString problem_;
};

}  // namespace axescope::ui
