// SPDX-License-Identifier: GPL-3.0-or-later
// What a layer's group says about it, in dumps and quantized files alike.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/dump/layouts.h"

namespace axescope {

namespace {

using Shape = std::vector<std::int64_t>;

class LayerMetadata {
 public:
  explicit LayerMetadata(const hdf5::Reader& reader) : reader_(reader) {}

  Result<LayerInfo> read(const std::string& layerName, const hdf5::DatasetInfo& weight) const {
    LayerInfo info;
    info.name = layerName;
    const std::string group = "/layers/" + layerName;
    AXESCOPE_TRY(const auto kind, reader_.stringAttribute(group, "kind"));
    if (kind == "conv2d") {
      info.kind = LayerKind::conv2d;
    } else if (kind != "linear") {
      return failure(ErrorCode::unsupported, group + "@kind", "linear or conv2d", kind.value_or("none"));
    }
    const bool conv = info.kind == LayerKind::conv2d;
    AXESCOPE_TRY(const auto order, reader_.stringAttribute(group, "axis_order"));
    const std::string wanted = conv ? "OIHW" : "OI";
    if (order != wanted) return failure(ErrorCode::unsupported, group + "@axis_order", wanted, order.value_or("none"));
    const std::size_t rank = conv ? 4 : 2;
    const bool empty = std::any_of(weight.shape.begin(), weight.shape.end(), [](std::int64_t n) { return n < 1; });
    if (weight.shape.size() != rank || empty) {
      return failure(ErrorCode::wrongShape, weight.path, conv ? "[O, I/groups, kh, kw]" : "[O, I]",
                     shapeText(weight.shape));
    }
    info.channels = weight.shape[0];
    info.inputs = weight.shape[1];
    if (conv) AXESCOPE_CHECK(readGeometry(group, weight.shape, info));
    AXESCOPE_CHECK(readVectors(group, info));
    AXESCOPE_CHECK(readInputShape(group, info));
    AXESCOPE_TRY(info.givenInputQuantizer, readInputQuantizer(group));
    return info;
  }

 private:
  tl::unexpected<Error> failure(ErrorCode code, std::string object, std::string expected, std::string found) const {
    return fail(code, reader_.fileName(), std::move(object), std::move(expected), std::move(found));
  }

  // `count` non-negative integers, each at least `least`; absent: all `fallback`.
  Result<Shape> integers(const std::string& group, const char* attribute, std::size_t count, std::int64_t least,
                         std::int64_t fallback) const {
    AXESCOPE_TRY(const auto list, reader_.integerListAttribute(group, attribute));
    const Shape values = list.value_or(Shape(count, fallback));
    constexpr std::int64_t most = 1 << 20;
    const bool sound = values.size() == count && std::all_of(values.begin(), values.end(),
                                                             [&](std::int64_t v) { return v >= least && v <= most; });
    if (sound) return values;
    return failure(ErrorCode::wrongShape, group + "@" + attribute,
                   fmt::format("{} integers of at least {}", count, least), shapeText(values));
  }

  Status readGeometry(const std::string& group, const Shape& weight, LayerInfo& info) const {
    ConvGeometry& g = info.conv;
    g.kernelHeight = weight[2];
    g.kernelWidth = weight[3];
    AXESCOPE_TRY(const auto groups, reader_.integerAttribute(group, "groups"));
    g.groups = groups.value_or(1);
    if (g.groups < 1 || g.groups > info.channels || info.channels % g.groups != 0) {
      return failure(ErrorCode::wrongShape, group + "@groups", fmt::format("a divisor of {} channels", info.channels),
                     fmt::format("{}", g.groups));
    }
    info.inputs = weight[1] * g.groups;
    AXESCOPE_TRY(const Shape stride, integers(group, "stride", 2, 1, 1));
    AXESCOPE_TRY(const Shape dilation, integers(group, "dilation", 2, 1, 1));
    g.strideY = stride[0];
    g.strideX = stride[1];
    g.dilationY = dilation[0];
    g.dilationX = dilation[1];
    AXESCOPE_TRY(const auto padding, reader_.integerListAttribute(group, "padding"));
    const std::size_t sides = padding && padding->size() == 4 ? 4 : 2;
    AXESCOPE_TRY(const Shape pad, integers(group, "padding", sides, 0, 0));
    g.padTop = pad[0];
    g.padBottom = sides == 4 ? pad[1] : pad[0];
    g.padLeft = sides == 4 ? pad[2] : pad[1];
    g.padRight = sides == 4 ? pad[3] : pad[1];
    return {};
  }

