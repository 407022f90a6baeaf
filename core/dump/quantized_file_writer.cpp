// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/dump/layer_metadata.h"
#include "core/dump/quantized_layer.h"
#include "core/hdf5/text.h"

namespace axescope {

namespace {

using Shape = std::vector<std::int64_t>;

/// Codes as the narrowest type of the format that holds `range`.
Status writeCodes(hdf5::Writer& writer, const std::string& path, const Shape& shape,
                  std::span<const std::int16_t> codes, IntegerRange range) {
  if (range.low >= INT8_MIN && range.high <= INT8_MAX)
    return writer.tensor(path, shape, std::vector<std::int8_t>(codes.begin(), codes.end()));
  if (range.low >= 0 && range.high <= UINT8_MAX)
    return writer.tensor(path, shape, std::vector<std::uint8_t>(codes.begin(), codes.end()));
  return writer.tensor(path, shape, codes);
}

Status writeCertificate(hdf5::Writer& writer, const std::string& group, const QuantizedFileLayer& layer) {
  const Certificate certificate = certificateOf(layer);
  const Shape shape{certificate.channels(), certificate.tiling().tiles()};
  std::vector<std::int64_t> positive;
  std::vector<std::int64_t> negative;
  for (const TileSums& sums : certificate.allSums()) {
    positive.push_back(sums.positive);
    negative.push_back(sums.negative);
  }
  AXESCOPE_CHECK(writer.tensor(group + "/positive", shape, std::span<const std::int64_t>(positive)));
  AXESCOPE_CHECK(writer.tensor(group + "/negative", shape, std::span<const std::int64_t>(negative)));
  const std::vector<double> budget = tileBudgets(certificate);
  AXESCOPE_CHECK(writer.tensor(group + "/budget", shape, std::span<const double>(budget)));
  return writer.attribute(group, "guaranteed", std::int64_t{certificate.guaranteed() ? 1 : 0});
}

Status writeChannelWidths(hdf5::Writer& writer, const std::string& path, const std::vector<int>& widths) {
  if (widths.empty()) return {};
  return writer.tensor(path, Shape{static_cast<std::int64_t>(widths.size())},
                       std::vector<std::uint8_t>(widths.begin(), widths.end()));
}

Status writeLayer(hdf5::Writer& writer, const QuantizedFileLayer& layer, std::int64_t position) {
  const std::string group = "/layers/" + layer.info.name;
  AXESCOPE_CHECK(writer.group(group));
  AXESCOPE_CHECK(writeLayerMetadata(writer, group, layer.info));
  AXESCOPE_CHECK(writeInputQuantizer(writer, group, layer.input));
  if (layer.dynamicInput) AXESCOPE_CHECK(writer.attribute(group, "input_dynamic", std::int64_t{1}));
  const Tiling tiling = Tiling::of(layer.info.k(), layer.tileSize);
  AXESCOPE_CHECK(writer.attribute(group, "position", position));
  AXESCOPE_CHECK(writer.attribute(group, "weight_bits", std::int64_t{layer.weightBits}));
  if (layer.weightQuantizer != WeightQuantizer::uniform) {
    AXESCOPE_CHECK(writer.attribute(group, "weight_quantizer", std::string(name(layer.weightQuantizer))));
  }
  AXESCOPE_CHECK(writer.attribute(group, "inner_bits", std::int64_t{layer.innerBits}));
  AXESCOPE_CHECK(writer.attribute(group, "outer_bits", std::int64_t{layer.outerBits}));
  AXESCOPE_CHECK(writer.attribute(group, "tile", tiling.tileSize));
  AXESCOPE_CHECK(writer.attribute(group, "overflow", layer.overflow));
  const Shape channels{layer.info.channels};
  const std::span codes(layer.codes.data(), static_cast<std::size_t>(layer.codes.size()));
  AXESCOPE_CHECK(writeCodes(writer, group + "/codes", weightShape(layer.info), codes,
                            WeightLevels(layer.weights(), WeightRange::full).range()));
  AXESCOPE_CHECK(writer.tensor(group + "/weight_scale", channels, std::span<const double>(layer.weightScale)));
  AXESCOPE_CHECK(writeChannelWidths(writer, group + "/channel_weight_bits", layer.channelWeightBits));
  AXESCOPE_CHECK(writeChannelWidths(writer, group + "/channel_inner_bits", layer.channelInnerBits));
  if (!layer.groupScale.allOnes()) {
    const CodeMatrix multipliers = layer.groupScale.values(layer.info.channels, tiling);
    AXESCOPE_CHECK(writeCodes(writer, group + "/group_scale", Shape{multipliers.rows(), multipliers.cols()},
                              {multipliers.data(), static_cast<std::size_t>(multipliers.size())},
                              {1, layer.groupScale.largest()}));
  }
  if (!layer.inputScaling.empty()) {
    AXESCOPE_CHECK(
        writer.tensor(group + "/input_scaling", Shape{layer.info.inputs}, std::span<const double>(layer.inputScaling)));
  }
  if (layer.inputRotation > 0) AXESCOPE_CHECK(writer.attribute(group, "input_rotation", layer.inputRotation));
  if (!layer.inputPermutation.empty()) {
    AXESCOPE_CHECK(writer.tensor(group + "/input_permutation", Shape{layer.info.inputs},
                                 std::span<const std::int64_t>(layer.inputPermutation)));
  }
  if (!layer.foldedBatchNorm.empty()) {
    AXESCOPE_CHECK(writer.attribute(group, "folded_batch_norm", layer.foldedBatchNorm));
  }
  if (!layer.bias.empty()) AXESCOPE_CHECK(writer.tensor(group + "/bias", channels, std::span<const float>(layer.bias)));
  if (!layer.inputCodesShape.empty()) {
    AXESCOPE_CHECK(writeCodes(writer, group + "/input_codes", layer.inputCodesShape,
                              std::span<const std::int16_t>(layer.inputCodes), layer.input.range()));
  }
  return writeCertificate(writer, group + "/certificate", layer);
}

/// A name that is one step of an HDF5 path.
bool isLinkName(const std::string& name) {
  return !name.empty() && name != "." && name.find('/') == std::string::npos && name.find('\0') == std::string::npos &&
         hdf5::isUtf8(name);
}

}  // namespace

Result<QuantizedFileWriter> QuantizedFileWriter::create(const std::filesystem::path& path,
                                                        const QuantizedFileHead& head) {
  AXESCOPE_TRY(hdf5::Writer writer, hdf5::Writer::create(path));
  AXESCOPE_CHECK(writer.attribute("/", "format", std::string(quantizedFormatName)));
  AXESCOPE_CHECK(writer.attribute("/", "version", std::int64_t{1}));
  AXESCOPE_CHECK(writer.attribute("/", "model", head.model));
  AXESCOPE_CHECK(writer.attribute("/", "settings", head.settings));
  AXESCOPE_CHECK(writer.attribute("/", "provenance", head.provenance));
  AXESCOPE_CHECK(writer.group("/layers"));
  return QuantizedFileWriter(path.string(), std::move(writer));
}

Status QuantizedFileWriter::add(const QuantizedFileLayer& layer) {
  const std::string& name = layer.info.name;
  if (!isLinkName(name) || !names_.insert(name).second) {
    return fail(ErrorCode::invalidArgument, path_, "/layers", "layer names of their own without /", "\"" + name + "\"");
  }
  AXESCOPE_CHECK(checkQuantizedLayer(layer, path_, "/layers/" + name));
  return writeLayer(writer_, layer, static_cast<std::int64_t>(names_.size()) - 1);
}

Status QuantizedFileWriter::commit() {
  return writer_.commit();
}

Status writeQuantizedFile(const std::filesystem::path& path, const QuantizedFile& file) {
  AXESCOPE_TRY(QuantizedFileWriter writer, QuantizedFileWriter::create(path, file));
  for (const QuantizedFileLayer& layer : file.layers) AXESCOPE_CHECK(writer.add(layer));
  return writer.commit();
}

}  // namespace axescope
