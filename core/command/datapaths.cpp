// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/datapaths.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/command/isolation.h"
#include "core/command/model_source.h"
#include "core/command/numeric_column.h"
#include "core/command/terminal.h"
#include "core/command/text_table.h"
#include "core/study/datapath_search.h"
#include "core/study/point_costs.h"
#include "core/study/results_file.h"

namespace axescope {

namespace {

Status checkOptions(const DatapathsOptions& options) {
  const bool needsDump = options.price == "cost_custom" || !options.costTable.empty();
  if (needsDump && (options.costTable.empty() || options.dump.empty())) {
    return fail(ErrorCode::invalidArgument, {}, options.costTable.empty() ? "--cost-table" : "--dump",
                "both --cost-table and --dump, the model to count", "one of them");
  }
  return {};
}

std::string frontTable(const std::vector<const PointResult*>& front, const ParetoAxes& axes, int registerBits) {
  using enum TextTable::Align;
  TextTable table({{std::string(axes.x->name)},
                   {std::string(axes.y->name)},
                   {"guaranteed"},
                   {"M"},
                   {"N"},
                   {"P_I"},
                   {"P_O"},
                   {"T"},
                   {"lanes"},
                   {"algorithm", left},
                   {"constraint", left}});
  for (const PointResult* point : front) {
    const Measurement& m = point->measurement;
    const PointSettings& s = point->settings;
    table.addRow({fmt::format("{:.5g}", *numericValue(*axes.x, *point)),
                  fmt::format("{:.5g}", *numericValue(*axes.y, *point)), m.guaranteed ? "yes" : "no",
                  fmt::format("{:.3g}", m.meanWeightBits), fmt::format("{:.3g}", m.meanActivationBits),
                  fmt::format("{}", m.innerBitsUsed), fmt::format("{}", m.outerBitsUsed),
                  toText(findSetting("tile")->get(s)), fmt::format("{}", lanesOf(m.innerBitsUsed, registerBits)),
                  toText(findSetting("algorithm")->get(s)), toText(findSetting("constraint")->get(s))});
  }
  return table.text();
}

}  // namespace

Result<int> runDatapaths(const DatapathsOptions& options, const std::stop_token& stop) {
  AXESCOPE_CHECK(checkOptions(options));
  ParetoAxes axes;
  AXESCOPE_TRY(axes.x, numericColumn("--price", options.costTable.empty() ? options.price : "cost_custom"));
  AXESCOPE_TRY(StoredResults results, readResults(options.file, readerProcesses(options.isolate)));
  std::vector<PointResult>& points = results.points;
  if (options.guaranteedOnly) {
    std::erase_if(points, [](const PointResult& p) { return !p.measurement.guaranteed; });
  }
  if (!options.costTable.empty()) {
    AXESCOPE_TRY(const CostModel table, findCostModel(options.costTable));
    ModelSource source;
    source.file = options.dump;
    source.isolate = options.isolate;
    AXESCOPE_TRY(const auto model, openModel(source));
    AXESCOPE_CHECK(priceCustom(*model, table, points, {.stop = stop, .onProgress = {}}));
  }
  AXESCOPE_TRY(axes.y, numericColumn("--y", options.metric.empty() ? usualMetric(points) : options.metric));
  std::vector<const PointResult*> front;
  for (const std::size_t index : paretoFront(points, axes)) front.push_back(&points[index]);
  if (front.empty()) {
    return fail(ErrorCode::empty, options.file, "/points",
                fmt::format("points with {} and {}", axes.x->name, axes.y->name),
                fmt::format("none among {}", counted(points.size(), "point")));
  }
  std::string text = frontTable(front, axes, options.registerBits);
  text += fmt::format("\nLanes of a {}-bit register. ", options.registerBits);
  const auto comparison = compareDatapaths(points, axes, options.accumulatorBits);
  text += comparison ? sentenceOf(*comparison, axes)
                     : fmt::format(
                           "Nothing to say of {}-bit accumulators: the results need points of at most that "
                           "width and wider ones.",
                           options.accumulatorBits);
  print(text + '\n');
  return 0;
}

Command datapathsCommand(CLI::App& program) {
  CLI::App* app = program.add_subcommand("datapaths", "Which datapaths are worth their price, and what a width buys");
  const auto options = std::make_shared<DatapathsOptions>();
  app->add_option("RESULTS", options->file, "File written by sweep")->option_text(" ")->required();
  app->add_option("--price", options->price, "Cost column (default: cost_simd)")->option_text("COLUMN");
  app->add_option("--y", options->metric, "Metric column (default: accuracy, else perplexity, else error)")
      ->option_text("COLUMN");
  app->add_option("--cost-table", options->costTable, "A table of your own instead; needs --dump")
      ->option_text("TABLE.json");
  app->add_option("--dump", options->dump, "The model that was swept, to count its operations")->option_text("FILE");
  app->add_option("--accumulator", options->accumulatorBits,
                  "Width of which to say what it buys beside the widest one swept\n(default: 16)")
      ->check(CLI::Range(leastAccumulatorBits, mostAccumulatorBits))
      ->option_text("BITS");
  app->add_option("--register-bits", options->registerBits, "Vector register of the lanes shown (default: 256)")
      ->check(CLI::Range(64, 65536))
      ->option_text("BITS");
  app->add_flag("--guaranteed-only", options->guaranteedOnly, "Leave out points whose accumulators may overflow");
  addIsolation(*app, options->isolate);
  app->footer(
      "Example:\n"
      "  axescope-cli datapaths results.h5 --price cost_energy --accumulator 12 --guaranteed-only");
  return {app, [options](const std::stop_token& stop) { return runDatapaths(*options, stop); }};
}

}  // namespace axescope
