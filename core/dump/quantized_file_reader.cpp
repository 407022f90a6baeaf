// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/dump/finite_values.h"
#include "core/dump/layer_metadata.h"
#include "core/dump/quantized_layer.h"
#include "core/hdf5/text.h"

namespace axescope {

namespace {

Status checkFormat(const hdf5::Reader& reader) {
  const std::string expected = std::string("\"") + quantizedFormatName + "\"";
  AXESCOPE_TRY(const std::string format, requiredText(reader, "/", "format", expected));
  if (format != quantizedFormatName) {
    return fail(ErrorCode::unsupported, reader.fileName(), "/@format", expected,
                "\"" + format + "\"" + (format == "axescope-dump" ? ": quantize this dump first" : ""));
  }
  AXESCOPE_TRY(const auto version, reader.integerAttribute("/", "version"));
  if (version && *version == 1) return {};
  return fail(ErrorCode::unsupported, reader.fileName(), "/@version", "version 1",
              version ? "version " + std::to_string(*version) : "no such attribute");
}

/// Integers that fit 16 bits, of which the caller checks the exact range.
Result<std::vector<std::int16_t>> readCodes(const hdf5::Reader& reader, const std::string& path) {
  AXESCOPE_TRY(const std::vector<std::int64_t> wide, reader.readIntegers(path));
  const IntegerRange range = twosComplement(mostCodeBits);
  const auto bad = std::ranges::find_if(wide, [&](std::int64_t code) { return code < range.low || code > range.high; });
  if (bad != wide.end()) {
    return fail(ErrorCode::corrupt, reader.fileName(), path, "codes of at most 16 bits",
                std::to_string(*bad) + " at " + std::to_string(bad - wide.begin()));
  }
  return std::vector<std::int16_t>(wide.begin(), wide.end());
}

/// A bad value in a file is damage, not a wrong argument of the caller's.
Status asDamage(Status status) {
  if (!status && status.error().code == ErrorCode::invalidArgument) status.error().code = ErrorCode::corrupt;
  return status;
}

Result<WeightQuantizer> readWeightQuantizer(const hdf5::Reader& reader, const std::string& group) {
  AXESCOPE_TRY(const auto found, reader.stringAttribute(group, "weight_quantizer"));
  if (!found) return WeightQuantizer::uniform;
  const auto known =
      std::ranges::find_if(weightQuantizers, [&](WeightQuantizer quantizer) { return name(quantizer) == *found; });
  if (known != weightQuantizers.end()) return *known;
  return fail(ErrorCode::unsupported, reader.fileName(), group + "@weight_quantizer",
              "uniform, power-of-two or additive-power-of-two", "\"" + *found + "\"");
}

Status readAttributes(const hdf5::Reader& reader, const std::string& group, QuantizedFileLayer& layer) {
  const IntegerRange accumulator{leastAccumulatorBits, mostAccumulatorBits};
  AXESCOPE_TRY(const std::int64_t weightBits, integerInRange(reader, group, "weight_bits", {1, mostCodeBits}));
  AXESCOPE_TRY(const std::int64_t innerBits, integerInRange(reader, group, "inner_bits", accumulator));
  AXESCOPE_TRY(const std::int64_t outerBits, integerInRange(reader, group, "outer_bits", accumulator));
  AXESCOPE_TRY(layer.tileSize, integerInRange(reader, group, "tile", {0, INT64_MAX}));
  AXESCOPE_TRY(layer.overflow, requiredText(reader, group, "overflow", "\"wrap\" or \"saturate\""));
  layer.weightBits = static_cast<int>(weightBits);
  AXESCOPE_TRY(layer.weightQuantizer, readWeightQuantizer(reader, group));
  layer.innerBits = static_cast<int>(innerBits);
  layer.outerBits = static_cast<int>(outerBits);
  if (layer.tileSize >= layer.info.k()) layer.tileSize = 0;
  if (!layer.info.givenInputQuantizer) {
    return fail(ErrorCode::notFound, reader.fileName(), group + "@input_scale", "the activations' quantizer",
                "no such attribute");
  }
  layer.input = *layer.info.givenInputQuantizer;
  AXESCOPE_TRY(const std::int64_t dynamic, integerInRange(reader, group, "input_dynamic", {0, 1}, 0));
  layer.dynamicInput = dynamic == 1;
  AXESCOPE_TRY(layer.inputRotation, integerInRange(reader, group, "input_rotation", {0, INT64_MAX}, 0));
  AXESCOPE_TRY(const auto folded, reader.stringAttribute(group, "folded_batch_norm"));
  layer.foldedBatchNorm = folded.value_or("");
  return {};
}

Status readGroupScale(const hdf5::Reader& reader, const std::string& group, QuantizedFileLayer& layer) {
  const std::string path = group + "/group_scale";
  if (!reader.hasDataset(path)) return {};
  const Tiling tiling = Tiling::of(layer.info.k(), layer.tileSize);
  const std::vector<std::int64_t> shape{layer.info.channels, tiling.tiles()};
  AXESCOPE_TRY(const hdf5::DatasetInfo found, reader.dataset(path));
  if (found.shape != shape) {
    return fail(ErrorCode::corrupt, reader.fileName(), path, "shape " + hdf5::describeShape(shape),
                "shape " + hdf5::describeShape(found.shape));
  }
  AXESCOPE_TRY(const std::vector<std::int16_t> values, readCodes(reader, path));
  const auto bad = std::ranges::find_if(values, [](std::int16_t value) { return value < 1; });
  if (bad != values.end()) {
    return fail(ErrorCode::corrupt, reader.fileName(), path, "multipliers of at least 1", std::to_string(*bad));
  }
  layer.groupScale = {tiling, Eigen::Map<const CodeMatrix>(values.data(), shape[0], shape[1])};
  return {};
}

// Widths of an accumulator or of codes; the caller checks how many, and against the layer's.
Status readChannelWidths(const hdf5::Reader& reader, const std::string& path, std::vector<int>& widths) {
  if (!reader.hasDataset(path)) return {};
  AXESCOPE_TRY(const std::vector<std::int16_t> values, readCodes(reader, path));
  widths.assign(values.begin(), values.end());
  return {};
}

Status readTensors(const hdf5::Reader& reader, const std::string& group, QuantizedFileLayer& layer) {
  LayerInfo& info = layer.info;
  AXESCOPE_TRY(const std::vector<std::int16_t> codes, readCodes(reader, group + "/codes"));
  layer.codes = Eigen::Map<const CodeMatrix>(codes.data(), info.channels, info.k());
  AXESCOPE_TRY(layer.weightScale, readScales(reader, group + "/weight_scale", info.channels));
  info.hasWeightScale = true;
  AXESCOPE_CHECK(readGroupScale(reader, group, layer));
  AXESCOPE_CHECK(readChannelWidths(reader, group + "/channel_weight_bits", layer.channelWeightBits));
  AXESCOPE_CHECK(readChannelWidths(reader, group + "/channel_inner_bits", layer.channelInnerBits));
  if (const std::string scaling = group + "/input_scaling"; reader.hasDataset(scaling)) {
    AXESCOPE_TRY(layer.inputScaling, reader.readDoubles(scaling));
  }
  if (const std::string permutation = group + "/input_permutation"; reader.hasDataset(permutation)) {
    AXESCOPE_TRY(layer.inputPermutation, reader.readIntegers(permutation));
  }
  const std::string bias = group + "/bias";
  if (reader.hasDataset(bias)) {
    AXESCOPE_TRY(const hdf5::DatasetInfo shape, reader.dataset(bias));
    AXESCOPE_CHECK(checkChannelVector(reader.fileName(), info, shape));
    AXESCOPE_TRY(layer.bias, readFinite(reader, bias));
    info.hasBias = true;
  }
  const std::string inputCodes = group + "/input_codes";
  if (!reader.hasDataset(inputCodes)) return {};
  AXESCOPE_TRY(hdf5::DatasetInfo shape, reader.dataset(inputCodes));
  AXESCOPE_TRY(layer.inputCodes, readCodes(reader, inputCodes));
  layer.inputCodesShape = std::move(shape.shape);
  return {};
}

tl::unexpected<Error> tampered(const hdf5::Reader& reader, const std::string& object) {
  return fail(ErrorCode::corrupt, reader.fileName(), object, "the certificate of the stored codes", "another one");
}

Status compareCertificate(const hdf5::Reader& reader, const std::string& group, const QuantizedFileLayer& layer) {
  const Certificate certificate = certificateOf(layer);
  const std::vector<std::int64_t> shape{certificate.channels(), certificate.tiling().tiles()};
  for (const char* part : {"/positive", "/negative", "/budget"}) {
    AXESCOPE_TRY(const hdf5::DatasetInfo info, reader.dataset(group + part));
    if (info.shape != shape) {
      return fail(ErrorCode::corrupt, reader.fileName(), group + part, "shape " + hdf5::describeShape(shape),
                  "shape " + hdf5::describeShape(info.shape));
    }
  }
  AXESCOPE_TRY(const auto positive, reader.readIntegers(group + "/positive"));
  AXESCOPE_TRY(const auto negative, reader.readIntegers(group + "/negative"));
  AXESCOPE_TRY(const auto budgets, reader.readDoubles(group + "/budget"));
  const std::span<const TileSums> sums = certificate.allSums();
  if (!std::ranges::equal(positive, sums, {}, {}, &TileSums::positive)) return tampered(reader, group + "/positive");
  if (!std::ranges::equal(negative, sums, {}, {}, &TileSums::negative)) return tampered(reader, group + "/negative");
  // Another writer's division may differ in the last bit.
  constexpr double tolerance = 1e-12;
  const auto isBudget = [&](double stored, double budget) { return std::abs(stored - budget) <= tolerance * budget; };
  if (!std::ranges::equal(budgets, tileBudgets(certificate), isBudget)) return tampered(reader, group + "/budget");
  AXESCOPE_TRY(const std::int64_t guaranteed, integerInRange(reader, group, "guaranteed", {0, 1}));
  if ((guaranteed == 1) != certificate.guaranteed()) return tampered(reader, group + "@guaranteed");
  return {};
}

Result<QuantizedFileLayer> readLayer(const hdf5::Reader& reader, const std::string& name) {
  const std::string group = "/layers/" + name;
  QuantizedFileLayer layer;
  AXESCOPE_TRY(const hdf5::DatasetInfo codes, reader.dataset(group + "/codes"));
  AXESCOPE_TRY(layer.info, readLayerMetadata(reader, group, name, codes));
  AXESCOPE_CHECK(readAttributes(reader, group, layer));
  AXESCOPE_CHECK(readTensors(reader, group, layer));
  AXESCOPE_CHECK(asDamage(checkQuantizedLayer(layer, reader.fileName(), group)));
  AXESCOPE_CHECK(compareCertificate(reader, group + "/certificate", layer));
  return layer;
}

/// Names of the layers in the order of the network, as far as the file says it.
Result<std::vector<std::string>> layerNames(const hdf5::Reader& reader) {
  AXESCOPE_TRY(const std::vector<std::string> names, reader.children("/layers"));
  std::vector<std::pair<std::int64_t, std::string>> placed;
  for (const std::string& name : names) {
    const std::string group = "/layers/" + name;
    AXESCOPE_TRY(const std::int64_t position, integerInRange(reader, group, "position", {0, INT64_MAX}, INT64_MAX));
    placed.emplace_back(position, name);
  }
  std::ranges::sort(placed);
  std::vector<std::string> ordered;
  ordered.reserve(placed.size());
  for (auto& [position, name] : placed) ordered.push_back(std::move(name));
  return ordered;
}

}  // namespace

Result<QuantizedFile> readQuantizedFile(const std::filesystem::path& path) {
  AXESCOPE_TRY(const hdf5::Reader reader, hdf5::Reader::open(path));
  return readQuantizedFile(reader);
}

Result<QuantizedFile> readQuantizedFile(const hdf5::Reader& reader) {
  AXESCOPE_CHECK(checkFormat(reader));
  QuantizedFile file;
  AXESCOPE_TRY(const auto model, reader.stringAttribute("/", "model"));
  AXESCOPE_TRY(const auto settings, reader.stringAttribute("/", "settings"));
  AXESCOPE_TRY(const auto provenance, reader.stringAttribute("/", "provenance"));
  file.model = model.value_or("");
  file.settings = settings.value_or("");
  file.provenance = provenance.value_or("");
  AXESCOPE_TRY(const std::vector<std::string> names, layerNames(reader));
  if (names.empty()) return fail(ErrorCode::empty, reader.fileName(), "/layers", "at least one layer", "none");
  for (const std::string& name : names) {
    AXESCOPE_TRY(QuantizedFileLayer layer, readLayer(reader, name));
    file.layers.push_back(std::move(layer));
  }
  return file;
}

}  // namespace axescope
