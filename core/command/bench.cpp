// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/bench.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/bench/bench_run.h"
#include "core/bench/workloads.h"
#include "core/command/model_source.h"
#include "core/command/terminal.h"
#include "core/command/terminal_progress.h"
#include "core/command/text_table.h"
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
  return fmt::format("{:.0f} {}/s", row.rate, row.unit);
}

std::string asText(const BenchReport& report) {
  std::string text;
  for (const bench::MachineRates& rates : report.rates) {
    text += fmt::format("{}: sgemm {:.1f}, u8s8s32 {:.1f} billion multiply-adds a second\n",
                        counted(static_cast<std::size_t>(rates.threads), "thread"), rates.floatProduct * 1e-9,
                        rates.integerProduct * 1e-9);
  }
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
                   {"Size", left}});
  for (const BenchRow& row : report.rows) {
    table.addRow({row.name, fmt::format("{:.4f} s", row.seconds), rateText(row), figureText(row.yardstick, row.figure),
                  row.against, targetText(row), row.target.met(row.figure) ? "" : "missed",
                  figureText(row.yardstick, row.lowest), figureText(row.yardstick, row.highest), row.size});
  }
  return text + '\n' + table.text();
}

const char* yardstickName(Yardstick yardstick) {
  switch (yardstick) {
    case Yardstick::floatProduct:
    case Yardstick::integerProduct:
      return "share";
    case Yardstick::otherTime:
      return "time ratio";
    case Yardstick::otherRate:
      return "speedup";
    case Yardstick::clock:
      return "seconds";
    case Yardstick::memory:
      return "MiB";
  }
  return "";
}

std::string asJson(const BenchReport& report) {
  Json rates = Json::array();
  for (const bench::MachineRates& rate : report.rates) {
    rates.push_back({{"threads", rate.threads}, {"sgemm", rate.floatProduct}, {"u8s8s32", rate.integerProduct}});
  }
  Json rows = Json::array();
  for (const BenchRow& row : report.rows) {
    Json one{{"name", row.name},       {"seconds", row.seconds}, {"rate", row.rate},
             {"unit", row.unit},       {"figure", row.figure},   {"figure_is", yardstickName(row.yardstick)},
             {"against", row.against}, {"size", row.size},       {"lowest", row.lowest},
             {"highest", row.highest}};
    if (row.target.sense != Target::Sense::none) {
      one["target"] = row.target.value;
      one["target_is"] = row.target.sense == Target::Sense::atLeast ? "at least" : "at most";
      one["met"] = row.target.met(row.figure);
    }
    rows.push_back(std::move(one));
  }
  const Json all{{"machine", std::move(rates)}, {"workloads", std::move(rows)}};
  return all.dump(2) + '\n';
}

bool isWanted(const std::string& only, const bench::Workload& workload) {
  return globMatches(only, workload.name) || globMatches(only, workload.group());
}

}  // namespace

Result<int> runBenchCommand(const BenchCommandOptions& options, const std::stop_token& stop) {
  bench::BenchOptions benchOptions = options.bench;
  benchOptions.model = options.model;
  std::vector<bench::Workload> wanted = bench::workloads(benchOptions);
  std::erase_if(wanted, [&](const bench::Workload& workload) { return !isWanted(options.only, workload); });
  if (wanted.empty()) {
    return fail(ErrorCode::invalidArgument, {}, "--only", "a glob that fits the name or the group of a workload",
                "'" + options.only + "'");
  }
  const int usual = options.bench.quick ? quickRepetitions : fullRepetitions;
  const int repetitions = options.repetitions > 0 ? options.repetitions : usual;
  std::optional<Result<BenchReport>> report;
  {
    TerminalProgress progress(TerminalProgress::styleFor(options.json || options.bench.quick), "workloads");
    const Job job{.stop = stop, .onProgress = [&](const Progress& p) { progress.show(p.done, p.total); }};
    report = bench::runBench(wanted, benchOptions, repetitions, job);
  }
  if (!*report) return fail(report->error());
  print(options.json ? asJson(**report) : asText(**report));
  return 0;
}

Command benchCommand(CLI::App& program) {
  CLI::App* app = program.add_subcommand("bench", "Measure the program's work as shares of this machine's own speed");
  const auto options = std::make_shared<BenchCommandOptions>();
  app->add_flag("--json", options->json, "Machine-readable output");
  app->add_flag("--quick", options->bench.quick, "Small sizes and one repetition: whether it runs, not how fast");
  app->add_option("--only", options->only, "Workloads whose name or group fits, such as recurrence or emulation/sat*")
      ->option_text("GLOB");
  addThreads(*app, options->bench.threads);
  app->add_option("--repetitions", options->repetitions, "Pairs of measurements for each figure (default: 5)")
      ->option_text("N")
      ->check(CLI::Range(1, mostRepetitions));
  app->footer(
      "Each workload alternates with what it is compared with; its figure is the median of the paired ratios, so\n"
      "that it means the same on any machine. 'missed' marks a figure beyond its target.\n\n"
      "Examples:\n"
      "  axescope-cli bench\n"
      "  axescope-cli bench --only 'recurrence/*' --threads 1 --repetitions 9 --json");
  return {app, [options](const std::stop_token& stop) { return runBenchCommand(*options, stop); }};
}

}  // namespace axescope
