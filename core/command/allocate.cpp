// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/allocate.h"

#include <array>
#include <cmath>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/base/parallel.h"
#include "core/command/output_file.h"
#include "core/command/terminal.h"
#include "core/command/terminal_progress.h"
#include "core/command/text_table.h"
#include "core/study/allocation_study.h"

namespace axescope {

namespace {

constexpr std::array<SettingDefault, 3> defaultGrid{
    {{"inner_bits", "11:16"}, {"activation_bits", "4,5,6,8"}, {"tile", "64"}}};

std::string tableOf(const std::vector<AllocatedPoint>& points, const std::string& cost) {
  using enum TextTable::Align;
  TextTable table({{cost, right}, {"predicted noise (dB)", right}});
  for (const AllocatedPoint& point : points) {
    table.addRow({fmt::format("{:.3f}", point.cost), fmt::format("{:.1f}", 10.0 * std::log10(point.noise))});
  }
  return table.text();
}

}  // namespace

Result<int> runAllocate(const AllocateOptions& options, const std::stop_token& stop) {
  AXESCOPE_CHECK(checkOutputs({{"--out", options.out}}, {options.source.file}));
  AXESCOPE_CHECK(checkAllocationCost(options.cost));
  AXESCOPE_TRY(const Study study, options.flags.study(defaultGrid));
  AXESCOPE_CHECK(checkAllocationStudy(study));
  AXESCOPE_TRY(const auto model, openModel(options.source));
  const AllocationRequest request{.study = study,
                                  .cost = options.cost,
                                  .points = static_cast<std::size_t>(options.points),
                                  .samples = options.samples};
  TerminalProgress progress(TerminalProgress::styleFor(options.quiet), "candidates");
  const Job job{.stop = stop,
                .onProgress = [&](const Progress& p) { progress.show(p.done, p.total); },
                .memory = options.source.memory};
  std::optional<Result<AllocatedStudy>> answer;
  withThreads(options.source.threads, [&] { answer = allocateStudy(*model, request, job); });
  if (!*answer) return fail(answer->error());
  const AllocatedStudy& allocated = **answer;
  AXESCOPE_CHECK(writeText(options.out, allocated.study.toJson() + '\n'));
  if (!options.quiet) {
    print(tableOf(allocated.points, options.cost) +
          fmt::format("\n{} from {}; study in {}\n", counted(allocated.points.size(), "point"),
                      counted(allocated.candidates, "candidate"), options.out));
  }
  return 0;
}

Command allocateCommand(CLI::App& program) {
  CLI::App* app = program.add_subcommand("allocate", "Choose widths for each layer: mixed precision");
  const auto options = std::make_shared<AllocateOptions>();
  addModelSource(*app, options->source);
  addMemory(*app, options->source.memory);
  app->add_option("--out", options->out, "Study with one point for each allocation, for sweep --study")
      ->option_text("STUDY.json")
      ->required();
  app->add_option("--cost", options->cost,
                  "What is to be bought: mean_inner_bits, mean_weight_bits or\nmean_activation_bits (default: "
                  "mean_inner_bits)")
      ->option_text("COLUMN");
  app->add_option("--points", options->points, "How many allocations, from the cheapest to the best (default: 12)")
      ->check(CLI::Range(1, 10000))
      ->option_text("N");
  app->add_option("--samples", options->samples, "Calibration samples that tell a layer's noise (default: 256)")
      ->check(CLI::Range(1, 1000000))
      ->option_text("N");
  app->add_flag("--quiet", options->quiet, "No progress and no table");
  options->flags.addAll(*app, defaultGrid);
  app->footer(
      "Lists of --weight-bits, --activation-bits, --inner-bits and --tile are what layers may choose from. Each layer\n"
      "is quantized alone in every way and run on calibration samples; the noises at the network's outputs are taken\n"
      "to add up, and for each cost the least sum is found.\n\n"
      "Example:\n"
      "  axescope-cli allocate net.h5 --activation centred --weight-scale budget --refine 8 --activation-bits 4:8 \\\n"
      "      --inner-bits 11:16 --tile 64 --out mixed.json\n"
      "  axescope-cli sweep net.h5 --study mixed.json --out mixed.h5");
  return {app, [options](const std::stop_token& stop) { return runAllocate(*options, stop); }};
}

}  // namespace axescope
