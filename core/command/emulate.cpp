// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/emulate.h"

#include <algorithm>
#include <array>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/base/parallel.h"
#include "core/command/emulation_report.h"
#include "core/command/model_source.h"
#include "core/command/output_file.h"
#include "core/command/terminal.h"
#include "core/dump/quantized_file.h"
#include "core/hdf5/reader.h"
#include "core/hdf5/writer.h"
#include "core/network/code_product.h"

namespace axescope {

namespace {

constexpr std::array<std::string_view, 4> datapathKeys{"inner_bits", "outer_bits", "tile", "overflow"};

struct OverflowDataset {
  const char* name;
  std::int64_t ChannelOverflow::*member;
};
constexpr std::array<OverflowDataset, 8> overflowDatasets{
    {{"dot_products", &ChannelOverflow::dotProducts},
     {"overflowed", &ChannelOverflow::overflowed},
     {"persistent", &ChannelOverflow::persistent},
     {"transient", &ChannelOverflow::transient},
     {"inner_events", &ChannelOverflow::innerEvents},
     {"outer_events", &ChannelOverflow::outerEvents},
     {"first_overflow", &ChannelOverflow::firstOverflow},
     {"largest_partial_sum", &ChannelOverflow::largestPartialSum}}};

std::string orderNames(const char* between) {
  std::string names;
  for (const OrderRule rule : orderRules) names += (names.empty() ? "" : between) + std::string(name(rule));
  return names;
}

std::string groupOf(const QuantizedFileLayer& layer) {
  return "/layers/" + layer.info.name;
}

// The file's datapath of a layer under the flags.
Datapath datapathUnder(const QuantizedFileLayer& layer, const SettingFlags& flags, const PointSettings& given) {
  Datapath datapath = datapathOf(layer);
  if (flags.given("overflow")) datapath.innerOverflow = datapath.outerOverflow = given.overflow;
  if (flags.given("inner_bits")) datapath.innerBits = given.innerBits;
  if (flags.given("outer_bits")) datapath.outerBits = given.outerBits;
  if (flags.given("tile")) datapath.tileSize = given.tileSize;
  return settled(datapath, layer.codes, layer.input.range());
}

// The answer is a quantized file too, so that certify reads it.
Status copyRoot(hdf5::Writer& writer, const QuantizedFile& file) {
  AXESCOPE_CHECK(writer.attribute("/", "format", std::string(quantizedFormatName)));
  AXESCOPE_CHECK(writer.attribute("/", "version", std::int64_t{1}));
  AXESCOPE_CHECK(writer.attribute("/", "model", file.model));
  AXESCOPE_CHECK(writer.attribute("/", "settings", file.settings));
  return writer.attribute("/", "provenance", file.provenance);
}

Status writeProduct(hdf5::Writer& writer, const QuantizedFileLayer& layer, const Datapath& datapath, OrderChoice order,
                    const CodeProduct& product) {
  const std::string group = groupOf(layer);
  const std::string overflow = group + "/overflow";
  AXESCOPE_CHECK(writer.tensor(group + "/accumulator", product.shape, product.accumulators));
  AXESCOPE_CHECK(writer.group(overflow));
  AXESCOPE_CHECK(writer.attribute(overflow, "inner_bits", static_cast<std::int64_t>(datapath.innerBits)));
  AXESCOPE_CHECK(writer.attribute(overflow, "outer_bits", static_cast<std::int64_t>(product.outerBits)));
  AXESCOPE_CHECK(writer.attribute(overflow, "tile", Tiling::of(layer.info.k(), datapath.tileSize).tileSize));
  AXESCOPE_CHECK(writer.attribute(overflow, "overflow",
                                  std::string(datapath.innerOverflow == Overflow::wrap ? "wrap" : "saturate")));
  AXESCOPE_CHECK(writer.attribute(overflow, "order", std::string(name(order.rule))));
  if (order.rule == OrderRule::random) {
    AXESCOPE_CHECK(writer.attribute(overflow, "seed", static_cast<std::int64_t>(order.seed)));
  }
  const std::array<std::int64_t, 1> channels{layer.info.channels};
  for (const OverflowDataset& dataset : overflowDatasets) {
    std::vector<std::int64_t> values;
    for (const ChannelOverflow& channel : product.overflow.channels) values.push_back(channel.*dataset.member);
    AXESCOPE_CHECK(writer.tensor(overflow + "/" + dataset.name, channels, values));
  }
  std::vector<std::int64_t> medians;
  for (const OverflowDistribution& channel : product.overflow.distributions) {
    medians.push_back(channel.medianFirstOverflow());
  }
  const std::vector<std::int64_t> headroom(product.headroomBits.begin(), product.headroomBits.end());
  AXESCOPE_CHECK(writer.tensor(overflow + "/first_overflow_median", channels, medians));
  AXESCOPE_CHECK(writer.tensor(overflow + "/headroom_bits", channels, headroom));
  return writer.tensor(overflow + "/estimated_rate", channels, product.estimatedOverflow);
}

// Errors: those of a file that cannot be emulated, before any work.
Status checkFile(const std::string& path, const QuantizedFile& file) {
  const bool any = std::any_of(file.layers.begin(), file.layers.end(),
                               [](const QuantizedFileLayer& layer) { return !layer.inputCodes.empty(); });
  if (!any) {
    return fail(ErrorCode::empty, path, "/layers", "input_codes in at least one layer (quantize --input-samples)",
                "none");
  }
  AXESCOPE_TRY(const hdf5::Reader reader, hdf5::Reader::open(path));
  for (const QuantizedFileLayer& layer : file.layers) {
    if (reader.hasDataset(groupOf(layer) + "/accumulator")) {
      return fail(ErrorCode::unsupported, path, groupOf(layer) + "/accumulator", "a file written by quantize",
                  "one that emulate has written");
    }
  }
  return {};
}

Result<std::vector<EmulatedLayerRow>> emulateLayers(const EmulateOptions& options, const QuantizedFile& file,
                                                    const PointSettings& given, OrderChoice order, hdf5::Writer& writer,
                                                    const Job& job) {
  std::vector<EmulatedLayerRow> rows;
  for (const QuantizedFileLayer& layer : file.layers) {
    AXESCOPE_CHECK(writer.copyFrom(options.file, groupOf(layer), groupOf(layer)));
    if (layer.inputCodes.empty()) continue;
    const Datapath datapath = datapathUnder(layer, options.flags, given);
    auto product = multiplyCodes(layer.info, layer.codes, layer.groupScale, layer.input, layer.inputCodesShape,
                                 layer.inputCodes, datapath, order, job);
    if (!product) {
      Error error = std::move(product).error();
      error.file = options.file;
      return fail(std::move(error));
    }
    AXESCOPE_CHECK(writeProduct(writer, layer, datapath, order, *product));
    rows.push_back(emulatedLayerRow(layer.info, datapath, *product));
  }
  return rows;
}

// Group scales are those of tiles.
Status checkTiles(const EmulateOptions& options, const QuantizedFile& file, const PointSettings& given) {
  for (const QuantizedFileLayer& layer : file.layers) {
    const std::int64_t tileSize = datapathUnder(layer, options.flags, given).tileSize;
    const Tiling tiling = Tiling::of(layer.info.k(), tileSize);
    if (layer.groupScale.fit(layer.info.channels, tiling)) continue;
    return fail(ErrorCode::invalidArgument, options.file, "--tile",
                fmt::format("{}, whose group scales layer '{}' has", layer.tileSize, layer.info.name),
                fmt::format("{}", tiling.tileSize));
  }
  return {};
}

Result<OrderChoice> orderOf(const EmulateOptions& options) {
  if (const auto rule = orderRuleNamed(options.order))
    return OrderChoice{*rule, static_cast<std::uint64_t>(options.seed)};
  return fail(ErrorCode::invalidArgument, {}, "--order", orderNames(", "), "'" + options.order + "'");
}

}  // namespace

Result<int> runEmulate(const EmulateOptions& options, const std::stop_token& stop) {
  AXESCOPE_TRY(const OrderChoice order, orderOf(options));
  AXESCOPE_CHECK(checkOutputs({{"--out", options.out}}, {options.file, options.flags.studyFile()}));
  AXESCOPE_TRY(const Study study, options.flags.study());
  AXESCOPE_TRY(const auto points, study.points({}));
  AXESCOPE_TRY(const QuantizedFile file, readQuantizedFile(options.file));
  AXESCOPE_CHECK(checkFile(options.file, file));
  AXESCOPE_CHECK(checkTiles(options, file, points.front()));
  AXESCOPE_TRY(hdf5::Writer writer, hdf5::Writer::create(options.out));
  AXESCOPE_CHECK(copyRoot(writer, file));
  const Job job{.stop = stop, .onProgress = {}};
  std::optional<Result<std::vector<EmulatedLayerRow>>> rows;
  withThreads(options.threads, [&] { rows = emulateLayers(options, file, points.front(), order, writer, job); });
  if (!*rows) return fail(rows->error());
  AXESCOPE_CHECK(writer.commit());
  print(options.json ? emulationJson(**rows, order)
                     : emulationText(**rows, order) +
                           fmt::format("\nContents of the outer accumulators and each channel's overflows in {}\n",
                                       options.out));
  return 0;
}

Command emulateCommand(CLI::App& program) {
  CLI::App* app = program.add_subcommand("emulate", "Run input codes through a datapath, overflow included");
  const auto options = std::make_shared<EmulateOptions>();
  app->add_option("QUANTIZED", options->file, "File written by quantize, with input codes")
      ->option_text(" ")
      ->required();
  app->add_option("--out", options->out, "The same layers with accumulator and overflow counts beside the codes")
      ->option_text("OUT.h5")
      ->required();
  options->flags.addSome(*app, datapathKeys, "as in the file");
  app->add_option("--order", options->order,
                  "Order of additions within each tile (default: natural): of the columns,\n"
                  "reversed, random, by descending energy of the inputs (act-order), or\n"
                  "for each channel its positive and negative codes in turn (alternating)")
      ->option_text(orderNames("|"));
  app->add_option("--seed", options->seed, "Of the random order (default: 0)")
      ->option_text("N")
      ->check(CLI::NonNegativeNumber);
  app->add_flag("--json", options->json, "Machine-readable output");
  addThreads(*app, options->threads);
  app->footer(
      "Examples:\n"
      "  axescope-cli emulate quantized.h5 --inner-bits 14 --outer-bits auto --tile 64 --overflow saturate --out "
      "out.h5\n"
      "  axescope-cli emulate quantized.h5 --inner-bits 14 --order random --seed 1 --out reordered.h5");
  return {app, [options](const std::stop_token& stop) { return runEmulate(*options, stop); }};
}

}  // namespace axescope
