// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dump/quantized_file.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/dump/layouts.h"
#include "core/hdf5/reader.h"
#include "core/hdf5/writer.h"

namespace axescope {

namespace {

constexpr std::int64_t formatVersion = 1;
constexpr const char* formatName = "axescope-quantized";
constexpr int byteBits = 8;

using Shape = std::vector<std::int64_t>;

Shape codesShape(const LayerInfo& info) {
  if (info.kind == LayerKind::linear) return {info.channels, info.k()};
  return {info.channels, info.inputs / info.conv.groups, info.conv.kernelHeight, info.conv.kernelWidth};
}

Certificate certificateOf(const QuantizedFileLayer& layer) {
  return {layer.codes, Tiling::of(layer.codes.cols(), layer.tileSize), layer.input.range(), layer.innerBits,
          layer.outerBits};
}

// Codes in one byte each where the width allows it.
Status writeCodes(hdf5::Writer& writer, const std::string& path, const Shape& shape, int bits, bool isSigned,
                  std::span<const std::int16_t> codes) {
  if (bits > byteBits) return writer.tensor(path, shape, codes);
  if (isSigned) {
    const std::vector<std::int8_t> bytes(codes.begin(), codes.end());
    return writer.tensor(path, shape, std::span<const std::int8_t>(bytes));
  }
  const std::vector<std::uint8_t> bytes(codes.begin(), codes.end());
  return writer.tensor(path, shape, std::span<const std::uint8_t>(bytes));
}

Status writeGeometry(hdf5::Writer& writer, const std::string& group, const LayerInfo& info) {
  const bool conv = info.kind == LayerKind::conv2d;
  AXESCOPE_CHECK(writer.attribute(group, "kind", std::string(name(info.kind))));
  AXESCOPE_CHECK(writer.attribute(group, "axis_order", std::string(conv ? "OIHW" : "OI")));
  if (!conv) return {};
  const ConvGeometry& g = info.conv;
  const Shape stride{g.strideY, g.strideX};
  const Shape dilation{g.dilationY, g.dilationX};
  const Shape padding{g.padTop, g.padBottom, g.padLeft, g.padRight};
  AXESCOPE_CHECK(writer.attribute(group, "stride", stride));
  AXESCOPE_CHECK(writer.attribute(group, "dilation", dilation));
  AXESCOPE_CHECK(writer.attribute(group, "padding", padding));
  return writer.attribute(group, "groups", g.groups);
}

Status writeCertificate(hdf5::Writer& writer, const std::string& group, const Certificate& certificate) {
  std::vector<std::int64_t> positive;
  std::vector<std::int64_t> negative;
  for (const TileSums& sums : certificate.allSums()) {
    positive.push_back(sums.positive);
    negative.push_back(sums.negative);
  }
  const IntegerRange range = certificate.activations();
  const double widest = static_cast<double>(std::max(range.high, -range.low));
  const std::vector<double> budget(positive.size(),
                                   static_cast<double>(accumulatorLimit(certificate.innerBits())) / widest);
  const Shape shape{certificate.channels(), certificate.tiling().tiles()};
  AXESCOPE_CHECK(writer.group(group));
  AXESCOPE_CHECK(writer.tensor(group + "/positive", shape, std::span<const std::int64_t>(positive)));
  AXESCOPE_CHECK(writer.tensor(group + "/negative", shape, std::span<const std::int64_t>(negative)));
  AXESCOPE_CHECK(writer.tensor(group + "/budget", shape, std::span<const double>(budget)));
  return writer.attribute(group, "guaranteed", std::int64_t{certificate.guaranteed() ? 1 : 0});
}

Status writeLayer(hdf5::Writer& writer, const QuantizedFileLayer& layer) {
  const std::string group = "/layers/" + layer.info.name;
  AXESCOPE_CHECK(writer.group(group));
  AXESCOPE_CHECK(writeGeometry(writer, group, layer.info));
  const std::pair<const char*, std::int64_t> integers[] = {
      {"weight_bits", layer.weightBits},
      {"input_bits", layer.input.bits},
      {"input_zero_point", layer.input.zeroPoint},
      {"input_signed", hasSignedCodes(layer.input.encoding) ? 1 : 0},
      {"inner_bits", layer.innerBits},
      {"outer_bits", layer.outerBits},
      {"tile", layer.tileSize > 0 ? std::min(layer.tileSize, layer.info.k()) : layer.info.k()}};
  for (const auto& [key, value] : integers) AXESCOPE_CHECK(writer.attribute(group, key, value));
  AXESCOPE_CHECK(writer.attribute(group, "input_scale", layer.input.scale));
  AXESCOPE_CHECK(writer.attribute(group, "overflow", layer.overflow));
  AXESCOPE_CHECK(writeCodes(writer, group + "/codes", codesShape(layer.info), layer.weightBits, true,
                            {layer.codes.data(), static_cast<std::size_t>(layer.codes.size())}));
  const Shape channels{layer.info.channels};
  AXESCOPE_CHECK(writer.tensor(group + "/weight_scale", channels, std::span<const double>(layer.weightScale)));
  if (!layer.bias.empty()) {
    AXESCOPE_CHECK(writer.tensor(group + "/bias", channels, std::span<const float>(layer.bias)));
  }
  if (!layer.inputCodes.empty()) {
    AXESCOPE_CHECK(writeCodes(writer, group + "/input_codes", layer.inputCodesShape, layer.input.bits,
                              hasSignedCodes(layer.input.encoding), layer.inputCodes));
  }
  return writeCertificate(writer, group + "/certificate", certificateOf(layer));
}

class QuantizedFileReader {
 public:
  explicit QuantizedFileReader(hdf5::Reader reader) : reader_(std::move(reader)) {}

