// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/sweep_table.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>

#include <fmt/format.h>

#include "core/command/text_table.h"

namespace axescope {

namespace {

constexpr std::array<std::string_view, 3> seriesKeys{"algorithm", "constraint", "tile"};
constexpr std::string_view columnKey = "inner_bits";
constexpr const char* guaranteedMark = "*";
constexpr std::size_t mostReasons = 8;

// What the cells show: the first of these that a point has.
struct Metric {
  std::string_view column;
  const char* title;
  double factor;
  const char* format;
};
constexpr std::array<Metric, 3> metrics{{{"accuracy", "Accuracy in %", 100.0, "{:.1f}{}"},
                                         {"perplexity", "Perplexity", 1.0, "{:.2f}{}"},
                                         {"error", "Relative output error", 1.0, "{:.4f}{}"}}};

const Metric* metricOf(std::span<const PointResult> points) {
  for (const Metric& metric : metrics) {
    const ResultColumn& column = *findColumn(metric.column);
    if (std::any_of(points.begin(), points.end(), [&](const PointResult& p) { return column.get(p).has_value(); })) {
      return &metric;
    }
  }
  return nullptr;
}

std::string settingText(const PointResult& point, std::string_view key) {
  return toText(findSetting(key)->get(point.settings));
}

// Settings beyond those of rows and columns that have several values: what a cell is the best over.
std::string otherSettings(std::span<const PointResult> points) {
  std::string text;
  for (const SettingInfo& info : settingSchema()) {
    if (info.key == columnKey || std::find(seriesKeys.begin(), seriesKeys.end(), info.key) != seriesKeys.end()) {
      continue;
    }
    const auto differs = [&](const PointResult& p) {
      return info.get(p.settings) != info.get(points.front().settings);
    };
    if (std::any_of(points.begin(), points.end(), differs)) text += (text.empty() ? "" : ", ") + std::string(info.key);
  }
  return text;
}

class Summary {
 public:
  explicit Summary(std::span<const PointResult> points, const Metric& metric)
      : points_(points), metric_(metric), column_(*findColumn(metric.column)) {
    for (const PointResult& point : points) {
      const PointSettings& s = point.settings;
      const auto tile = s.tileSize == 0 ? std::numeric_limits<std::int64_t>::max() : s.tileSize;
      Series& series = rows_[{s.algorithm, s.constraint, tile}];
      for (std::size_t i = 0; i < seriesKeys.size(); ++i) series.names[i] = settingText(point, seriesKeys[i]);
      widths_.insert(s.innerBits);
      const PointResult*& best = series.best[s.innerBits];
      if (best == nullptr || isBetter(point, *best)) best = &point;
    }
  }

  std::string text(int width) const {
    const std::vector<int> widths(widths_.begin(), widths_.end());
    const std::size_t blocks = (widths.size() + columnsIn(width) - 1) / columnsIn(width);
    const std::size_t most = (widths.size() + blocks - 1) / blocks;  // blocks of about the same size
    std::string text = fmt::format("{} by inner accumulator width{}\n", metric_.title, floatText());
    for (std::size_t first = 0; first < widths.size(); first += most) {
      const std::size_t count = std::min(most, widths.size() - first);
      text += '\n' + block(std::span(widths).subspan(first, count));
    }
    const std::string others = otherSettings(points_);
    text += fmt::format("\n{} guaranteed: no input can overflow an accumulator", guaranteedMark);
    text += others.empty() ? "\n" : "; each cell is the best over " + others + "\n";
    return text + integersText();
  }

 private:
  struct Series {
    std::array<std::string, seriesKeys.size()> names;
    std::map<int, const PointResult*> best;  // by inner width
  };

  bool isBetter(const PointResult& a, const PointResult& b) const {
    const auto x = numericValue(column_, a);
    const auto y = numericValue(column_, b);
    if (!x || !y) return x.has_value();
    if (*x == *y) return a.measurement.guaranteed && !b.measurement.guaranteed;
    return column_.direction == Direction::lowerIsBetter ? *x < *y : *x > *y;
  }

