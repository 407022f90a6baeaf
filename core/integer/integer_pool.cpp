// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>
#include <utility>

#include "core/integer/integer_kernel.h"

namespace axescope {

namespace {

// Calls body(first element of the plane, rows, columns) for each window of each plane, in the order of the output.
template <class Body>
void forEachWindow(const PoolWindows& windows, const CodeTensor& input, const Body& body) {
  const std::int64_t height = input.shape[2];
  const std::int64_t width = input.shape[3];
  const std::int64_t rows = windows.vertical.count(height);
  const std::int64_t columns = windows.horizontal.count(width);
  const std::int16_t* plane = input.codes.data();
  for (std::int64_t planes = input.shape[0] * input.shape[1]; planes > 0; --planes, plane += height * width) {
    for (std::int64_t y = 0; y < rows; ++y) {
      const auto ofRows = windows.vertical.range(y, height);
      for (std::int64_t x = 0; x < columns; ++x) body(plane, ofRows, windows.horizontal.range(x, width));
    }
  }
}

using Range = AxisWindows::Range;

class Maximum final : public IntegerKernel {
 public:
  explicit Maximum(const PoolWindows& windows) : windows_(windows) {}

  void run(std::span<const CodeTensor* const> inputs, CodeTensor& output) const override {
    const std::int64_t width = inputs.front()->shape[3];
    std::int16_t* out = output.codes.data();
    forEachWindow(windows_, *inputs.front(), [&](const std::int16_t* plane, const Range& rows, const Range& columns) {
      std::int16_t largest = plane[rows.first * width + columns.first];
      for (std::int64_t y = rows.first; y < rows.last; ++y) {
        const std::int16_t* const row = plane + y * width;
        largest = std::max(largest, *std::max_element(row + columns.first, row + columns.last));
      }
      *out++ = largest;
    });
  }

 private:
  PoolWindows windows_;
};

// Σ (x − z) times the multiplier of s_x/(count s_y), one for each count that windows have.
class Average final : public IntegerKernel {
 public:
  Average(const Pooling& pooling, const KernelContext& context)
      : pooling_(pooling), zeroPoint_(context.inputs.front().zeroPoint) {
    const Shape shape = context.inputShape(0);
    const auto& [vertical, horizontal] = pooling.windows;
    for (std::int64_t y = 0; y < vertical.count(shape[2]); ++y) {
      for (std::int64_t x = 0; x < horizontal.count(shape[3]); ++x) {
        const Range rows = vertical.range(y, shape[2]);
        const Range columns = horizontal.range(x, shape[3]);
        add(divisor(rows, columns), rows.size() * columns.size(), context);
      }
    }
  }

  void run(std::span<const CodeTensor* const> inputs, CodeTensor& output) const override {
    const std::int64_t width = inputs.front()->shape[3];
    std::int16_t* out = output.codes.data();
    forEachWindow(pooling_.windows, *inputs.front(),
                  [&](const std::int16_t* plane, const Range& rows, const Range& columns) {
                    std::int64_t sum = -zeroPoint_ * rows.size() * columns.size();
                    for (std::int64_t y = rows.first; y < rows.last; ++y) {
                      for (std::int64_t x = columns.first; x < columns.last; ++x) sum += plane[y * width + x];
                    }
                    *out++ = byDivisor_.at(divisor(rows, columns))(sum);
                  });
  }

 private:
  std::int64_t divisor(const Range& rows, const Range& columns) const {
    return pooling_.kind == PoolKind::averageWithPadding ? rows.padded * columns.padded : rows.size() * columns.size();
  }

  void add(std::int64_t divisor, std::int64_t inside, const KernelContext& context) {
    const ActivationQuantizer& from = context.inputs.front();
    const double factor = from.scale / (static_cast<double>(divisor) * context.output.scale);
    // Windows of one divisor may have several sizes inside the image, none above the divisor.
    const std::int64_t largest = std::max(divisor, inside) * largestDistance(from);
    byDivisor_.try_emplace(
        divisor, Requantizer::make(Multiplier::nearest(factor, context.multiplierBits, largest), 0, context.output));
  }

  Pooling pooling_;
  std::int64_t zeroPoint_;
  std::map<std::int64_t, Requantizer> byDivisor_;
};

}  // namespace

MadeKernel makePoolKernel(const KernelContext& context) {
  const auto pooling = std::get<Pooling>(context.form());
  if (pooling.kind == PoolKind::maximum) return std::make_unique<Maximum>(pooling.windows);
  return std::make_unique<Average>(pooling, context);
}

}  // namespace axescope
