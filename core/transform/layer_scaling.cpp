// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/layer_scaling.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/linalg/feature_order.h"

namespace axescope {

namespace {

// Calls use(input, columns) with each input's columns of each row.
template <class Matrix, class Use>
void forEachInput(const LayerInfo& info, Matrix& weight, const Use& use) {
  const std::int64_t kernel = info.conv.kernelHeight * info.conv.kernelWidth;
  const std::int64_t inputs = info.inputs / info.groups();
  for (std::int64_t row = 0; row < info.channels; ++row) {
    const std::int64_t group = row / info.channelsPerGroup();
    for (std::int64_t i = 0; i < inputs; ++i) {
      use(static_cast<std::size_t>(group * inputs + i), weight.row(row).segment(i * kernel, kernel));
    }
  }
}

}  // namespace

std::vector<double> outputRanges(const LayerTensors& tensors) {
  std::vector<double> ranges;
  for (Eigen::Index row = 0; row < tensors.weight.rows(); ++row) {
    ranges.push_back(static_cast<double>(tensors.weight.row(row).cwiseAbs().maxCoeff()));
  }
  return ranges;
}

std::vector<double> inputRanges(const LayerInfo& info, const LayerTensors& tensors) {
  std::vector<double> ranges(static_cast<std::size_t>(info.inputs), 0.0);
  forEachInput(info, tensors.weight, [&](std::size_t input, const auto& columns) {
    ranges[input] = std::max(ranges[input], static_cast<double>(columns.cwiseAbs().maxCoeff()));
  });
  return ranges;
}

std::vector<double> largestOfRuns(std::span<const double> values, std::int64_t length) {
  std::vector<double> largest;
  const auto size = static_cast<std::size_t>(length);
  for (std::size_t first = 0; first < values.size(); first += size) {
    largest.push_back(std::ranges::max(values.subspan(first, size)));
  }
  return largest;
}

std::vector<double> repeated(std::span<const double> values, std::int64_t length) {
  std::vector<double> all;
  for (const double value : values) all.insert(all.end(), static_cast<std::size_t>(length), value);
  return all;
}

void divideOutputs(LayerTensors& tensors, std::span<const double> s) {
  for (std::size_t channel = 0; channel < s.size(); ++channel) {
    const auto divided = [&](float value) { return static_cast<float>(static_cast<double>(value) / s[channel]); };
    auto row = tensors.weight.row(static_cast<Eigen::Index>(channel));
    row = row.unaryExpr(divided).eval();
    if (!tensors.bias.empty()) tensors.bias[channel] = divided(tensors.bias[channel]);
  }
}

void multiplyInputs(const LayerInfo& info, LayerTensors& tensors, std::span<const double> s) {
  forEachInput(info, tensors.weight, [&](std::size_t input, auto columns) { columns *= static_cast<float>(s[input]); });
}

void reorderOutputs(LayerTensors& tensors, std::span<const std::int64_t> order) {
  const std::vector<Eigen::Index> rows(order.begin(), order.end());
  tensors.weight = tensors.weight(rows, Eigen::all).eval();
  if (tensors.bias.empty()) return;
  const std::vector<float> before = tensors.bias;
  reorderFeatures(before, order, 1, tensors.bias);
}

void reorderInputs(const LayerInfo& info, LayerTensors& tensors, std::span<const std::int64_t> order) {
  const MatrixF before = tensors.weight;
  const auto size = static_cast<std::size_t>(before.size());
  reorderFeatures({before.data(), size}, order, info.conv.kernelHeight * info.conv.kernelWidth,
                  {tensors.weight.data(), size});
}

std::vector<std::int64_t> inRuns(std::span<const std::int64_t> order, std::int64_t length) {
  std::vector<std::int64_t> all;
  for (const std::int64_t run : order) {
    for (std::int64_t i = 0; i < length; ++i) all.push_back(run * length + i);
  }
  return all;
}

double soundFactor(double s) {
  const auto rounded = static_cast<float>(s);
  return std::isnormal(rounded) && rounded > 0.0F ? static_cast<double>(rounded) : 1.0;
}

}  // namespace axescope
