// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/self_test.h"

#include <chrono>
#include <optional>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "axescope_version.h"
#include "core/base/parallel.h"
#include "core/command/model_source.h"
#include "core/command/terminal.h"
#include "core/command/terminal_progress.h"
#include "core/command/text_table.h"

namespace axescope {

namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;
using selftest::Check;
using selftest::Comparison;

struct Outcome {
  const Check* check = nullptr;
  Result<Comparison> comparison;
  double seconds = 0.0;

  bool passed() const { return comparison && comparison->passed(); }
  /// Empty where it passed.
  std::string reason() const {
    if (!comparison) return comparison.error().line();
    if (passed()) return {};
    return fmt::format("{} of {} values differ; {}", comparison->different, comparison->values, comparison->first);
  }
};

// A check for which there is no memory has not passed.
Result<Comparison> compare(const Check& check, const Job& job) {
  try {
    return check.run(job);
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::tooLarge, {}, check.name, "memory for the check", "not enough");
  }
}

Outcome outcomeOf(const Check& check, const SelfTestOptions& options, const Job& job) {
  const auto start = Clock::now();
  Outcome outcome{.check = &check, .comparison = Comparison{}};
  withThreads(options.threads, [&] { outcome.comparison = compare(check, job); });
  outcome.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return outcome;
}

std::string asText(std::span<const Outcome> outcomes) {
  using enum TextTable::Align;
  TextTable table({{"Under test", left}, {"Compared with", left}, {"Cases"}, {"Values"}, {"Time"}, {"Result", left}});
  for (const Outcome& outcome : outcomes) {
    const auto number = [&](std::int64_t value) {
      return outcome.comparison ? fmt::format("{}", value) : std::string();
    };
    const Comparison comparison = outcome.comparison.value_or(Comparison{});
    table.addRow({outcome.check->name, outcome.check->against, number(comparison.cases), number(comparison.values),
                  fmt::format("{:.1f} s", outcome.seconds), outcome.passed() ? "same" : "FAILED"});
  }
  return table.text();
}

std::string asJson(std::span<const Outcome> outcomes, bool passed) {
  Json rows = Json::array();
  for (const Outcome& outcome : outcomes) {
    Json row{{"name", outcome.check->name}, {"against", outcome.check->against}, {"passed", outcome.passed()}};
    if (outcome.comparison) {
      row["cases"] = outcome.comparison->cases;
      row["values"] = outcome.comparison->values;
      row["different"] = outcome.comparison->different;
    }
    if (!outcome.passed()) row["failure"] = outcome.reason();
    row["seconds"] = outcome.seconds;
    rows.push_back(std::move(row));
  }
  const Json all{{"version", versionString}, {"passed", passed}, {"checks", std::move(rows)}};
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace

Result<int> runSelfTest(const SelfTestOptions& options, std::span<const Check> checks, const std::stop_token& stop) {
  std::vector<Outcome> outcomes;
  {
    TerminalProgress progress(TerminalProgress::styleFor(options.json || options.quiet), "checks");
    for (const Check& check : checks) {
      progress.show(outcomes.size(), checks.size());
      outcomes.push_back(outcomeOf(check, options, Job{stop, {}, 0}));
      if (stop.stop_requested()) return fail(ErrorCode::cancelled, {}, {}, {}, "interrupted");
    }
  }
  std::size_t failed = 0;
  for (const Outcome& outcome : outcomes) failed += outcome.passed() ? 0 : 1;
  print(options.json ? asJson(outcomes, failed == 0) : asText(outcomes));
  for (const Outcome& outcome : outcomes) {
    if (!outcome.passed()) printNotice(outcome.check->name + ": " + outcome.reason());
  }
  if (failed > 0) return exitStatus(ErrorCode::numerical);
  if (!options.json && !options.quiet) print(fmt::format("\n{} passed\n", counted(outcomes.size(), "check")));
  return 0;
}

Command selfTestCommand(CLI::App& program) {
  CLI::App* app = program.add_subcommand("self-test", "Whether this machine computes what the program promises");
  const auto options = std::make_shared<SelfTestOptions>();
  app->add_flag("--json", options->json, "Machine-readable output");
  app->add_flag("--quiet", options->quiet, "No progress, only the table");
  addThreads(*app, options->threads);
  app->footer(
      "Every fast way is compared with a slow one that shares nothing with it, on seeded cases: integers and codes\n"
      "must be the same bit for bit. It takes some ten seconds. Exit status 4 where something differs; please report\n"
      "that with the output of --json.\n\n"
      "Example:\n"
      "  axescope-cli self-test");
  return {app, [options](const std::stop_token& stop) {
            const std::vector<Check> checks = selftest::allChecks();
            return runSelfTest(*options, checks, stop);
          }};
}

}  // namespace axescope
