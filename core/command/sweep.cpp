// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/sweep.h"

#include <array>
#include <chrono>
#include <mutex>
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/base/parallel.h"
#include "core/command/output_file.h"
#include "core/command/sweep_table.h"
#include "core/command/terminal.h"
#include "core/command/terminal_progress.h"
#include "core/command/text_table.h"
#include "core/study/preparation.h"
#include "core/study/results_file.h"
#include "core/study/runner.h"

namespace axescope {

namespace {

// Worth looking at when nothing is said.
constexpr std::array<SettingDefault, 4> defaultSweep{
    {{"algorithm", "gpfq,optq"}, {"constraint", "none,axe"}, {"inner_bits", "10:20"}, {"tile", "64,full"}}};
// Without calibration inputs only round to nearest can run.
constexpr std::array<SettingDefault, 4> weightsOnlySweep{
    {{"algorithm", "rtn"}, {"constraint", "none,axe"}, {"inner_bits", "10:20"}, {"tile", "64,full"}}};

constexpr int allFailedStatus = 4;
constexpr int pageWidth = 120;  // of tables that do not go to a terminal

std::string dryRunText(const std::vector<PointSettings>& points) {
  std::set<std::string> preparations;
  std::set<std::string> quantizations;
  for (const PointSettings& point : points) {
    preparations.insert(toJson(preparationKey(point)));
    quantizations.insert(toJson(quantizationKey(point)));
  }
  return fmt::format("{}: {}, {}\n", counted(points.size(), "point"), counted(preparations.size(), "preparation"),
                     counted(quantizations.size(), "quantization"));
}

class Sweep {
 public:
  Sweep(const SweepOptions& options, const Model& model, ResultsFile& file)
      : options_(options), model_(model), file_(file), all_(file.points()) {}

  Result<int> run(const std::vector<PointSettings>& wanted, const std::stop_token& stop) {
    const std::vector<PointSettings> points = remainingPoints(wanted, file_.points());
    const std::size_t finishedBefore = wanted.size() - points.size();
    if (options_.resume && !options_.quiet) {
      printNotice(fmt::format("{} of {} finished before, {} to go", finishedBefore, counted(wanted.size(), "point"),
                              points.size()));
    }
    const auto start = std::chrono::steady_clock::now();
    const auto summary = runRemaining(points, stop);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    if (!summary && summary.error().code == ErrorCode::cancelled) {
      return interrupted(finishedBefore + all_.size() - file_.points().size(), wanted.size());
    }
    if (!summary) return fail(summary.error());
    const bool allFailed = failedPoints() > 0 && failedPoints() == all_.size();
    if (allFailed) AXESCOPE_CHECK(checkInput(wanted.front(), stop));
    for (const std::string& line : failureSummary(all_)) printNotice(line);
    if (!options_.quiet) print(closing(spent));
    return allFailed ? allFailedStatus : 0;
  }

 private:
  Result<RunSummary> runRemaining(const std::vector<PointSettings>& points, const std::stop_token& stop) {
    TerminalProgress progress(TerminalProgress::styleFor(options_.quiet), "points");
    const Job job{.stop = stop, .onProgress = [&](const Progress& p) {
                    // Passes over the evaluation data report too, with totals of their own.
                    if (p.total == points.size() && (p.what == "points" || p.what == "preparing")) {
                      progress.show(p.done, p.total);
                    }
                  }};
    const PointSink sink = [this](const PointResult& point) -> Status {
      AXESCOPE_CHECK(file_.add(point));
      const std::scoped_lock lock(mutex_);
      all_.push_back(point);
      return {};
    };
    std::optional<Result<RunSummary>> summary;
    withThreads(options_.source.threads, [&] { summary = runPoints(model_, points, sink, job); });
    return *std::move(summary);
  }

  // When nothing worked: an input that cannot be used at all is that error, not a failure of each point.
  Status checkInput(const PointSettings& point, const std::stop_token& stop) const {
    std::optional<Status> status;
    withThreads(options_.source.threads, [&] {
      const auto preparation = Preparation::make(model_, preparationKey(point), {.stop = stop, .onProgress = {}});
      status = preparation ? Status{} : Status(fail(preparation.error()));
    });
    return *status;
  }

