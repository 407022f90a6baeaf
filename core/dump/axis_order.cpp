// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dump/axis_order.h"

#include <algorithm>
#include <array>

#include "core/hdf5/text.h"

namespace axescope {

namespace {

struct NamedOrder {
  const char* name;
  AxisOrder order;
};

constexpr std::array<NamedOrder, 5> orders{{{"OI", AxisOrder::oi},
                                            {"IO", AxisOrder::io},
                                            {"OIHW", AxisOrder::oihw},
                                            {"HWIO", AxisOrder::hwio},
                                            {"HWIM", AxisOrder::hwim}}};

/// Where each axis stands, by its letter; size 1 and stride 0 for one that is absent.
struct Axis {
  std::int64_t size = 1;
  std::int64_t stride = 0;
};

Axis findAxis(std::span<const std::int64_t> shape, AxisOrder order, char letter) {
  const std::string letters = name(order);
  std::int64_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0; stride *= shape[i]) {
    if (letters[i] == letter) return {shape[i], stride};
  }
  return {};
}

}  // namespace

const char* name(AxisOrder order) {
  return std::ranges::find(orders, order, &NamedOrder::order)->name;
}

std::optional<AxisOrder> axisOrder(const std::string& name) {
  for (const NamedOrder& known : orders) {
    if (name == known.name && known.order != AxisOrder::hwim) return known.order;
  }
  return std::nullopt;
}

Result<LayerInfo> layerOfWeight(std::span<const std::int64_t> shape, AxisOrder order, std::int64_t groups,
                                const std::string& file, const std::string& path) {
  const std::string letters = name(order);
  if (shape.size() != letters.size()) {
    return fail(ErrorCode::wrongShape, file, path, std::to_string(letters.size()) + " axes (" + letters + ")",
                "shape " + hdf5::describeShape(shape));
  }
  if (std::ranges::find(shape, 0) != shape.end())
    return fail(ErrorCode::empty, file, path, "weights", "shape " + hdf5::describeShape(shape));
  LayerInfo info;
  info.kind = shape.size() == 2 ? LayerKind::linear : LayerKind::conv2d;
  info.conv.kernelHeight = findAxis(shape, order, 'H').size;
  info.conv.kernelWidth = findAxis(shape, order, 'W').size;
  const std::int64_t inputs = findAxis(shape, order, 'I').size;
  if (order == AxisOrder::hwim) {
    info.conv.groups = info.inputs = inputs;
    info.channels = inputs * findAxis(shape, order, 'M').size;
    return info;
  }
  info.channels = findAxis(shape, order, 'O').size;
  if (groups < 1 || groups > info.channels || info.channels % groups != 0) {
    return fail(ErrorCode::wrongShape, file, path, "groups that divide " + std::to_string(info.channels) + " channels",
                std::to_string(groups) + " groups");
  }
  info.conv.groups = groups;
  info.inputs = inputs * groups;
  return info;
}

MatrixF toChannelRows(std::span<const float> values, std::span<const std::int64_t> shape, AxisOrder order) {
  const Axis height = findAxis(shape, order, 'H');
  const Axis width = findAxis(shape, order, 'W');
  const Axis inputs = findAxis(shape, order, 'I');
  const bool depthwise = order == AxisOrder::hwim;
  // Channel c of a depthwise convolution is output c mod M of input c div M.
  const Axis outputs = findAxis(shape, order, depthwise ? 'M' : 'O');
  const std::int64_t channels = depthwise ? inputs.size * outputs.size : outputs.size;
  const std::int64_t inputsOfChannel = depthwise ? 1 : inputs.size;
  const std::int64_t k = inputsOfChannel * height.size * width.size;
  if (order == AxisOrder::oi || order == AxisOrder::oihw)  // rows of channels as they are
    return Eigen::Map<const MatrixF>(values.data(), channels, k);
  MatrixF matrix(channels, k);
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    const std::int64_t first = depthwise
                                   ? channel / outputs.size * inputs.stride + channel % outputs.size * outputs.stride
                                   : channel * outputs.stride;
    std::int64_t column = 0;
    for (std::int64_t i = 0; i < inputsOfChannel; ++i) {
      for (std::int64_t y = 0; y < height.size; ++y) {
        for (std::int64_t x = 0; x < width.size; ++x) {
          const std::int64_t at = first + i * inputs.stride + y * height.stride + x * width.stride;
          matrix(channel, column++) = values[static_cast<std::size_t>(at)];
        }
      }
    }
  }
  return matrix;
}

}  // namespace axescope
