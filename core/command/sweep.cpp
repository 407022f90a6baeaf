// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/sweep.h"

#include <array>
#include <chrono>
#include <set>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/base/parallel.h"
#include "core/command/isolation.h"
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
      : options_(options), model_(model), file_(file) {}

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
    const bool wasStopped = !summary && summary.error().code == ErrorCode::cancelled;
    if (!summary && !wasStopped) return fail(summary.error());
    AXESCOPE_CHECK(file_.finish());
    if (wasStopped) return interrupted(wanted);
    for (const std::string& line : failureSummary(file_.points())) printNotice(line);
    if (!options_.quiet) print(closing(spent));
    const bool allFailed = failedPoints() > 0 && failedPoints() == file_.points().size();
    return allFailed ? exitStatus(summary->failureCode.value_or(ErrorCode::numerical)) : 0;
  }

 private:
  Result<RunSummary> runRemaining(const std::vector<PointSettings>& points, const std::stop_token& stop) {
    TerminalProgress progress(TerminalProgress::styleFor(options_.quiet), "points");
    const Job job{.stop = stop,
                  .onProgress =
                      [&](const Progress& p) {
                        // Passes over the evaluation data report too, with totals of their own.
                        if (p.total == points.size() && (p.what == "points" || p.what == "preparing")) {
                          progress.show(p.done, p.total);
                        }
                      },
                  .memory = options_.source.memory};
    const PointSink sink = [this](const PointResult& point) { return file_.add(point); };
    std::optional<Result<RunSummary>> summary;
    withThreads(options_.source.threads, [&] { summary = runPoints(model_, points, sink, job); });
    return *std::move(summary);
  }

  std::size_t failedPoints() const {
    std::size_t failed = 0;
    for (const PointResult& point : file_.points()) failed += point.failed() ? 1 : 0;
    return failed;
  }

  std::string closing(std::chrono::duration<double> spent) const {
    std::string text = sweepTable(file_.points(), lineWidth(stdout, pageWidth));
    if (!text.empty()) text += '\n';
    text += fmt::format("{}, {} failed, {:.1f} s; results in {}", counted(file_.points().size(), "point"),
                        failedPoints(), spent.count(), options_.out);
    if (!options_.csv.empty()) text += " and " + options_.csv;
    return text + '\n';
  }

  Result<int> interrupted(const std::vector<PointSettings>& wanted) const {
    const std::size_t finished = wanted.size() - remainingPoints(wanted, file_.points()).size();
    return fail(ErrorCode::cancelled, {}, {}, {},
                fmt::format("interrupted: {} of {} points are finished and kept in {}; --resume goes on from there",
                            finished, wanted.size(), options_.out));
  }

  const SweepOptions& options_;
  const Model& model_;
  ResultsFile& file_;
};

Status checkOutputsOf(const SweepOptions& options) {
  if (options.dryRun) return {};
  std::vector<OutputFile> outputs{{"--out", options.out, true}};
  if (!options.csv.empty()) outputs.push_back({"--csv", options.csv});
  return checkOutputs(outputs, {options.source.file, options.flags.studyFile()});
}

void warnOfOtherVersions(const ResultsFile& results, const std::string& file) {
  const Provenance& now = results.provenance();
  if (now.earlier.empty() || now.earlier.back().version == now.version) return;
  printNotice(fmt::format("{}: its points so far are of AxeScope {}, this is {}", file, now.earlier.back().version,
                          now.version));
}

}  // namespace

Result<int> runSweep(const SweepOptions& options, const std::stop_token& stop) {
  AXESCOPE_CHECK(checkOutputsOf(options));
  AXESCOPE_CHECK(options.flags.study(defaultSweep));  // wrong flags are wrong whatever the file
  AXESCOPE_TRY(const auto model, openModel(options.source));
  const bool hasInputs = model->canPropagate() || model->hasLayerInputs();
  AXESCOPE_TRY(const Study study, options.flags.study(hasInputs ? defaultSweep : weightsOnlySweep));
  AXESCOPE_TRY(const auto points, study.points(model->studyDefaults()));
  if (options.dryRun) {
    print(dryRunText(points));
    return 0;
  }
  AXESCOPE_TRY(const Provenance provenance, makeProvenance(*model, study));
  ResultsFile::Options file{.path = options.out,
                            .csv = std::nullopt,
                            .resume = options.resume,
                            .processes = readerProcesses(options.source.isolate)};
  if (!options.csv.empty()) file.csv = options.csv;
  AXESCOPE_TRY(const auto results, ResultsFile::open(file, provenance));
  warnOfOtherVersions(*results, options.out);
  return Sweep(options, *model, *results).run(points, stop);
}

Command sweepCommand(CLI::App& program) {
  CLI::App* app = program.add_subcommand("sweep", "Measure every combination of the given settings");
  const auto options = std::make_shared<SweepOptions>();
  addModelSource(*app, options->source);
  addMemory(*app, options->source.memory);
  app->add_option("--out", options->out,
                  "Results; no finished point is ever lost. A file that is in the\nway is kept as "
                  "RESULTS.previous-1.h5, -2 and so on.")
      ->option_text("RESULTS.h5");
  app->add_option("--csv", options->csv, "The same rows as text")->option_text("RESULTS.csv");
  app->add_flag("--resume", options->resume,
                "Go on with the points that RESULTS.h5 does not have yet, and\ntry again those that failed");
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
