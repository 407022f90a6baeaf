// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/network/operations.h"

namespace axescope {

namespace {

struct Maximum {
  static constexpr PoolKind kind = PoolKind::maximum;
  static Work work(std::int64_t elements, std::int64_t windows) { return {.compares = elements - windows}; }
  static float of(const float* plane, std::int64_t width, const AxisWindows::Range& rows,
                  const AxisWindows::Range& columns) {
    float largest = -std::numeric_limits<float>::infinity();
    for (std::int64_t y = rows.first; y < rows.last; ++y) {
      for (std::int64_t x = columns.first; x < columns.last; ++x) {
        const float value = plane[y * width + x];
        if (value > largest || std::isnan(value)) largest = value;
      }
    }
    return largest;
  }
};

template <bool countPadding>
struct Average {
  static Work work(std::int64_t elements, std::int64_t windows) {
    return {.multiplies = windows, .adds = elements - windows};
  }
  static constexpr PoolKind kind = countPadding ? PoolKind::averageWithPadding : PoolKind::average;
  static float of(const float* plane, std::int64_t width, const AxisWindows::Range& rows,
                  const AxisWindows::Range& columns) {
    double sum = 0.0;
    for (std::int64_t y = rows.first; y < rows.last; ++y) {
      for (std::int64_t x = columns.first; x < columns.last; ++x) sum += static_cast<double>(plane[y * width + x]);
    }
    const std::int64_t count =
        countPadding ? rows.padded * columns.padded : (rows.last - rows.first) * (columns.last - columns.first);
    return static_cast<float>(sum / static_cast<double>(count));
  }
};

template <class Reduction>
class Pool2d final : public Operation {
 public:
  explicit Pool2d(const PoolWindows& windows) : vertical_(windows.vertical), horizontal_(windows.horizontal) {}

  Result<Shape> outputShape(std::span<const Shape> inputs) const override {
    const Shape& shape = inputs.front();
    if (shape.size() != 4) return shapeMismatch("images [N, C, H, W]", shape);
    if (!vertical_.fit(shape[2]) || !horizontal_.fit(shape[3])) {
      return shapeMismatch(
          fmt::format("images that hold a {}x{} window with their padding", vertical_.kernel, horizontal_.kernel),
          shape);
    }
    return Shape{shape[0], shape[1], vertical_.count(shape[2]), horizontal_.count(shape[3])};
  }

  OperationForm form(const Shape&) const override { return Pooling{Reduction::kind, {vertical_, horizontal_}}; }

  void run(std::span<const Tensor* const> inputs, Tensor& output) const override {
    const Tensor& x = *inputs.front();
    const std::int64_t height = x.shape[2];
    const std::int64_t width = x.shape[3];
    const float* plane = x.data.data();
    float* pooled = output.data.data();
    for (std::int64_t planes = x.shape[0] * x.shape[1]; planes > 0; --planes, plane += height * width) {
      for (std::int64_t y = 0; y < output.shape[2]; ++y) {
        const AxisWindows::Range rows = vertical_.range(y, height);
        for (std::int64_t column = 0; column < output.shape[3]; ++column) {
          *pooled++ = Reduction::of(plane, width, rows, horizontal_.range(column, width));
        }
      }
    }
  }

  Work work(std::span<const Shape> inputs, const Shape& output) const override {
    const Shape& x = inputs.front();
    const std::int64_t planes = x[0] * x[1];
    return Reduction::work(planes * vertical_.covered(x[2]) * horizontal_.covered(x[3]), elements(output));
  }

 private:
  AxisWindows vertical_;
  AxisWindows horizontal_;
};

class GlobalAverage final : public Operation {
 public:
  explicit GlobalAverage(bool keepAxes) : keepAxes_(keepAxes) {}

  Result<Shape> outputShape(std::span<const Shape> inputs) const override {
    const Shape& shape = inputs.front();
    if (shape.size() != 4) return shapeMismatch("images [N, C, H, W]", shape);
    return keepAxes_ ? Shape{shape[0], shape[1], 1, 1} : Shape{shape[0], shape[1]};
  }

