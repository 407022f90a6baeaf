// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/certify.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/budget/bounds.h"
#include "core/budget/width_bounds.h"
#include "core/command/isolation.h"
#include "core/command/terminal.h"
#include "core/command/text_table.h"
#include "core/dump/quantized_file.h"
#include "core/dump/quantized_layer.h"

namespace axescope {

namespace {

using Json = nlohmann::ordered_json;

WidthBounds boundsOf(const QuantizedFileLayer& layer, const Certificate& certificate) {
  return widthBounds(certificate, layer.weights(), layer.input.bits, hasSignedCodes(layer.input.encoding));
}

std::string codesText(const QuantizedFileLayer& layer) {
  const bool uniform = layer.weightQuantizer == WeightQuantizer::uniform;
  return fmt::format("W{}A{}{}{}", layer.weightBits, layer.input.bits, uniform ? "" : " ",
                     uniform ? "" : name(layer.weightQuantizer));
}

// Tiles as the outer accumulator counts them: each as often as its multiplier.
std::int64_t tileSum(const Certificate& certificate) {
  return certificate.multipliers().largestSum(certificate.tiling());
}

std::string asJson(const QuantizedFile& file) {
  Json layers = Json::array();
  for (const QuantizedFileLayer& layer : file.layers) {
    const Certificate certificate = certificateOf(layer);
    const WidthBounds bounds = boundsOf(layer, certificate);
    Json inner = Json::array();
    Json outer = Json::array();
    for (std::int64_t channel = 0; channel < certificate.channels(); ++channel) {
      inner.push_back(certificate.smallestInnerBits(channel));
      outer.push_back(certificate.smallestOuterBits(channel));
    }
    Json row = {
        {"name", layer.info.name},
        {"channels", certificate.channels()},
        {"tile", certificate.tiling().tileSize},
        {"guaranteed", certificate.guaranteed()},
        {"smallest_inner_bits", certificate.smallestInnerBits()},
        {"smallest_outer_bits", certificate.smallestOuterBits()},
        {"bounds",
         {{"data_type", bounds.dataType}, {"a2q", bounds.a2q}, {"a2q_plus", bounds.a2qPlus}, {"exact", bounds.exact}}},
        {"k", certificate.tiling().k},
        {"weight_bits", layer.weightBits},
        {"weight_quantizer", name(layer.weightQuantizer)},
        {"activation_bits", layer.input.bits},
        {"inner_bits", layer.innerBits},
        {"outer_bits", layer.outerBits},
        {"published_outer_bits", publishedOuterBits(layer.innerBits, tileSum(certificate))},
        {"largest_group_scale", certificate.multipliers().largest()},
        {"max_budget_use", certificate.maxUse()},
        {"channel_smallest_inner_bits", std::move(inner)},
        {"channel_smallest_outer_bits", std::move(outer)}};
    if (!layer.channelWeightBits.empty()) row["channel_weight_bits"] = layer.channelWeightBits;
    if (!layer.channelInnerBits.empty()) row["channel_inner_bits"] = layer.channelInnerBits;
    layers.push_back(std::move(row));
  }
  return Json{{"layers", std::move(layers)}}.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string asText(const QuantizedFile& file) {
  using enum TextTable::Align;
  TextTable table({{"Layer", left},
                   {"K"},
                   {"T"},
                   {"Codes", left},
                   {"P_I"},
                   {"Data type"},
                   {"A2Q"},
                   {"A2Q+"},
                   {"Exact P_I"},
                   {"P_O"},
                   {"Paper"},
                   {"Exact P_O"},
                   {"Budget use"},
                   {"Guaranteed", left}});
  for (const QuantizedFileLayer& layer : file.layers) {
    const Certificate certificate = certificateOf(layer);
    const WidthBounds bounds = boundsOf(layer, certificate);
    const auto number = [](auto value) { return fmt::format("{}", value); };
    table.addRow({layer.info.name, number(certificate.tiling().k), number(certificate.tiling().tileSize),
                  codesText(layer), number(layer.innerBits), number(bounds.dataType), number(bounds.a2q),
                  number(bounds.a2qPlus), number(bounds.exact), number(layer.outerBits),
                  number(publishedOuterBits(layer.innerBits, tileSum(certificate))),
                  number(certificate.smallestOuterBits()), fmt::format("{:.1f} %", 100.0 * certificate.maxUse()),
                  certificate.guaranteed() ? "yes" : "no"});
  }
  return table.text() +
         "\nP_I and P_O are the inner and outer accumulator widths as set; after each, the widths that are safe:\n"
         "  Data type  for any codes of these widths\n"
         "  A2Q, A2Q+  for the largest l1 norm of a tile; A2Q+ for zero-centred codes alone\n"
         "  Paper      P_I + log2(tiles), the outer width as published\n"
         "  Exact      for these codes: no input can overflow, whatever the order of additions\n";
}

}  // namespace

Result<int> runCertify(const CertifyOptions& options) {
  AXESCOPE_TRY(const hdf5::Reader reader, hdf5::Reader::open(options.file, {}, readerProcesses(options.isolate)));
  AXESCOPE_TRY(const QuantizedFile file, readQuantizedFile(reader));
  print(options.json ? asJson(file) : asText(file));
  return 0;
}

Command certifyCommand(CLI::App& program) {
  CLI::App* app = program.add_subcommand("certify", "Smallest safe accumulator widths of a quantized file");
  const auto options = std::make_shared<CertifyOptions>();
  app->add_option("QUANTIZED", options->file, "File written by quantize")->option_text(" ")->required();
  addIsolation(*app, options->isolate);
  app->add_flag("--json", options->json, "Machine-readable output, each channel included");
  app->footer(
      "Example:\n"
      "  axescope-cli certify quantized.h5");
  return {app, [options](const std::stop_token&) { return runCertify(*options); }};
}

}  // namespace axescope