  Result<QuantizedFile> read() {
    AXESCOPE_TRY(const auto format, reader_.stringAttribute("/", "format"));
    if (format != formatName) {
      return failure(ErrorCode::unsupported, "@format", formatName, format.value_or("none"));
    }
    AXESCOPE_TRY(const auto version, reader_.integerAttribute("/", "version"));
    if (version != formatVersion) {
      return failure(ErrorCode::unsupported, "@version", "1",
                     version ? fmt::format("{}, written by a newer AxeScope", *version) : "none");
    }
    QuantizedFile file;
    AXESCOPE_TRY(const auto model, reader_.stringAttribute("/", "model"));
    AXESCOPE_TRY(const auto provenance, reader_.stringAttribute("/", "provenance"));
    file.model = model.value_or("");
    file.provenance = provenance.value_or("");
    if (reader_.hasDataset("/settings")) {
      AXESCOPE_TRY(file.settings, reader_.readString("/settings"));
    }
    AXESCOPE_TRY(const auto names, reader_.children("/layers"));
    if (names.empty()) return failure(ErrorCode::empty, "/layers", "at least one layer", "none");
    for (const std::string& name : names) {
      AXESCOPE_TRY(QuantizedFileLayer layer, readLayer(name));
      file.layers.push_back(std::move(layer));
    }
    return file;
  }

 private:
  tl::unexpected<Error> failure(ErrorCode code, std::string object, std::string expected, std::string found) const {
    return fail(code, reader_.fileName(), std::move(object), std::move(expected), std::move(found));
  }

  // A required integer attribute within its range.
  Result<std::int64_t> integer(const std::string& group, const char* key, std::int64_t least, std::int64_t most) const {
    AXESCOPE_TRY(const auto value, reader_.integerAttribute(group, key));
    if (value && *value >= least && *value <= most) return *value;
    return failure(value ? ErrorCode::wrongShape : ErrorCode::notFound, group + "@" + key,
                   fmt::format("an integer {} to {}", least, most), value ? fmt::format("{}", *value) : "none");
  }

  Result<QuantizedFileLayer> readLayer(const std::string& layerName) const {
    QuantizedFileLayer layer;
    const std::string group = "/layers/" + layerName;
    AXESCOPE_TRY(const auto codes, reader_.dataset(group + "/codes"));
    AXESCOPE_TRY(layer.info, layerInfoFrom(reader_, layerName, codes));
    AXESCOPE_CHECK(readWidths(group, layer));
    AXESCOPE_CHECK(readCodes(group, codes, layer));
    AXESCOPE_TRY(layer.weightScale, reader_.readDoubles(group + "/weight_scale"));
    const bool sound = layer.weightScale.size() == static_cast<std::size_t>(layer.info.channels) &&
                       std::all_of(layer.weightScale.begin(), layer.weightScale.end(),
                                   [](double s) { return s > 0.0 && std::isfinite(s); });
    if (!sound) {
      return failure(ErrorCode::wrongShape, group + "/weight_scale",
                     fmt::format("{} positive finite scales", layer.info.channels), "others");
    }
    if (layer.info.hasBias) {
      AXESCOPE_TRY(layer.bias, reader_.readFloats(group + "/bias"));
      AXESCOPE_CHECK(checkFinite(layer.bias, reader_.fileName(), group + "/bias"));
    }
    AXESCOPE_CHECK(readInputCodes(group, layer));
    AXESCOPE_CHECK(checkCertificate(group + "/certificate", layer));
    return layer;
  }

