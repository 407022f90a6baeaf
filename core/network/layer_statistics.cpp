// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/layer_statistics.h"

#include <algorithm>
#include <cassert>

#include "core/base/parallel.h"
#include "core/network/columns.h"
#include "core/number/row_quantizer.h"

namespace axescope {

namespace {

constexpr std::int64_t rowsAtOnce = 4096;

}  // namespace

LayerStatistics::LayerStatistics(const LayerInfo& info, const MatrixF& weight, const ActivationQuantizer& quantizer,
                                 bool dynamic)
    : info_(info), quantizer_(quantizer), dynamic_(dynamic) {
  assert(!dynamic || info.kind == LayerKind::linear);
  if (dynamic) {
    groups_.emplace_back(weight);
    return;
  }
  const std::int64_t channels = info.channelsPerGroup();
  for (std::int64_t group = 0; group < info.groups(); ++group) {
    groups_.emplace_back(weight.middleRows(group * channels, channels), quantizer);
  }
}

void LayerStatistics::add(const Tensor& x, const Tensor& quantizedNetwork) {
  if (dynamic_) {
    addDynamicRows(x, quantizedNetwork);
    return;
  }
  std::vector<std::int16_t> codes(quantizedNetwork.data.size());
  constexpr std::int64_t piece = 1 << 16;
  parallelPieces(quantizedNetwork.size(), piece, [&](std::int64_t first, std::int64_t count) {
    const auto begin = static_cast<std::size_t>(first);
    const auto length = static_cast<std::size_t>(count);
    quantizer_.quantize(std::span(quantizedNetwork.data).subspan(begin, length),
                        std::span(codes).subspan(begin, length));
  });
  if (info_.kind == LayerKind::linear) {
    addRows(x, codes);
  } else {
    addImages(x, codes);
  }
}

void LayerStatistics::addRows(const Tensor& x, const std::vector<std::int16_t>& codes) {
  groups_.front().add(x.data.data(), info_.inputs, codes.data(), info_.inputs, x.size() / info_.inputs);
}

void LayerStatistics::addDynamicRows(const Tensor& x, const Tensor& quantizedNetwork) {
  const std::int64_t k = info_.inputs;
  const std::int64_t rows = x.size() / k;
  std::vector<float> values(quantizedNetwork.data.size());
  const auto length = static_cast<std::size_t>(k);
  parallelPieces(rows, std::max<std::int64_t>(1, rowsAtOnce / k), [&](std::int64_t first, std::int64_t count) {
    std::vector<std::int16_t> codes(length);
    for (std::int64_t row = first; row < first + count; ++row) {
      const auto at = static_cast<std::size_t>(row) * length;
      const auto from = std::span(quantizedNetwork.data).subspan(at, length);
      const ActivationQuantizer own = rowQuantizer(from, quantizer_.bits, quantizer_.encoding);
      own.quantize(from, codes);
      std::transform(codes.begin(), codes.end(), values.begin() + static_cast<std::ptrdiff_t>(at),
                     [&](std::int16_t code) { return own.dequantize(code); });
    }
  });
  groups_.front().add(x.data.data(), k, values.data(), k, rows);
}

void LayerStatistics::addImages(const Tensor& x, const std::vector<std::int16_t>& codes) {
  const Columns<float> floats{.conv = info_.conv, .inputs = info_.inputs, .height = x.shape[2], .width = x.shape[3]};
  const Columns<std::int16_t> integers{.conv = info_.conv,
                                       .inputs = info_.inputs,
                                       .height = x.shape[2],
                                       .width = x.shape[3],
                                       .padding = static_cast<std::int16_t>(quantizer_.zeroPoint)};
  const std::int64_t positions = floats.positions();
  const std::int64_t k = floats.k();
  const std::int64_t samplesAtOnce = std::max<std::int64_t>(1, rowsAtOnce / positions);
  parallelFor(groups_.size(), [&](std::size_t group) {
    const auto rows = static_cast<std::size_t>(std::min(samplesAtOnce, x.samples()) * positions);
    std::vector<float> values(rows * static_cast<std::size_t>(k));
    std::vector<std::int16_t> columnCodes(values.size());
    for (std::int64_t first = 0; first < x.samples(); first += samplesAtOnce) {
      const std::int64_t count = std::min(samplesAtOnce, x.samples() - first);
      parallelFor(static_cast<std::size_t>(count), [&](std::size_t index) {
        const std::int64_t sample = first + static_cast<std::int64_t>(index);
        const std::int64_t row = static_cast<std::int64_t>(index) * positions;
        const auto which = static_cast<std::int64_t>(group);
        floats.fill(x.data.data() + sample * x.sampleSize(), which, 0, positions, values.data() + row * k, k);
        integers.fill(codes.data() + sample * x.sampleSize(), which, 0, positions, columnCodes.data() + row * k, k);
      });
      groups_[group].add(values.data(), k, columnCodes.data(), k, count * positions);
    }
  });
}

std::vector<InputStatistics> LayerStatistics::finish() {
  std::vector<InputStatistics> statistics;
  for (StatisticsAccumulator& group : groups_) statistics.push_back(group.finish());
  return statistics;
}

}  // namespace axescope
