// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/info.h"

#include <algorithm>
#include <array>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/parallel.h"
#include "core/budget/bounds.h"
#include "core/command/output_file.h"
#include "core/command/terminal.h"
#include "core/command/text_table.h"
#include "core/hdf5/text.h"
#include "core/hdf5/writer.h"

namespace axescope {

namespace {

using Json = nlohmann::ordered_json;

// A layer is calibrated by the network's samples where the graph uses it, else by its own inputs.
std::int64_t calibrationSamples(const Model& model, std::size_t index) {
  if (model.canPropagate() && model.network()->usesLayer(index)) return model.dump().calibrationShape().front();
  return model.dump().layers()[index].calibrationSamples();
}

std::string sampleText(const Shape& shape) {
  return fmt::format("{} of {}", counted(static_cast<std::size_t>(shape.front()), "sample"),
                     hdf5::describeShape(Shape(shape.begin() + 1, shape.end())));
}

Status writeLogits(const std::string& path, const Model& model, const FloatRun& run) {
  Shape shape = model.network()->valueShape(model.network()->outputValue());
  if (run.outputs == nullptr) {
    return fail(ErrorCode::tooLarge, model.dump().fileName(), "/eval/inputs",
                "outputs that fit into memory for --logits",
                fmt::format("{} of {}", counted(static_cast<std::size_t>(model.evaluationCount(0)), "sample"),
                            hdf5::describeShape(shape)));
  }
  const MatrixF& outputs = *run.outputs;
  shape.insert(shape.begin(), outputs.rows());
  AXESCOPE_TRY(hdf5::Writer writer, hdf5::Writer::create(path));
  AXESCOPE_CHECK(writer.tensor("/logits", shape, std::span(outputs.data(), static_cast<std::size_t>(outputs.size()))));
  return writer.commit();
}

// What the float network scores, where asked for; the logits on the way.
Result<Score> evaluate(const Model& model, const InfoOptions& options, const Job& job) {
  if (!options.evaluate && options.logits.empty()) return Score{};
  const std::string& file = options.source.file;
  const char* flag = options.evaluate ? "--evaluate" : "--logits";
  if (!model.canEvaluate()) {
    return fail(ErrorCode::notFound, file, model.network() == nullptr ? "/graph" : "/eval/inputs",
                fmt::format("a graph with evaluation inputs for {}", flag), "none");
  }
  std::optional<Result<FloatRun>> run;
  withThreads(options.source.threads, [&] { run = model.floatRun(model.evaluationCount(0), job); });
  if (!*run) return fail(run->error());
  if (!options.logits.empty()) AXESCOPE_CHECK(writeLogits(options.logits, model, **run));
  if (!options.evaluate) return Score{};
  if (!model.canScore()) {
    return fail(ErrorCode::notFound, file, "/eval/labels", "labels of a classification task for --evaluate", "none");
  }
  return (*run)->score;
}

std::string asJson(const Model& model, const Score& score) {
  const Dump& dump = model.dump();
  Json layers = Json::array();
  for (std::size_t i = 0; i < dump.layers().size(); ++i) {
    const LayerInfo& layer = dump.layers()[i];
    layers.push_back({{"name", layer.name},
                      {"kind", name(layer.kind)},
                      {"channels", layer.channels},
                      {"k", layer.k()},
                      {"groups", layer.groups()},
                      {"parameters", layer.parameters()},
                      {"calibration_samples", calibrationSamples(model, i)}});
    if (!model.canQuantize(i)) layers.back()["left_out"] = true;
  }
  Json all{{"model", dump.model()}, {"task", name(dump.task())}, {"layers", std::move(layers)}};
  if (score.accuracy) all["float_accuracy"] = *score.accuracy;
  if (score.perplexity) all["float_perplexity"] = *score.perplexity;
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string abilities(const Model& model) {
  const std::string metric = model.dump().task() == Task::languageModeling ? "perplexity" : "task accuracy";
  const bool scored = model.canScore() && model.networkHasInputRanges();
  if (scored && (model.canPropagate() || model.hasLayerInputs())) {
    return metric + ", error of each layer, budgets and bounds";
  }
  if (model.canPropagate() || model.hasLayerInputs()) {
    return "error of each layer, budgets and bounds (" + metric + " needs a graph and evaluation data)";
  }
  if (scored) return metric + ", budgets and bounds, quantized by rtn alone (the others need calibration inputs)";
  return "budgets and bounds, quantized by rtn alone (" + (model.canScore() ? metric + " and " : "") +
         "the other algorithms need calibration inputs)";
}

// Layers that no study quantizes.
std::string leftOut(const Model& model) {
  std::string names;
  for (std::size_t i = 0; i < model.dump().layers().size(); ++i) {
    if (!model.canQuantize(i)) names += (names.empty() ? "" : ", ") + model.dump().layers()[i].name;
  }
  return names;
}

std::string boundText(const LayerInfo& layer, int weightBits, int activationBits) {
  const bool isSigned = layer.givenInputQuantizer && hasSignedCodes(layer.givenInputQuantizer->encoding);
  return fmt::format("{}", dataTypeBound(layer.k(), {weightBits}, activationBits, isSigned));
}

std::string asText(const Model& model, const Score& score) {
  const Dump& dump = model.dump();
  std::int64_t all = 0;
  using enum TextTable::Align;
  TextTable table({{"Layer", left},
                   {"Kind", left},
                   {"Channels"},
                   {"K"},
                   {"Groups"},
                   {"Parameters"},
                   {"Calibration"},
                   {"P for W4A8"},
                   {"P for W8A8"}});
  for (std::size_t i = 0; i < dump.layers().size(); ++i) {
    const LayerInfo& layer = dump.layers()[i];
    const std::int64_t samples = calibrationSamples(model, i);
    all += layer.parameters();
    table.addRow({layer.name, name(layer.kind), fmt::format("{}", layer.channels), fmt::format("{}", layer.k()),
                  fmt::format("{}", layer.groups()), fmt::format("{}", layer.parameters()),
                  samples > 0 ? fmt::format("{}", samples) : "none", boundText(layer, 4, 8), boundText(layer, 8, 8)});
  }
  std::string text = fmt::format("{}\n", printable(dump.model().empty() ? dump.fileName() : dump.model()));
  const auto line = [&](const char* what, const std::string& value) {
    text += fmt::format("  {:<12} {}\n", what, value);
  };
  line("Task", name(dump.task()));
  line("Size", fmt::format("{}, {} parameters", counted(dump.layers().size(), "layer"), all));
  if (!dump.calibrationShape().empty()) line("Calibration", sampleText(dump.calibrationShape()));
  if (!dump.evaluationShape().empty()) {
    line("Evaluation", sampleText(dump.evaluationShape()) + (dump.hasLabels() ? " with labels" : ""));
  }
  line("Gives", abilities(model));
  if (const std::string names = leftOut(model); !names.empty()) {
    line("Left out", printable(names) + " (not used by the graph, and no inputs of their own)");
  }
  if (score.accuracy) line("Accuracy", fmt::format("{:.3f} % in float", 100.0 * *score.accuracy));
  if (score.perplexity) line("Perplexity", fmt::format("{:.4f} in float", *score.perplexity));
  text += '\n' + table.text();
  text +=
      "\nP for W4A8: the accumulator width that is safe for any 4-bit weights and 8-bit activations (data-type\n"
      "bound, one accumulator over all K products).\n";
  return text;
}

}  // namespace

Result<int> runInfo(const InfoOptions& options, const std::stop_token& stop) {
  if (!options.logits.empty()) AXESCOPE_CHECK(checkOutputs({{"--logits", options.logits}}, {options.source.file}));
  AXESCOPE_TRY(const auto model, openModel(options.source));
  AXESCOPE_TRY(const Score score, evaluate(*model, options, {.stop = stop, .onProgress = {}}));
  print(options.json ? asJson(*model, score) : asText(*model, score));
  return 0;
}

Command infoCommand(CLI::App& program) {
  CLI::App* app = program.add_subcommand("info", "Show what is in a file and what can be done with it");
  const auto options = std::make_shared<InfoOptions>();
  addModelSource(*app, options->source);
  app->add_flag("--json", options->json, "Machine-readable output");
  app->add_flag("--evaluate", options->evaluate,
                "Run the evaluation samples in float and report accuracy or perplexity");
  app->add_option("--logits", options->logits,
                  "Write the float outputs of the evaluation samples to /logits of this file")
      ->option_text("OUT.h5");
  app->footer(
      "Examples:\n"
      "  axescope-cli info samples/digits-cnn.h5 --evaluate\n"
      "  axescope-cli info net.h5 --map conv1=/net/conv1/kernel:HWIO --map fc=/net/fc/w:OI");
  return {app, [options](const std::stop_token& stop) { return runInfo(*options, stop); }};
}

}  // namespace axescope
