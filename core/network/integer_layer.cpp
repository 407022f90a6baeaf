// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/integer_layer.h"

#include <algorithm>
#include <cassert>
#include <span>
#include <type_traits>
#include <utility>

#include "core/network/columns.h"
#include "core/network/float_layer.h"
#include "core/number/row_quantizer.h"

namespace axescope {

namespace {

// Rows computed at once: enough for large products, few enough for the second-level cache.
std::int64_t rowsAtOnce(std::int64_t k) {
  constexpr std::int64_t leastRows = 256;
  constexpr std::int64_t mostRows = 2048;
  constexpr std::int64_t mostCodes = 1 << 19;
  return std::clamp(mostCodes / k, leastRows, mostRows);
}

template <class Code>
constexpr CodeView::Type viewType() {
  if constexpr (std::is_same_v<Code, std::uint8_t>) return CodeView::Type::u8;
  if constexpr (std::is_same_v<Code, std::int8_t>) return CodeView::Type::s8;
  return CodeView::Type::s16;
}

// On which no dot product of these codes can overflow.
Datapath exactDatapath(const CodeMatrix& codes, IntegerRange activations) {
  const Certificate certificate(codes, Tiling::of(codes.cols(), 0), activations, 32, 0);
  const int bits = certificate.guaranteed() ? 32 : mostAccumulatorBits;
  return {.innerBits = bits, .outerBits = bits, .tileSize = 0};
}

// Of a convolution's output.
struct Place {
  std::int64_t sample = 0;
  std::int64_t group = 0;
  std::int64_t position = 0;
};

}  // namespace

IntegerLayer::IntegerLayer(const LayerInfo& info, const QuantizedLayer& quantized, const Datapath& datapath)
    : info_(info), input_(quantized.input), dynamic_(quantized.dynamicInput), scaling_(quantized, quantized.input) {
  const std::int64_t channels = info.channelsPerGroup();
  for (std::int64_t group = 0; group < info.groups(); ++group) {
    emulators_.emplace_back(quantized.codes.middleRows(group * channels, channels), input_.range(),
                            settled(datapath, quantized.codes, input_.range()), std::vector<AccumulationOrder>{},
                            quantized.multipliers.middleRows(group * channels, channels));
  }
  if (guaranteed()) direct_ = DirectConvolution::make(info, quantized);
}

IntegerLayer IntegerLayer::exact(const LayerInfo& info, const QuantizedLayer& quantized) {
  if (quantized.multipliers.allOnes()) {
    return {info, quantized, exactDatapath(quantized.codes, quantized.input.range())};
  }
  QuantizedLayer inUnits = quantized;
  inUnits.codes = ChannelUnitCodes(quantized.codes, quantized.multipliers).codes();
  inUnits.multipliers = {};
  return {info, inUnits, exactDatapath(inUnits.codes, inUnits.input.range())};
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

LayerPath IntegerLayer::path(const Shape& input, CountOverflows count) const {
  if (info_.kind == LayerKind::linear) return LayerPath::rows;
  const bool direct = direct_ != nullptr && count == CountOverflows::no && direct_->serves(input[2], input[3]);
  return direct ? LayerPath::convolution : LayerPath::columns;
}

Result<Shape> IntegerLayer::outputShape(const Shape& input, OverflowStatistics* statistics) const {
  auto shape = layerOutputShape(info_, input);
  if (!shape) {
    Error error = std::move(shape).error();
    error.object = "layer '" + info_.name + "'";
    return fail(std::move(error));
  }
  if (statistics != nullptr && statistics->channels.empty()) {
    statistics->dotLength = info_.k();
    statistics->channels.resize(static_cast<std::size_t>(info_.channels));
  }
  return shape;
}

template <class Use>
void IntegerLayer::withCodeType(const Use& use) const {
  constexpr int byteBits = 8;
  if (input_.bits > byteBits) {
    use(std::int16_t{});
  } else if (hasSignedCodes(input_.encoding)) {
    use(std::int8_t{});
  } else {
    use(std::uint8_t{});
  }
}

Status IntegerLayer::run(const Tensor& input, Tensor& output, OverflowStatistics* statistics) const {
  AXESCOPE_TRY(const Shape shape, outputShape(input.shape, statistics));
  prepare(output, shape);
  const CountOverflows counts = statistics == nullptr ? CountOverflows::no : CountOverflows::yes;
  if (path(input.shape, counts) == LayerPath::convolution) {
    direct_->run(input, output);
    return {};
  }
  float* const to = output.data.data();
  withCodeType([&]<class Code>(Code) {
    std::vector<Code> codes(input.data.size());
    if (!dynamic_) {
      input_.quantize(input.data, std::span(codes));
      runCodes(input.shape, codes, scaling_, to, statistics);
      return;
    }
    const auto ofRows = quantizeRows<Code>(input.data, info_.inputs, input_.bits, input_.encoding, std::span(codes));
    const auto scale = [&](const auto* sums, std::int64_t first, std::int64_t count) {
      const auto part = std::span(ofRows).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
      scaling_.toRows(sums, part, to + first * info_.channels);
    };
    sumRows(codes, scale, statistics);
  });
  return {};
}

Status IntegerLayer::run(const CodeTensor& input, const CodeScaling& scaling, CodeTensor& output,
                         OverflowStatistics* statistics) const {
  assert(!dynamic_);
  AXESCOPE_TRY(output.shape, outputShape(input.shape, statistics));
  output.codes.resize(static_cast<std::size_t>(elements(output.shape)));
  const CountOverflows counts = statistics == nullptr ? CountOverflows::no : CountOverflows::yes;
  if (path(input.shape, counts) == LayerPath::convolution) {
    direct_->run(input, scaling, output);
    return {};
  }
  withCodeType([&]<class Code>(Code) {
    std::vector<Code> codes(input.codes.size());
    std::transform(input.codes.begin(), input.codes.end(), codes.begin(),
                   [](std::int16_t code) { return static_cast<Code>(code); });
    runCodes(input.shape, codes, scaling, output.codes.data(), statistics);
  });
  return {};
}

template <class Use>
void IntegerLayer::withSumType(const Use& use) const {
  const bool narrow = std::all_of(emulators_.begin(), emulators_.end(),
                                  [](const LayerEmulator& emulator) { return emulator.resultFitsInt32(); });
  narrow ? use(std::int32_t{}) : use(std::int64_t{});
}

template <class Code, class Scaling>
void IntegerLayer::runCodes(const Shape& input, const std::vector<Code>& codes, const Scaling& scaling,
                            typename Scaling::Value* output, OverflowStatistics* statistics) const {
  if (info_.kind == LayerKind::linear) {
    const auto scale = [&](const auto* sums, std::int64_t first, std::int64_t count) {
      scaling.toRows(sums, count, output + first * info_.channels);
    };
    sumRows(codes, scale, statistics);
    return;
  }
  const std::int64_t positions = info_.conv.outputHeight(input[2]) * info_.conv.outputWidth(input[3]);
  const auto scale = [&](const auto* sums, const Place& place, std::int64_t count) {
    const std::int64_t first = place.group * info_.channelsPerGroup();
    auto* const planes = output + (place.sample * info_.channels + first) * positions + place.position;
    scaling.toPlanes(sums, count, first, info_.channelsPerGroup(), planes, positions);
  };
  sumColumns(input, codes, scale, statistics);
}

template <class Code, class Use>
void IntegerLayer::sumRows(const std::vector<Code>& codes, const Use& use, OverflowStatistics* statistics) const {
  withSumType([&]<class Sum>(Sum) {
    const std::int64_t total = static_cast<std::int64_t>(codes.size()) / info_.inputs;
    const std::int64_t block = std::min(rowsAtOnce(info_.inputs), total);
    std::vector<Sum> sums(static_cast<std::size_t>(block * info_.channels));
    for (std::int64_t first = 0; first < total; first += block) {
      const std::int64_t count = std::min(block, total - first);
      emulate(codes.data() + first * info_.inputs, count, 0, sums.data(), statistics);
      use(sums.data(), first, count);
    }
  });
}

// Blocks of windows run on from image to image, so that small images make large products too.
template <class Code, class Use>
void IntegerLayer::sumColumns(const Shape& input, const std::vector<Code>& codes, const Use& use,
                              OverflowStatistics* statistics) const {
  const Columns<Code> columns{.conv = info_.conv,
                              .inputs = info_.inputs,
                              .height = input[2],
                              .width = input[3],
                              .padding = static_cast<Code>(input_.zeroPoint)};
  const std::int64_t channels = info_.channelsPerGroup();
  const std::int64_t k = columns.k();
  const std::int64_t positions = columns.positions();
  const std::int64_t inputSize = info_.inputs * input[2] * input[3];
  const std::int64_t total = input.front() * positions;
  const std::int64_t block = std::min(rowsAtOnce(k), total);
  std::vector<Code> rows(static_cast<std::size_t>(block * k));
  withSumType([&]<class Sum>(Sum) {
    std::vector<Sum> sums(static_cast<std::size_t>(block * channels));
    for (std::int64_t group = 0; group < info_.groups(); ++group) {
      for (std::int64_t first = 0; first < total; first += block) {
        const std::int64_t count = std::min(block, total - first);
        // Calls visit(sample, position, row, count) for each image's part of the block.
        const auto forEachImage = [&](const auto& visit) {
          for (std::int64_t done = 0; done < count;) {
            const std::int64_t position = (first + done) % positions;
            const std::int64_t part = std::min(positions - position, count - done);
            visit((first + done) / positions, position, done, part);
            done += part;
          }
        };
        forEachImage([&](std::int64_t sample, std::int64_t position, std::int64_t row, std::int64_t part) {
          columns.fill(codes.data() + sample * inputSize, group, position, part, rows.data() + row * k, k);
        });
        emulate(rows.data(), count, group, sums.data(), statistics);
        forEachImage([&](std::int64_t sample, std::int64_t position, std::int64_t row, std::int64_t part) {
          use(sums.data() + row * channels, Place{sample, group, position}, part);
        });
      }
    }
  });
}

template <class Code, class Sum>
void IntegerLayer::emulate(const Code* rows, std::int64_t count, std::int64_t group, Sum* sums,
                           OverflowStatistics* statistics) const {
  const std::int64_t channels = info_.channelsPerGroup();
  OverflowStatistics counted;
  emulators_[static_cast<std::size_t>(group)].run({rows, viewType<Code>(), info_.k()}, count, sums, channels,
                                                  statistics != nullptr ? &counted : nullptr);
  if (statistics == nullptr) return;
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    statistics->channels[static_cast<std::size_t>(group * channels + channel)].merge(
        counted.channels[static_cast<std::size_t>(channel)]);
  }
}

}  // namespace axescope