  std::size_t failedPoints() const {
    std::size_t failed = 0;
    for (const PointResult& point : all_) failed += point.failed() ? 1 : 0;
    return failed;
  }

  std::string closing(std::chrono::duration<double> spent) const {
    std::string text = sweepTable(all_, lineWidth(stdout, pageWidth));
    if (!text.empty()) text += '\n';
    text += fmt::format("{}, {} failed, {:.1f} s; results in {}", counted(all_.size(), "point"), failedPoints(),
                        spent.count(), options_.out);
    if (!options_.csv.empty()) text += " and " + options_.csv;
    return text + '\n';
  }

  Result<int> interrupted(std::size_t finished, std::size_t wanted) const {
    return fail(ErrorCode::cancelled, {}, {}, {},
                fmt::format("interrupted: {} of {} points are finished and kept in {}; --resume goes on from there",
                            finished, wanted, options_.out));
  }

  const SweepOptions& options_;
  const Model& model_;
  ResultsFile& file_;
  std::mutex mutex_;
  std::vector<PointResult> all_;
};

Status checkOutputs(const SweepOptions& options) {
  if (options.dryRun) return {};
  AXESCOPE_CHECK(checkOutput("--out", options.out, options.source.file));
  if (options.csv.empty()) return {};
  AXESCOPE_CHECK(checkOutput("--csv", options.csv, options.source.file));
  if (options.csv == options.out) {
    return fail(ErrorCode::invalidArgument, {}, "--csv", "another file than --out", "'" + options.csv + "'");
  }
  return {};
}

}  // namespace

Result<int> runSweep(const SweepOptions& options, const std::stop_token& stop) {
  AXESCOPE_CHECK(checkOutputs(options));
  AXESCOPE_CHECK(options.flags.study(defaultSweep));  // wrong flags are wrong whatever the file
  AXESCOPE_TRY(const auto model, openModel(options.source));
  const bool hasInputs = model->canPropagate() || model->hasLayerInputs();
  AXESCOPE_TRY(const Study study, options.flags.study(hasInputs ? defaultSweep : weightsOnlySweep));
  AXESCOPE_TRY(const auto points, study.points(model->canPropagate()));
  if (options.dryRun) {
    print(dryRunText(points));
    return 0;
  }
  AXESCOPE_TRY(const Provenance provenance, makeProvenance(*model, study));
  ResultsFile::Options file{.path = options.out, .csv = std::nullopt, .resume = options.resume};
  if (!options.csv.empty()) file.csv = options.csv;
  AXESCOPE_TRY(const auto results, ResultsFile::open(file, provenance));
  return Sweep(options, *model, *results).run(points, stop);
}

Command sweepCommand(CLI::App& program) {
  CLI::App* app = program.add_subcommand("sweep", "Measure every combination of the given settings");
  const auto options = std::make_shared<SweepOptions>();
  addModelSource(*app, options->source);
  app->add_option("--out", options->out,
                  "Results, complete after each point. A file that is in the way\nis kept as RESULTS.previous.h5.")
      ->option_text("RESULTS.h5");
  app->add_option("--csv", options->csv, "The same rows as text")->option_text("RESULTS.csv");
  app->add_flag("--resume", options->resume, "Go on with the points that RESULTS.h5 does not have yet");
  app->add_flag("--dry-run", options->dryRun, "Only say how much work it would be");
  app->add_flag("--quiet", options->quiet, "No progress and no table");
  options->flags.addAll(*app, defaultSweep);
  app->footer(
      "Each setting takes a value, a list 4,8 or a range 12:20 or 12:20:2; all combinations are measured.\n"
      "Ctrl-C keeps the finished points.\n\n"
      "Examples:\n"
      "  axescope-cli sweep samples/digits-cnn.h5 --out results.h5\n"
      "  axescope-cli sweep net.h5 --algorithm optq,gpfq --constraint none,axe --activation-bits 4,8 \\\n"
      "      --inner-bits 12:20 --tile 64,128,full --weight-scale absmax,budget --out results.h5 --csv results.csv");
  return {app, [options](const std::stop_token& stop) { return runSweep(*options, stop); }};
}

}  // namespace axescope
