// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dump/layer_metadata.h"

#include <array>
#include <cmath>
#include <limits>

#include "core/dump/axis_order.h"
#include "core/hdf5/text.h"

namespace axescope {

namespace {

/// Generous for any network, and small enough that products with it never overflow.
constexpr std::int64_t mostGeometry = 1 << 20;

tl::unexpected<Error> missing(const hdf5::Reader& reader, const std::string& object, const std::string& name,
                              const std::string& expected) {
  return fail(ErrorCode::notFound, reader.fileName(), object + "@" + name, expected, "no such attribute");
}

tl::unexpected<Error> outOfRange(const hdf5::Reader& reader, const std::string& label, IntegerRange range,
                                 std::int64_t found) {
  return fail(ErrorCode::corrupt, reader.fileName(), label,
              std::to_string(range.low) + " to " + std::to_string(range.high), std::to_string(found));
}

/// `counts` numbers of an attribute, each in the range; empty when absent.
Result<std::vector<std::int64_t>> geometry(const hdf5::Reader& reader, const std::string& group,
                                           const std::string& name, std::int64_t low, bool fourAllowed) {
  AXESCOPE_TRY(const auto values, reader.integerListAttribute(group, name));
  if (!values) return std::vector<std::int64_t>{};
  const std::string label = group + "@" + name;
  if (values->size() != 2 && !(fourAllowed && values->size() == 4)) {
    return fail(ErrorCode::wrongShape, reader.fileName(), label, fourAllowed ? "2 or 4 integers" : "2 integers",
                std::to_string(values->size()));
  }
  for (const std::int64_t value : *values) {
    if (value < low || value > mostGeometry) return outOfRange(reader, label, {low, mostGeometry}, value);
  }
  return *values;
}

Status readGeometry(const hdf5::Reader& reader, const std::string& group, ConvGeometry& conv) {
  AXESCOPE_TRY(const auto stride, geometry(reader, group, "stride", 1, false));
  if (!stride.empty()) {
    conv.strideY = stride[0];
    conv.strideX = stride[1];
  }
  AXESCOPE_TRY(const auto dilation, geometry(reader, group, "dilation", 1, false));
  if (!dilation.empty()) {
    conv.dilationY = dilation[0];
    conv.dilationX = dilation[1];
  }
  AXESCOPE_TRY(const auto padding, geometry(reader, group, "padding", 0, true));
  if (padding.size() == 2) {
    conv.padTop = conv.padBottom = padding[0];
    conv.padLeft = conv.padRight = padding[1];
  } else if (padding.size() == 4) {
    conv.padTop = padding[0];
    conv.padBottom = padding[1];
    conv.padLeft = padding[2];
    conv.padRight = padding[3];
  }
  return {};
}

// One signed bit, codes −1 and 0, is symmetric about no zero point.
ActivationEncoding encodingOf(bool isSigned, int bits, std::int64_t zeroPoint) {
  if (isSigned) {
    return zeroPoint == 0 && bits > 1 ? ActivationEncoding::signedSymmetric : ActivationEncoding::centred;
  }
  return zeroPoint == 0 ? ActivationEncoding::unsignedSymmetric : ActivationEncoding::asymmetric;
}

}  // namespace

Result<std::int64_t> integerInRange(const hdf5::Reader& reader, const std::string& object, const std::string& name,
                                    IntegerRange range, std::optional<std::int64_t> fallback) {
  AXESCOPE_TRY(const auto value, reader.integerAttribute(object, name));
  if (!value && !fallback) return missing(reader, object, name, "an integer");
  const std::int64_t number = value ? *value : *fallback;
  if (number < range.low || number > range.high) return outOfRange(reader, object + "@" + name, range, number);
  return number;
}

Result<std::string> requiredText(const hdf5::Reader& reader, const std::string& object, const std::string& name,
                                 const std::string& expected) {
  AXESCOPE_TRY(auto text, reader.stringAttribute(object, name));
  if (!text) return missing(reader, object, name, expected);
  return std::move(*text);
}

Result<LayerInfo> readLayerMetadata(const hdf5::Reader& reader, const std::string& group, const std::string& name,
                                    const hdf5::DatasetInfo& weight) {
  AXESCOPE_TRY(const std::string kind, requiredText(reader, group, "kind", R"("linear" or "conv2d")"));
  if (kind != "linear" && kind != "conv2d") {
    return fail(ErrorCode::unsupported, reader.fileName(), group + "@kind", R"("linear" or "conv2d")",
                "\"" + kind + "\"");
  }
  const AxisOrder order = kind == "linear" ? AxisOrder::oi : AxisOrder::oihw;
  const std::string expected = std::string("\"") + axescope::name(order) + "\" for a " + kind + " layer";
  AXESCOPE_TRY(const std::string axes, requiredText(reader, group, "axis_order", expected));
  if (axes != axescope::name(order))
    return fail(ErrorCode::unsupported, reader.fileName(), group + "@axis_order", expected, "\"" + axes + "\"");
  std::int64_t groups = 1;
  if (kind == "conv2d") {
    AXESCOPE_TRY(groups, integerInRange(reader, group, "groups", {1, mostGeometry}, 1));
  }
  AXESCOPE_TRY(LayerInfo info, layerOfWeight(weight.shape, order, groups, reader.fileName(), weight.path));
  info.name = name;
  if (info.kind == LayerKind::conv2d) AXESCOPE_CHECK(readGeometry(reader, group, info.conv));
  AXESCOPE_TRY(info.givenInputQuantizer, readInputQuantizer(reader, group));
  return info;
}

Result<std::optional<ActivationQuantizer>> readInputQuantizer(const hdf5::Reader& reader, const std::string& group) {
  AXESCOPE_TRY(const auto scale, reader.realAttribute(group, "input_scale"));
  if (!scale) {
    AXESCOPE_TRY(const auto zeroPoint, reader.integerAttribute(group, "input_zero_point"));
    if (zeroPoint) return missing(reader, group, "input_scale", "a scale beside input_zero_point");
    return std::nullopt;
  }
  if (!std::isfinite(*scale) || *scale <= 0) {
    return fail(ErrorCode::notFinite, reader.fileName(), group + "@input_scale", "a finite number above 0",
                std::to_string(*scale));
  }
  ActivationQuantizer quantizer;
  quantizer.scale = *scale;
  AXESCOPE_TRY(const std::int64_t bits, integerInRange(reader, group, "input_bits", {1, mostCodeBits}, 8));
  AXESCOPE_TRY(const std::int64_t isSigned, integerInRange(reader, group, "input_signed", {0, 1}, 0));
  quantizer.bits = static_cast<int>(bits);
  quantizer.encoding = isSigned == 1 ? ActivationEncoding::centred : ActivationEncoding::asymmetric;
  AXESCOPE_CHECK(checkCodeWidth(quantizer, reader.fileName(), group));
  AXESCOPE_TRY(quantizer.zeroPoint, integerInRange(reader, group, "input_zero_point", quantizer.range(), 0));
  quantizer.encoding = encodingOf(isSigned == 1, quantizer.bits, quantizer.zeroPoint);
  return quantizer;
}

Status checkCodeWidth(const ActivationQuantizer& quantizer, const std::string& file, const std::string& group) {
  const std::string object = group + "@input_bits";
  const std::string found = std::to_string(quantizer.bits);
  if (quantizer.range().high > std::numeric_limits<std::int16_t>::max()) {
    return fail(ErrorCode::unsupported, file, object,
                "at most 15 bits for unsigned codes, which are kept in 16 signed bits", found);
  }
  if (quantizer.encoding == ActivationEncoding::signedSymmetric && quantizer.bits < 2)
    return fail(ErrorCode::unsupported, file, object, "at least 2 bits for signed symmetric codes", found);
  return {};
}

Status writeLayerMetadata(hdf5::Writer& writer, const std::string& group, const LayerInfo& info) {
  const bool isConv = info.kind == LayerKind::conv2d;
  AXESCOPE_CHECK(writer.attribute(group, "kind", std::string(name(info.kind))));
  AXESCOPE_CHECK(writer.attribute(group, "axis_order", std::string(name(isConv ? AxisOrder::oihw : AxisOrder::oi))));
  if (!isConv) return {};
  const ConvGeometry& conv = info.conv;
  using Numbers = std::vector<std::int64_t>;
  const bool isEven = conv.padTop == conv.padBottom && conv.padLeft == conv.padRight;
  const Numbers padding =
      isEven ? Numbers{conv.padTop, conv.padLeft} : Numbers{conv.padTop, conv.padBottom, conv.padLeft, conv.padRight};
  AXESCOPE_CHECK(writer.attribute(group, "stride", Numbers{conv.strideY, conv.strideX}));
  AXESCOPE_CHECK(writer.attribute(group, "dilation", Numbers{conv.dilationY, conv.dilationX}));
  AXESCOPE_CHECK(writer.attribute(group, "padding", padding));
  return writer.attribute(group, "groups", conv.groups);
}

Status writeInputQuantizer(hdf5::Writer& writer, const std::string& group, const ActivationQuantizer& quantizer) {
  AXESCOPE_CHECK(writer.attribute(group, "input_scale", quantizer.scale));
  AXESCOPE_CHECK(writer.attribute(group, "input_zero_point", quantizer.zeroPoint));
  AXESCOPE_CHECK(writer.attribute(group, "input_signed", std::int64_t{hasSignedCodes(quantizer.encoding) ? 1 : 0}));
  return writer.attribute(group, "input_bits", std::int64_t{quantizer.bits});
}

std::vector<std::int64_t> weightShape(const LayerInfo& info) {
  if (info.kind == LayerKind::linear) return {info.channels, info.inputs};
  return {info.channels, info.inputs / info.groups(), info.conv.kernelHeight, info.conv.kernelWidth};
}

Status checkInputShape(const std::string& file, const std::string& path, const LayerInfo& info,
                       const std::vector<std::int64_t>& shape) {
  const bool isConv = info.kind == LayerKind::conv2d;
  if (shape.size() != (isConv ? 4U : 2U) || shape[1] != info.inputs) {
    const std::string inputs = std::to_string(info.inputs);
    return fail(ErrorCode::wrongShape, file, path,
                isConv ? "shape [samples, " + inputs + ", height, width]" : "shape [samples, " + inputs + "]",
                "shape " + hdf5::describeShape(shape));
  }
  if (shape[0] == 0) return fail(ErrorCode::empty, file, path, "at least one sample", "none");
  if (isConv && (info.conv.outputHeight(shape[2]) < 1 || info.conv.outputWidth(shape[3]) < 1)) {
    return fail(ErrorCode::wrongShape, file, path, "inputs no smaller than the kernel",
                "shape " + hdf5::describeShape(shape));
  }
  return {};
}

Status checkChannelVector(const std::string& file, const LayerInfo& info, const hdf5::DatasetInfo& vector) {
  if (vector.shape == std::vector<std::int64_t>{info.channels}) return {};
  return fail(ErrorCode::wrongShape, file, vector.path, "shape [" + std::to_string(info.channels) + "]",
              "shape " + hdf5::describeShape(vector.shape));
}

}  // namespace axescope
