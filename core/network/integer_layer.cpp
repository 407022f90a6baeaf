// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/integer_layer.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "core/network/columns.h"
#include "core/network/float_layer.h"

namespace axescope {

namespace {

constexpr std::int64_t blockRows = 256;

template <class Code>
constexpr CodeView::Type viewType() {
  if constexpr (std::is_same_v<Code, std::uint8_t>) return CodeView::Type::u8;
  if constexpr (std::is_same_v<Code, std::int8_t>) return CodeView::Type::s8;
  return CodeView::Type::s16;
}

// Codes of a whole tensor in the narrowest type that holds them.
template <class Code>
std::vector<Code> quantizedCodes(const ActivationQuantizer& quantizer, std::span<const float> values) {
  std::vector<Code> codes(values.size());
  constexpr std::size_t piece = 4096;
  std::vector<std::int16_t> wide(std::min(piece, values.size()));
  for (std::size_t first = 0; first < values.size(); first += piece) {
    const std::size_t count = std::min(piece, values.size() - first);
    quantizer.quantize(values.subspan(first, count), std::span(wide).first(count));
    std::transform(wide.begin(), wide.begin() + static_cast<std::ptrdiff_t>(count),
                   codes.begin() + static_cast<std::ptrdiff_t>(first),
                   [](std::int16_t code) { return static_cast<Code>(code); });
  }
  return codes;
}

}  // namespace

Datapath exactDatapath(const CodeMatrix& codes, IntegerRange activations) {
  const Certificate certificate(codes, Tiling::of(codes.cols(), 0), activations, 32, 0);
  const int bits = certificate.guaranteed() ? 32 : mostAccumulatorBits;
  return {.innerBits = bits, .outerBits = bits, .tileSize = 0};
}

IntegerLayer::IntegerLayer(const LayerInfo& info, const QuantizedLayer& quantized, std::vector<float> bias,
                           const Datapath& datapath)
    : info_(info), input_(quantized.input), bias_(std::move(bias)) {
  bias_.resize(static_cast<std::size_t>(info.channels), 0.0F);
  for (std::int64_t channel = 0; channel < info.channels; ++channel) {
    outputScale_.push_back(input_.scale * quantized.scales[static_cast<std::size_t>(channel)]);
    zeroPointSum_.push_back(input_.zeroPoint * quantized.codes.row(channel).cast<std::int64_t>().sum());
  }
  const std::int64_t channels = info.channelsPerGroup();
  for (std::int64_t group = 0; group < info.groups(); ++group) {
    emulators_.emplace_back(quantized.codes.middleRows(group * channels, channels), input_.range(), datapath);
  }
}

bool IntegerLayer::guaranteed() const {
  return std::all_of(emulators_.begin(), emulators_.end(),
                     [](const LayerEmulator& emulator) { return emulator.certificate().guaranteed(); });
}

int IntegerLayer::outerBits() const {
  int bits = leastAccumulatorBits;
  for (const LayerEmulator& emulator : emulators_) bits = std::max(bits, emulator.certificate().outerBits());
  return bits;
}

double IntegerLayer::maxUse() const {
  double use = 0.0;
  for (const LayerEmulator& emulator : emulators_) use = std::max(use, emulator.certificate().maxUse());
  return use;
}

Status IntegerLayer::run(const Tensor& input, Tensor& output, OverflowStatistics* statistics) const {
  auto shape = layerOutputShape(info_, input.shape);
  if (!shape) {
    Error error = std::move(shape).error();
    error.object = "layer '" + info_.name + "'";
    return fail(std::move(error));
  }
  output.shape = *std::move(shape);
  output.data.resize(static_cast<std::size_t>(output.size()));
  if (statistics != nullptr && statistics->channels.empty()) {
    statistics->dotLength = info_.k();
    statistics->channels.resize(static_cast<std::size_t>(info_.channels));
  }
  constexpr int byteBits = 8;
  if (input_.bits > byteBits) {
    runTyped<std::int16_t>(input, output, statistics);
  } else if (hasSignedCodes(input_.encoding)) {
    runTyped<std::int8_t>(input, output, statistics);
  } else {
    runTyped<std::uint8_t>(input, output, statistics);
  }
  return {};
}

template <class Code, class Sum>
void IntegerLayer::runRows(const Code* rows, std::int64_t count, std::int64_t group, float* output,
                           std::int64_t rowStride, std::int64_t channelStride, OverflowStatistics* statistics) const {
  const std::int64_t channels = info_.channelsPerGroup();
  std::vector<Sum> sums(static_cast<std::size_t>(count * channels));
  OverflowStatistics counted;
  emulators_[static_cast<std::size_t>(group)].run({rows, viewType<Code>(), info_.k()}, count, sums.data(), channels,
                                                  statistics != nullptr ? &counted : nullptr);
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    const auto index = static_cast<std::size_t>(group * channels + channel);
    const double scale = outputScale_[index];
    const std::int64_t zeroPointSum = zeroPointSum_[index];
    const auto bias = static_cast<double>(bias_[index]);
    float* target = output + (group * channels + channel) * channelStride;
    for (std::int64_t row = 0; row < count; ++row) {
      const std::int64_t sum = sums[static_cast<std::size_t>(row * channels + channel)] - zeroPointSum;
      target[row * rowStride] = static_cast<float>(scale * static_cast<double>(sum) + bias);
    }
    if (statistics != nullptr) statistics->channels[index].merge(counted.channels[static_cast<std::size_t>(channel)]);
  }
}

template <class Code>
void IntegerLayer::runTyped(const Tensor& input, Tensor& output, OverflowStatistics* statistics) const {
  const std::vector<Code> codes = quantizedCodes<Code>(input_, input.data);
  const bool narrow = std::all_of(emulators_.begin(), emulators_.end(),
                                  [](const LayerEmulator& emulator) { return emulator.resultFitsInt32(); });
  const auto rows = [&](const Code* data, std::int64_t count, std::int64_t group, float* target, std::int64_t rowStride,
                        std::int64_t channelStride) {
    if (narrow) {
      runRows<Code, std::int32_t>(data, count, group, target, rowStride, channelStride, statistics);
    } else {
      runRows<Code, std::int64_t>(data, count, group, target, rowStride, channelStride, statistics);
    }
  };
  if (info_.kind == LayerKind::linear) {
    const std::int64_t total = output.size() / info_.channels;
    for (std::int64_t first = 0; first < total; first += blockRows) {
      rows(codes.data() + first * info_.inputs, std::min(blockRows, total - first), 0,
           output.data.data() + first * info_.channels, info_.channels, 1);
    }
    return;
  }
  const Columns<Code> columns{.conv = info_.conv,
                              .inputs = info_.inputs,
                              .height = input.shape[2],
                              .width = input.shape[3],
                              .padding = static_cast<Code>(input_.zeroPoint)};
  const std::int64_t positions = columns.positions();
  std::vector<Code> block(static_cast<std::size_t>(std::min(blockRows, positions) * columns.k()));
  for (std::int64_t sample = 0; sample < input.samples(); ++sample) {
    const Code* image = codes.data() + sample * input.sampleSize();
    float* planes = output.data.data() + sample * output.sampleSize();
    for (std::int64_t group = 0; group < info_.groups(); ++group) {
      for (std::int64_t first = 0; first < positions; first += blockRows) {
        const std::int64_t count = std::min(blockRows, positions - first);
        columns.fill(image, group, first, count, block.data(), columns.k());
        rows(block.data(), count, group, planes + first, 1, positions);
      }
    }
  }
}

}  // namespace axescope
