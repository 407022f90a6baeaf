// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/quantize.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/base/parallel.h"
#include "core/command/output_file.h"
#include "core/command/terminal.h"
#include "core/command/text_table.h"
#include "core/dump/quantized_layer.h"
#include "core/study/memory_plan.h"
#include "core/study/preparation.h"
#include "core/study/provenance.h"
#include "core/study/quantized_point.h"

namespace axescope {

namespace {

// What is said of the layers, a row each.
class Report {
 public:
  void add(const QuantizedFileLayer& layer, double error) {
    const Certificate certificate = certificateOf(layer);
    guaranteed_ = guaranteed_ && certificate.guaranteed();
    ++layers_;
    table_.addRow({layer.info.name, fmt::format("{}", layer.weightBits), fmt::format("{}", layer.input.bits),
                   fmt::format("{}", certificate.tiling().tileSize), fmt::format("{}", layer.innerBits),
                   fmt::format("{}", layer.outerBits), fmt::format("{:.4f}", error),
                   certificate.guaranteed() ? "yes" : "no", fmt::format("{}", certificate.smallestInnerBits()),
                   fmt::format("{:.1f} %", 100.0 * certificate.maxUse())});
  }

  std::string text(const std::string& file) const {
    return table_.text() +
           (guaranteed_ ? "\nGuaranteed: no input can overflow any accumulator.\n"
                        : "\nNot guaranteed: some inputs can overflow an accumulator.\n") +
           fmt::format("{} in {}\n", counted(layers_, "layer"), file);
  }

 private:
  TextTable table_{{{"Layer", TextTable::Align::left},
                    {"M"},
                    {"N"},
                    {"T"},
                    {"P_I"},
                    {"P_O"},
                    {"Error"},
                    {"Guaranteed", TextTable::Align::left},
                    {"Smallest P_I"},
                    {"Budget use"}}};
  std::size_t layers_ = 0;
  bool guaranteed_ = true;
};

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

Result<Report> quantized(const QuantizeOptions& options, const Job& job) {
  AXESCOPE_TRY(const auto model, openModel(options.source, mostWeightBytesOfOnePoint(options.source.memory)));
  AXESCOPE_TRY(const Study study, options.flags.study());
  AXESCOPE_TRY(const auto points, study.points(model->studyDefaults()));
  const PointSettings& settings = points.front();
  AXESCOPE_CHECK(checkInputRanges(*model, settings));
  AXESCOPE_TRY(const Provenance provenance, makeProvenance(*model, study));
  AXESCOPE_TRY(QuantizedFileWriter file,
               QuantizedFileWriter::create(options.out, quantizedFileHead(*model, settings, provenance.toJson())));
  Report report;
  const QuantizedLayerSink sink = [&](const QuantizedFileLayer& layer, double error) -> Status {
    report.add(layer, error);
    return file.add(layer);
  };
  AXESCOPE_CHECK(quantizePoint(*model, settings, options.inputSamples, sink, job));
  AXESCOPE_CHECK(file.commit());
  return report;
}

}  // namespace

Result<int> runQuantize(const QuantizeOptions& options, const std::stop_token& stop) {
  AXESCOPE_CHECK(checkOutputs({{"--out", options.out}}, {options.source.file, options.flags.studyFile()}));
  AXESCOPE_CHECK(options.flags.study());  // wrong flags are wrong whatever the file
  const Job job{.stop = stop, .onProgress = {}, .memory = options.source.memory};
  std::optional<Result<Report>> report;
  withThreads(options.source.threads, [&] { report = quantized(options, job); });
  if (!*report) return fail(report->error());
  print((**report).text(options.out));
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