  OperationForm form(const Shape& input) const override {
    return Pooling{PoolKind::average, {{.kernel = input[2]}, {.kernel = input[3]}}};
  }

  void run(std::span<const Tensor* const> inputs, Tensor& output) const override {
    const Tensor& x = *inputs.front();
    const std::int64_t size = x.shape[2] * x.shape[3];
    const float* plane = x.data.data();
    for (float& mean : output.data) {
      mean = static_cast<float>(std::accumulate(plane, plane + size, 0.0) / static_cast<double>(size));
      plane += size;
    }
  }

  Work work(std::span<const Shape> inputs, const Shape& output) const override {
    return {.multiplies = elements(output), .adds = elements(inputs.front()) - elements(output)};
  }

 private:
  bool keepAxes_;
};

Result<PoolWindows> readWindows(const Attributes& attributes) {
  AXESCOPE_TRY(const auto kernel, attributes.get<Extent>("kernel"));
  AXESCOPE_TRY(const auto stride, attributes.get<Extent>("stride", kernel));
  AXESCOPE_TRY(const auto padding, attributes.get<Margins>("padding", {}));
  AXESCOPE_TRY(const auto dilation, attributes.get<Extent>("dilation", {1, 1}));
  AXESCOPE_TRY(const auto ceilMode, attributes.get<bool>("ceil_mode", false));
  const auto bad = [](const char* key, const char* expected, std::initializer_list<std::int64_t> found) {
    return fail(ErrorCode::wrongShape, {}, Attributes::objectName(key), expected,
                fmt::format("[{}]", fmt::join(found, ", ")));
  };
  const auto isSize = [](std::int64_t size) { return size >= 1 && size <= mostElementsPerSample; };
  if (!isSize(kernel.y) || !isSize(kernel.x)) return bad("kernel", "sizes of at least 1", {kernel.y, kernel.x});
  if (!isSize(stride.y) || !isSize(stride.x)) return bad("stride", "steps of at least 1", {stride.y, stride.x});
  if (dilation.y != 1 || dilation.x != 1) return bad("dilation", "1", {dilation.y, dilation.x});
  // Padding below the kernel: every window then touches the image.
  const auto isMargin = [](std::int64_t margin, std::int64_t size) { return margin >= 0 && margin < size; };
  if (!isMargin(padding.top, kernel.y) || !isMargin(padding.bottom, kernel.y) || !isMargin(padding.left, kernel.x) ||
      !isMargin(padding.right, kernel.x)) {
    return bad("padding", "widths from 0 to less than the kernel",
               {padding.top, padding.bottom, padding.left, padding.right});
  }
  return PoolWindows{{kernel.y, stride.y, padding.top, padding.bottom, ceilMode},
                     {kernel.x, stride.x, padding.left, padding.right, ceilMode}};
}

template <class Reduction>
MadeOperation pool(const PoolWindows& windows) {
  return std::make_unique<Pool2d<Reduction>>(windows);
}

}  // namespace

MadeOperation makeMaxPool2d(const OperationContext& context) {
  AXESCOPE_TRY(const PoolWindows windows, readWindows(context.attributes()));
  return pool<Maximum>(windows);
}

MadeOperation makeAvgPool2d(const OperationContext& context) {
  AXESCOPE_TRY(const PoolWindows windows, readWindows(context.attributes()));
  AXESCOPE_TRY(const auto countPadding, context.attributes().get<bool>("count_include_pad", true));
  return countPadding ? pool<Average<true>>(windows) : pool<Average<false>>(windows);
}

MadeOperation makeGlobalAvgPool2d(const OperationContext& context) {
  AXESCOPE_TRY(const auto keepAxes, context.attributes().get<bool>("keepdims", true));
  return std::make_unique<GlobalAverage>(keepAxes);
}

}  // namespace axescope
