// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/quantize.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/base/parallel.h"
#include "core/command/output_file.h"
#include "core/command/terminal.h"
#include "core/command/text_table.h"
#include "core/dump/quantized_layer.h"
#include "core/study/preparation.h"
#include "core/study/provenance.h"
#include "core/study/quantized_point.h"

namespace axescope {

namespace {

std::string asText(const QuantizedPoint& point) {
  using enum TextTable::Align;
  TextTable table({{"Layer", left},
                   {"M"},
                   {"Levels", left},
                   {"N"},
                   {"T"},
                   {"P_I"},
                   {"P_O"},
                   {"Error"},
                   {"Guaranteed", left},
                   {"Smallest P_I"},
                   {"Budget use"}});
  bool guaranteed = true;
  for (std::size_t i = 0; i < point.file.layers.size(); ++i) {
    const QuantizedFileLayer& layer = point.file.layers[i];
    const Certificate certificate = certificateOf(layer);
    guaranteed = guaranteed && certificate.guaranteed();
    table.addRow({layer.info.name, fmt::format("{}", layer.weightBits), std::string(name(layer.weightQuantizer)),
                  fmt::format("{}", layer.input.bits), fmt::format("{}", certificate.tiling().tileSize),
                  fmt::format("{}", layer.innerBits), fmt::format("{}", layer.outerBits),
                  fmt::format("{:.4f}", point.layerErrors[i]), certificate.guaranteed() ? "yes" : "no",
                  fmt::format("{}", certificate.smallestInnerBits()),
                  fmt::format("{:.1f} %", 100.0 * certificate.maxUse())});
  }
  return table.text() + (guaranteed ? "\nGuaranteed: no input can overflow any accumulator.\n"
                                    : "\nNot guaranteed: some inputs can overflow an accumulator.\n");
}

// A quantized file says what its activation codes mean, so someone must know.
Status checkInputRanges(const Model& model, const PointSettings& settings) {
  const auto& layers = model.dump().layers();
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    if (!isSelected(model, settings, layer) || model.hasInputRange(layer)) continue;
    if (settings.activationDynamic && layers[layer].kind == LayerKind::linear) continue;  // each row tells its own
    return fail(ErrorCode::empty, model.dump().fileName(), "/layers/" + layers[layer].name,
                "calibration inputs or an input_scale to write",
                "neither; sweep measures budgets and bounds without, or --layers can leave it in float");
  }
  return {};
}

Result<QuantizedPoint> quantized(const QuantizeOptions& options, const Job& job) {
  AXESCOPE_TRY(const auto model, openModel(options.source));
  AXESCOPE_TRY(const Study study, options.flags.study());
  AXESCOPE_TRY(const auto points, study.points(model->studyDefaults()));
  AXESCOPE_CHECK(checkInputRanges(*model, points.front()));
  AXESCOPE_TRY(const Provenance provenance, makeProvenance(*model, study));
  return quantizePoint(*model, points.front(), provenance.toJson(), options.inputSamples, job);
}

}  // namespace

Result<int> runQuantize(const QuantizeOptions& options, const std::stop_token& stop) {
  AXESCOPE_CHECK(checkOutputs({{"--out", options.out}}, {options.source.file, options.flags.studyFile()}));
  AXESCOPE_CHECK(options.flags.study());  // wrong flags are wrong whatever the file
  const Job job{.stop = stop, .onProgress = {}, .memory = options.source.memory};
  std::optional<Result<QuantizedPoint>> point;
  withThreads(options.source.threads, [&] { point = quantized(options, job); });
  if (!*point) return fail(point->error());
  AXESCOPE_CHECK(writeQuantizedFile(options.out, (**point).file));
  print(asText(**point) + fmt::format("{} in {}\n", counted((**point).file.layers.size(), "layer"), options.out));
  return 0;
}

Command quantizeCommand(CLI::App& program) {
  CLI::App* app = program.add_subcommand("quantize", "Write the integer codes and certificates of one setting");
  const auto options = std::make_shared<QuantizeOptions>();
  addModelSource(*app, options->source);
  addMemory(*app, options->source.memory);
  app->add_option("--out", options->out, "Codes, scales, certificates and some input codes of each layer")
      ->option_text("QUANTIZED.h5")
      ->required();
  app->add_option("--input-samples", options->inputSamples,
                  "Input samples to keep as codes for emulate; 0 keeps none (default: 64)")
      ->option_text("N")
      ->check(CLI::NonNegativeNumber);
  options->flags.addAll(*app);
  app->footer(
      "Each setting takes one value.\n\n"
      "Example:\n"
      "  axescope-cli quantize samples/digits-cnn.h5 --constraint axe --inner-bits 16 --tile 64 --out quantized.h5");
  return {app, [options](const std::stop_token& stop) { return runQuantize(*options, stop); }};
}

}  // namespace axescope
