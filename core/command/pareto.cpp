// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/pareto.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/command/isolation.h"
#include "core/command/numeric_column.h"
#include "core/command/output_file.h"
#include "core/command/terminal.h"
#include "core/command/text_table.h"
#include "core/study/pareto.h"
#include "core/study/results_file.h"

namespace axescope {

namespace {

std::string cellText(const Cell& cell) {
  if (!cell) return "";
  const auto* real = std::get_if<double>(&*cell);
  return real == nullptr ? toText(*cell) : fmt::format("{:.6g}", *real);
}

// Both axes, whether it is guaranteed, and the settings that differ among the points.
std::string asText(const std::vector<PointResult>& front, const ParetoAxes& axes) {
  std::vector<const ResultColumn*> shown{axes.x, axes.y, findColumn("guaranteed")};
  for (const ResultColumn& column : resultColumns()) {
    const auto differs = [&](const PointResult& p) { return column.get(p) != column.get(front.front()); };
    const bool isShown = std::find(shown.begin(), shown.end(), &column) != shown.end();
    if (column.isSetting && !isShown && std::any_of(front.begin(), front.end(), differs)) shown.push_back(&column);
  }
  std::vector<TextTable::Column> columns(shown.size());
  std::transform(shown.begin(), shown.end(), columns.begin(), [](const ResultColumn* column) {
    return TextTable::Column{std::string(column->name),
                             isNumeric(*column) ? TextTable::Align::right : TextTable::Align::left};
  });
  TextTable table(std::move(columns));
  for (const PointResult& point : front) {
    std::vector<std::string> cells(shown.size());
    std::transform(shown.begin(), shown.end(), cells.begin(),
                   [&](const ResultColumn* column) { return cellText(column->get(point)); });
    table.addRow(std::move(cells));
  }
  return table.text();
}

}  // namespace

Result<int> runPareto(const ParetoOptions& options) {
  if (!options.csv.empty()) AXESCOPE_CHECK(checkOutputs({{"--csv", options.csv}}, {options.file}));
  AXESCOPE_TRY(StoredResults results, readResults(options.file, readerProcesses(options.isolate)));
  std::vector<PointResult>& points = results.points;
  const std::size_t all = points.size();
  if (options.guaranteedOnly) {
    std::erase_if(points, [](const PointResult& p) { return !p.measurement.guaranteed; });
  }
  ParetoAxes axes;
  AXESCOPE_TRY(axes.x, numericColumn("--x", options.x));
  AXESCOPE_TRY(axes.y, numericColumn("--y", options.y.empty() ? usualMetric(points) : options.y));
  std::vector<PointResult> front;
  for (const std::size_t index : paretoFront(points, axes)) front.push_back(points[index]);
  if (front.empty()) {
    return fail(ErrorCode::empty, options.file, "/points",
                fmt::format("points with {} and {}{}", axes.x->name, axes.y->name,
                            options.guaranteedOnly ? " that are guaranteed" : ""),
                fmt::format("none among {}", counted(all, "point")));
  }
  if (!options.csv.empty()) AXESCOPE_CHECK(writeText(options.csv, resultsCsv(results.provenance, front)));
  print(asText(front, axes) + fmt::format("\n{} of {} on the front", front.size(), counted(points.size(), "point")) +
        (options.csv.empty() ? "" : "; written to " + options.csv) + '\n');
  return 0;
}

Command paretoCommand(CLI::App& program) {
  CLI::App* app = program.add_subcommand("pareto", "Points of a sweep that no other point beats");
  const auto options = std::make_shared<ParetoOptions>();
  app->add_option("RESULTS", options->file, "File written by sweep")->option_text(" ")->required();
  app->add_option("--x", options->x, "Cost column, smaller is better (default: accumulator_bits)")
      ->option_text("COLUMN");
  app->add_option("--y", options->y, "Metric column (default: accuracy, else perplexity, else error)")
      ->option_text("COLUMN");
  app->add_option("--csv", options->csv, "The front's rows, with the columns of sweep --csv")->option_text("FRONT.csv");
  addIsolation(*app, options->isolate);
  app->add_flag("--guaranteed-only", options->guaranteedOnly, "Leave out points whose accumulators may overflow");
  app->footer(
      "Example:\n"
      "  axescope-cli pareto results.h5 --x accumulator_bits --y accuracy --guaranteed-only --csv front.csv");
  return {app, [options](const std::stop_token&) { return runPareto(*options); }};
}

}  // namespace axescope
