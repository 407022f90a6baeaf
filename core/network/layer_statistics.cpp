// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/layer_statistics.h"

#include <algorithm>

#include "core/base/parallel.h"
#include "core/network/columns.h"

namespace axescope {

namespace {

constexpr std::int64_t rowsAtOnce = 4096;

}  // namespace

LayerStatistics::LayerStatistics(const LayerInfo& info, const MatrixF& weight, const ActivationQuantizer& quantizer)
    : info_(info), quantizer_(quantizer) {
  const std::int64_t channels = info.channelsPerGroup();
  for (std::int64_t group = 0; group < info.groups(); ++group) {
    groups_.emplace_back(weight.middleRows(group * channels, channels), quantizer);
  }
}

void LayerStatistics::add(const Tensor& x, const Tensor& quantizedNetwork) {
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