  Status readVectors(const std::string& group, LayerInfo& info) const {
    info.hasBias = reader_.hasDataset(group + "/bias");
    if (info.hasBias) {
      AXESCOPE_TRY(const auto bias, reader_.dataset(group + "/bias"));
      if (bias.shape != Shape{info.channels}) {
        return failure(ErrorCode::wrongShape, group + "/bias", shapeText({info.channels}), shapeText(bias.shape));
      }
    }
    info.hasWeightScale = reader_.hasDataset(group + "/weight_scale");
    if (info.hasWeightScale) {
      AXESCOPE_TRY(const auto scale, reader_.dataset(group + "/weight_scale"));
      if (scale.shape != Shape{info.channels} && scale.shape != Shape{1}) {
        return failure(ErrorCode::wrongShape, group + "/weight_scale", shapeText({info.channels}) + " or [1]",
                       shapeText(scale.shape));
      }
    }
    return {};
  }

  Status readInputShape(const std::string& group, LayerInfo& info) const {
    if (!reader_.hasDataset(group + "/input")) return {};
    AXESCOPE_TRY(const auto input, reader_.dataset(group + "/input"));
    const bool conv = info.kind == LayerKind::conv2d;
    const bool fits = input.shape.size() == (conv ? 4U : 2U) && input.shape[1] == info.inputs;
    if (!fits) {
      return failure(ErrorCode::wrongShape, group + "/input",
                     conv ? fmt::format("[samples, {}, H, W]", info.inputs)
                          : fmt::format("[samples, {}], the weight's K", info.inputs),
                     shapeText(input.shape));
    }
    if (input.shape[0] < 1) return failure(ErrorCode::empty, group + "/input", "at least one sample", "none");
    if (conv && (info.conv.outputHeight(input.shape[2]) < 1 || info.conv.outputWidth(input.shape[3]) < 1)) {
      return failure(ErrorCode::wrongShape, group + "/input", "images at least as large as the kernel",
                     shapeText(input.shape));
    }
    info.inputShape = input.shape;
    return {};
  }

  Result<std::optional<ActivationQuantizer>> readInputQuantizer(const std::string& group) const {
    AXESCOPE_TRY(const auto scale, reader_.realAttribute(group, "input_scale"));
    if (!scale) return std::optional<ActivationQuantizer>{};
    AXESCOPE_TRY(const auto zeroPoint, reader_.integerAttribute(group, "input_zero_point"));
    AXESCOPE_TRY(const auto isSigned, reader_.integerAttribute(group, "input_signed"));
    AXESCOPE_TRY(const auto bits, reader_.integerAttribute(group, "input_bits"));
    ActivationQuantizer quantizer;
    quantizer.scale = *scale;
    quantizer.zeroPoint = zeroPoint.value_or(0);
    if (!(*scale > 0.0) || !std::isfinite(*scale)) {
      return failure(ErrorCode::notFinite, group + "@input_scale", "a positive finite scale",
                     fmt::format("{}", *scale));
    }
    if (const std::int64_t width = bits.value_or(8); width < 1 || width > mostCodeBits) {
      return failure(ErrorCode::wrongShape, group + "@input_bits", fmt::format("1 to {}", mostCodeBits),
                     fmt::format("{}", width));
    }
    quantizer.bits = static_cast<int>(bits.value_or(8));
    const bool symmetric = quantizer.zeroPoint == 0;
    if (isSigned.value_or(0) != 0) {
      quantizer.encoding = symmetric ? ActivationEncoding::signedSymmetric : ActivationEncoding::centred;
    } else {
      quantizer.encoding = symmetric ? ActivationEncoding::unsignedSymmetric : ActivationEncoding::asymmetric;
    }
    const IntegerRange range = quantizer.range();
    if (quantizer.zeroPoint < range.low || quantizer.zeroPoint > range.high) {
      return failure(ErrorCode::wrongShape, group + "@input_zero_point", fmt::format("{} to {}", range.low, range.high),
                     fmt::format("{}", quantizer.zeroPoint));
    }
    return std::optional(quantizer);
  }

  const hdf5::Reader& reader_;
};

}  // namespace

Result<LayerInfo> layerInfoFrom(const hdf5::Reader& reader, const std::string& layerName,
                                const hdf5::DatasetInfo& weight) {
  return LayerMetadata(reader).read(layerName, weight);
}

}  // namespace axescope
