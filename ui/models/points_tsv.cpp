// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/points_tsv.h"

#include "ui/plots/result_chart.h"

namespace axescope::ui {

QString pointsTsv(const std::vector<PointResult>& points, const QList<int>& rows, const QList<int>& columns) {
  const auto column = [](int index) -> const ResultColumn& { return resultColumns()[static_cast<std::size_t>(index)]; };
  QStringList lines;
  lines.reserve(rows.size() + 1);
  QStringList cells;
  for (const int index : columns) cells << fromView(column(index).name);
  lines << cells.join(QLatin1Char('\t'));
  for (const int row : rows) {
    cells.clear();
    for (const int index : columns) {
      const Cell cell = column(index).get(points[static_cast<std::size_t>(row)]);
      QString text = cell ? QString::fromStdString(toText(*cell)) : QString();
      // The separators of the format, in the text of a failure.
      cells << text.replace(QLatin1Char('\t'), QLatin1Char(' ')).replace(QLatin1Char('\n'), QLatin1Char(' '));
    }
    lines << cells.join(QLatin1Char('\t'));
  }
  return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

}  // namespace axescope::ui
