// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/bench.h"

#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/bench/bench_run.h"
#include "core/bench/workloads.h"
#include "core/command/model_source.h"
#include "core/command/terminal.h"
#include "core/command/terminal_progress.h"
#include "core/command/text_table.h"
#include "core/study/model.h"
#include "core/study/settings.h"

namespace axescope {

namespace {

using bench::BenchReport;
using bench::BenchRow;
using bench::Target;
using bench::Yardstick;
using Json = nlohmann::ordered_json;

constexpr int fullRepetitions = 5;
constexpr int quickRepetitions = 1;
constexpr int mostRepetitions = 1000;

// A figure as people read it.
std::string figureText(Yardstick yardstick, double figure) {
  switch (yardstick) {
    case Yardstick::floatProduct:
    case Yardstick::integerProduct:
      return fmt::format("{:.1f} %", 100.0 * figure);
    case Yardstick::otherTime:
    case Yardstick::otherRate:
      return fmt::format("{:.2f} ×", figure);
    case Yardstick::clock:
      return fmt::format("{:.3f} s", figure);
    case Yardstick::memory:
      return fmt::format("{:.0f} MiB", figure);
  }
  return {};
}

std::string targetText(const BenchRow& row) {
  if (row.target.sense == Target::Sense::none) return "";
  return (row.target.sense == Target::Sense::atLeast ? "≥ " : "≤ ") + figureText(row.yardstick, row.target.value);
}

std::string rateText(const BenchRow& row) {
  if (row.rate == 0.0) return "";
  if (row.unit == "multiply-adds") return fmt::format("{:.2f} G/s", row.rate * 1e-9);
  return fmt::format("{:.1f} {}/s", row.rate, row.unit);
}

std::string rowTable(const std::vector<BenchRow>& rows) {
  using enum TextTable::Align;
  TextTable table({{"Work", left},
                   {"Time"},
                   {"Rate"},
                   {"Figure"},
                   {"of", left},
                   {"Target"},
                   {"", left},
                   {"Lowest"},
                   {"Highest"},
                   {"CPU time"},
                   {"Size", left}});
  for (const BenchRow& row : rows) {
    if (row.failure) {
      table.addRow({row.name, "", "", "", row.against, targetText(row), "failed", "", "", "", row.size});
      continue;
    }
    const auto figure = [&](double value) { return figureText(row.yardstick, value); };
    table.addRow({row.name, fmt::format("{:.4f} s", row.seconds), rateText(row), figure(row.figure), row.against,
                  targetText(row), row.target.met(row.figure) ? "" : "missed", figure(row.lowest), figure(row.highest),
                  row.processorFigure > 0.0 ? figure(row.processorFigure) : "", row.size});
  }
  return table.text();
}

std::string growthTable(const std::vector<bench::GrowthRow>& rows) {
  using enum TextTable::Align;
  TextTable table({{"Growth", left}, {"Along", left}, {"Value"}, {"Time"}, {"Factor"}, {"Expected"}});
  for (const bench::GrowthRow& row : rows) {
    const bool first = row.expected == 0.0;
    table.addRow({row.name, row.parameter, fmt::format("{}", row.value), fmt::format("{:.4f} s", row.seconds),
                  first ? "" : fmt::format("{:.2f} ×", row.factor),
                  first ? "" : fmt::format("{:.2f} ×", row.expected)});
  }
  return table.text();
}

std::string asText(const BenchReport& report) {
  std::string text;
  for (const bench::MachineRates& rates : report.rates) {
    text += fmt::format("{}: sgemm {:.1f}, u8s8s32 {:.1f} billion multiply-adds a second\n",
                        counted(static_cast<std::size_t>(rates.threads), "thread"), rates.floatProduct * 1e-9,
                        rates.integerProduct * 1e-9);
  }
  if (!report.rows.empty()) text += '\n' + rowTable(report.rows);
  if (!report.growth.empty()) text += '\n' + growthTable(report.growth);
  return text;
}

Json asJson(const BenchRow& row) {
  Json one{{"name", row.name}, {"size", row.size}, {"against", row.against}};
  if (row.failure) {
    one["failure"] = row.failure->line();
    return one;
  }
  one["seconds"] = row.seconds;
  if (row.rate > 0.0) {
    one["rate"] = row.rate;
    one["unit"] = row.unit;
  }
  one["figure_is"] = bench::name(row.yardstick);
  one["figure"] = row.figure;
  one["lowest"] = row.lowest;
  one["highest"] = row.highest;
  if (row.processorFigure > 0.0) one["processor_figure"] = row.processorFigure;
  if (row.target.sense != Target::Sense::none) {
    one[row.target.sense == Target::Sense::atLeast ? "at_least" : "at_most"] = row.target.value;
    one["met"] = row.target.met(row.figure);
  }
  return one;
}

std::string asJson(const BenchReport& report) {
  Json rates = Json::array();
  for (const bench::MachineRates& rate : report.rates) {
    rates.push_back({{"threads", rate.threads}, {"sgemm", rate.floatProduct}, {"u8s8s32", rate.integerProduct}});
  }
  Json rows = Json::array();
  for (const BenchRow& row : report.rows) rows.push_back(asJson(row));
  Json growth = Json::array();
  for (const bench::GrowthRow& row : report.growth) {
    Json one{{"name", row.name}, {"parameter", row.parameter}, {"value", row.value}, {"seconds", row.seconds}};
    if (row.expected > 0.0) {
      one["factor"] = row.factor;
      one["expected"] = row.expected;
    }
    growth.push_back(std::move(one));
  }
  const Json all{{"machine", std::move(rates)}, {"workloads", std::move(rows)}, {"growth", std::move(growth)}};
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

// Rows and series whose name or group fits. Errors: invalidArgument when none does.
Result<bench::BenchPlan> chosenPlan(const BenchCommandOptions& options) {
  bench::BenchPlan plan{bench::workloads(options.bench), bench::growthSeries(options.bench)};
  const auto isUnwanted = [&](const auto& one) {
    return !globMatches(options.only, one.name) && !globMatches(options.only, bench::groupOf(one.name));
  };
  std::erase_if(plan.workloads, isUnwanted);
  std::erase_if(plan.growth, isUnwanted);
  if (!plan.workloads.empty() || !plan.growth.empty()) return plan;
  return fail(ErrorCode::invalidArgument, {}, "--only",
              "a glob that fits a workload (evaluation needs --model, large needs --large)", "'" + options.only + "'");
}

}  // namespace

Result<int> runBenchCommand(const BenchCommandOptions& options, const std::stop_token& stop) {
  if (!options.bench.model.empty()) AXESCOPE_CHECK(Model::open(options.bench.model));  // before minutes of other work
  AXESCOPE_TRY(const bench::BenchPlan plan, chosenPlan(options));
  const int usual = options.bench.quick ? quickRepetitions : fullRepetitions;
  const int repetitions = options.repetitions > 0 ? options.repetitions : usual;
  BenchReport report;
  Status status;
  {
    TerminalProgress progress(TerminalProgress::styleFor(options.json || options.bench.quick), "workloads");
    const Job job{.stop = stop, .onProgress = [&](const Progress& p) { progress.show(p.done, p.total); }};
    status = bench::runBench(plan, options.bench, repetitions, job, report);
  }
  const bool interruptedAtOnce = !status && report.rows.empty();
  if (!interruptedAtOnce) print(options.json ? asJson(report) : asText(report));
  if (!status) return fail(status.error());
  int exit = 0;
  for (const BenchRow& row : report.rows) {
    if (!row.failure) continue;
    printNotice(row.name + ": " + row.failure->line());
    exit = exitStatus(row.failure->code);
  }
  return exit;
}

Command benchCommand(CLI::App& program) {
  CLI::App* app = program.add_subcommand("bench", "Measure the program's work as shares of this machine's own speed");
  const auto options = std::make_shared<BenchCommandOptions>();
  app->add_flag("--json", options->json, "Machine-readable output");
  app->add_flag("--quick", options->bench.quick, "Small sizes and one repetition: whether it runs, not how fast");
  app->add_option("--only", options->only, "Work whose name or group fits, such as recurrence or\nemulation/sat*")
      ->option_text("GLOB");
  app->add_option("--model", options->bench.model,
                  "Also evaluate the network of this dump, in float and through a\nguaranteed W8A8 datapath")
      ->option_text("FILE");
  app->add_flag("--large", options->bench.large,
                "Also open a dump of 10 GiB, written to the folder for temporary\nfiles and removed at the end");
  addThreads(*app, options->bench.threads);
  app->add_option("--repetitions", options->repetitions, "Paired measurements of each row (default: 5)")
      ->option_text("N")
      ->check(CLI::Range(1, mostRepetitions));
  app->footer(
      "Each row alternates with what it is compared with, and its figure is the median of the paired ratios: a share\n"
      "of the machine's own matrix product, or of other work's time. So it means the same on any machine. 'missed'\n"
      "marks a figure beyond its target; 'CPU time' is the figure from the time that processors worked, for machines\n"
      "that others use too. Ctrl-C shows the rows so far.\n\n"
      "Examples:\n"
      "  axescope-cli bench\n"
      "  axescope-cli bench --only recurrence --threads 1 --repetitions 9 --json\n"
      "  axescope-cli bench --only evaluation --model net.h5");
  return {app, [options](const std::stop_token& stop) { return runBenchCommand(*options, stop); }};
}

}  // namespace axescope