  std::string cell(const PointResult* point) const {
    if (point == nullptr) return "";
    const auto value = numericValue(column_, *point);
    if (!value) return point->failed() ? "fail " : "none ";
    return fmt::format(fmt::runtime(metric_.format), metric_.factor * *value,
                       point->measurement.guaranteed ? guaranteedMark : " ");
  }

  std::string floatText() const {
    for (const PointResult& point : points_) {
      const Measurement& m = point.measurement;
      if (m.floatAccuracy && metric_.column == "accuracy")
        return fmt::format(" (float {:.1f} %)", 100.0 * *m.floatAccuracy);
      if (m.floatPerplexity && metric_.column == "perplexity")
        return fmt::format(" (float {:.3f})", *m.floatPerplexity);
    }
    return {};
  }

  // Of points with integer arithmetic.
  std::string integersText() const {
    std::optional<double> most;
    for (const PointResult& point : points_) {
      const auto& left = point.measurement.floatOperations;
      if (left) most = std::max(most.value_or(0.0), *left);
    }
    if (!most) return {};
    if (*most == 0.0) return "Integer arithmetic: no operation is left in float\n";
    return fmt::format("Integer arithmetic: {} left in float at most; quantize names them\n",
                       counted(static_cast<std::size_t>(*most), "operation"));
  }

  std::size_t columnsIn(int width) const {
    constexpr std::size_t gap = 2;
    std::size_t names = 0;
    for (std::size_t i = 0; i < seriesKeys.size(); ++i) {
      std::size_t widest = seriesKeys[i].size();
      for (const auto& [order, row] : rows_) widest = std::max(widest, row.names[i].size());
      names += widest + gap;
    }
    std::size_t widest = 4;
    for (const auto& [order, row] : rows_) {
      for (const auto& [bits, point] : row.best) widest = std::max(widest, cell(point).size());
    }
    const auto room = static_cast<std::size_t>(std::max(width, 0));
    return std::max<std::size_t>(1, room > names ? (room - names) / (widest + gap) : 0);
  }

  std::string block(std::span<const int> widths) const {
    using enum TextTable::Align;
    std::vector<TextTable::Column> columns;
    for (const char* title : {"Algorithm", "Constraint", "Tile"}) columns.push_back({title, left});
    for (const int width : widths) columns.push_back({width > 0 ? fmt::format("{} ", width) : "auto ", right});
    TextTable table(std::move(columns));
    const Series* above = nullptr;
    for (const auto& [order, row] : rows_) {
      std::vector<std::string> cells(row.names.begin(), row.names.end());
      const bool sameSeries = above != nullptr && above->names[0] == row.names[0] && above->names[1] == row.names[1];
      if (sameSeries) cells[0] = cells[1] = "";
      for (const int width : widths) {
        const auto found = row.best.find(width);
        cells.push_back(cell(found == row.best.end() ? nullptr : found->second));
      }
      table.addRow(std::move(cells));
      above = &row;
    }
    return table.text();
  }

  std::span<const PointResult> points_;
  const Metric& metric_;
  const ResultColumn& column_;
  using Order = std::tuple<Algorithm, Constraint, std::int64_t>;  // full tiles last
  std::map<Order, Series> rows_;
  std::set<int> widths_;
};

}  // namespace

std::string sweepTable(std::span<const PointResult> points, int width) {
  const Metric* metric = metricOf(points);
  return metric == nullptr ? std::string{} : Summary(points, *metric).text(width);
}

std::vector<std::string> failureSummary(std::span<const PointResult> points) {
  std::map<std::string, std::size_t> counts;
  for (const PointResult& point : points) {
    if (point.failed()) ++counts[point.failure];
  }
  std::vector<std::pair<std::string, std::size_t>> reasons(counts.begin(), counts.end());
  std::stable_sort(reasons.begin(), reasons.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < std::min(reasons.size(), mostReasons); ++i) {
    lines.push_back(fmt::format("{} failed: {}", counted(reasons[i].second, "point"), reasons[i].first));
  }
  if (reasons.size() > mostReasons) {
    lines.push_back(fmt::format("and {}", counted(reasons.size() - mostReasons, "more reason")));
  }
  return lines;
}

}  // namespace axescope