  Status readWidths(const std::string& group, QuantizedFileLayer& layer) const {
    AXESCOPE_TRY(const auto weightBits, integer(group, "weight_bits", 1, mostCodeBits));
    AXESCOPE_TRY(const auto innerBits, integer(group, "inner_bits", leastAccumulatorBits, mostAccumulatorBits));
    AXESCOPE_TRY(const auto outerBits, integer(group, "outer_bits", leastAccumulatorBits, mostAccumulatorBits));
    AXESCOPE_TRY(layer.tileSize, integer(group, "tile", 1, layer.info.k()));
    layer.weightBits = static_cast<int>(weightBits);
    layer.innerBits = static_cast<int>(innerBits);
    layer.outerBits = static_cast<int>(outerBits);
    AXESCOPE_TRY(const auto overflow, reader_.stringAttribute(group, "overflow"));
    layer.overflow = overflow.value_or("wrap");
    if (layer.overflow != "wrap" && layer.overflow != "saturate") {
      return failure(ErrorCode::unsupported, group + "@overflow", "wrap or saturate", layer.overflow);
    }
    if (!layer.info.givenInputQuantizer) {
      return failure(ErrorCode::notFound, group + "@input_scale", "the input's quantizer", "none");
    }
    layer.input = *layer.info.givenInputQuantizer;
    return {};
  }

  Status readCodes(const std::string& group, const hdf5::DatasetInfo& codes, QuantizedFileLayer& layer) const {
    AXESCOPE_TRY(const auto values, reader_.readIntegers(group + "/codes"));
    const IntegerRange range = twosComplement(layer.weightBits);
    layer.codes.resize(layer.info.channels, layer.info.k());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] < range.low || values[i] > range.high) {
        return failure(ErrorCode::corrupt, codes.path, fmt::format("codes of {} bits", layer.weightBits),
                       fmt::format("{} at element {}", values[i], i));
      }
      layer.codes.data()[i] = static_cast<std::int16_t>(values[i]);
    }
    return {};
  }

  Status readInputCodes(const std::string& group, QuantizedFileLayer& layer) const {
    const std::string object = group + "/input_codes";
    if (!reader_.hasDataset(object)) return {};
    AXESCOPE_TRY(const auto info, reader_.dataset(object));
    const std::size_t rank = layer.info.kind == LayerKind::conv2d ? 4 : 2;
    if (info.shape.size() != rank || info.shape[0] < 1 || info.shape[1] != layer.info.inputs) {
      return failure(ErrorCode::wrongShape, object,
                     fmt::format("[samples, {}{}]", layer.info.inputs, rank == 4 ? ", H, W" : ""),
                     shapeText(info.shape));
    }
    AXESCOPE_TRY(const auto values, reader_.readIntegers(object));
    const IntegerRange range = layer.input.range();
    layer.inputCodesShape = info.shape;
    layer.inputCodes.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] < range.low || values[i] > range.high) {
        return failure(ErrorCode::corrupt, object, fmt::format("codes {} to {}", range.low, range.high),
                       fmt::format("{} at element {}", values[i], i));
      }
      layer.inputCodes.push_back(static_cast<std::int16_t>(values[i]));
    }
    return {};
  }

  // The stored certificate must be the one these codes have: a proof that does not belong to its codes proves nothing.
  Status checkCertificate(const std::string& group, const QuantizedFileLayer& layer) const {
    if (!reader_.hasGroup(group)) return {};
    const Certificate certificate = certificateOf(layer);
    AXESCOPE_TRY(const auto positive, reader_.readIntegers(group + "/positive"));
    AXESCOPE_TRY(const auto negative, reader_.readIntegers(group + "/negative"));
    AXESCOPE_TRY(const auto guaranteed, reader_.integerAttribute(group, "guaranteed"));
    const auto sums = certificate.allSums();
    bool same = positive.size() == sums.size() && negative.size() == sums.size() &&
                guaranteed.value_or(-1) == (certificate.guaranteed() ? 1 : 0);
    for (std::size_t i = 0; same && i < sums.size(); ++i) {
      same = positive[i] == sums[i].positive && negative[i] == sums[i].negative;
    }
    if (same) return {};
    return failure(ErrorCode::corrupt, group, "the certificate of these codes", "another one");
  }

  hdf5::Reader reader_;
};

}  // namespace

Status writeQuantizedFile(const std::filesystem::path& path, const QuantizedFile& file) {
  AXESCOPE_TRY(hdf5::Writer writer, hdf5::Writer::create(path));
  AXESCOPE_CHECK(writer.attribute("/", "format", std::string(formatName)));
  AXESCOPE_CHECK(writer.attribute("/", "version", formatVersion));
  AXESCOPE_CHECK(writer.attribute("/", "model", file.model));
  AXESCOPE_CHECK(writer.attribute("/", "provenance", file.provenance));
  AXESCOPE_CHECK(writer.string("/settings", file.settings));
  AXESCOPE_CHECK(writer.group("/layers"));
  for (const QuantizedFileLayer& layer : file.layers) AXESCOPE_CHECK(writeLayer(writer, layer));
  return writer.commit();
}

Result<QuantizedFile> readQuantizedFile(const std::filesystem::path& path) {
  AXESCOPE_TRY(hdf5::Reader reader, hdf5::Reader::open(path));
  return QuantizedFileReader(std::move(reader)).read();
}

}  // namespace axescope
