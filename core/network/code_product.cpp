// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/code_product.h"

#include <algorithm>
#include <mutex>

#include "core/base/parallel.h"
#include "core/datapath/emulator.h"
#include "core/network/columns.h"
#include "core/network/float_layer.h"

namespace axescope {

namespace {

constexpr std::int64_t blockRows = 256;

class Product {
 public:
  Product(const LayerInfo& info, const CodeMatrix& weights, const ActivationQuantizer& input, const Shape& shape,
          std::span<const std::int16_t> activations, const Datapath& datapath)
      : info_(info), input_(input), shape_(shape), activations_(activations) {
    const std::int64_t channels = info.channelsPerGroup();
    for (std::int64_t group = 0; group < info.groups(); ++group) {
      emulators_.emplace_back(weights.middleRows(group * channels, channels), input.range(), datapath);
    }
    result_.overflow.dotLength = info.k();
    result_.overflow.channels.resize(static_cast<std::size_t>(info.channels));
  }

  Result<CodeProduct> run(Shape outputShape, const Job& job) {
    result_.shape = std::move(outputShape);
    result_.accumulators.resize(static_cast<std::size_t>(elements(result_.shape)));
    if (info_.kind == LayerKind::linear) {
      multiplyRows(job);
    } else {
      multiplyImages(job);
    }
    AXESCOPE_CHECK(job.check());
    result_.guaranteed = true;
    for (const LayerEmulator& emulator : emulators_) {
      result_.guaranteed = result_.guaranteed && emulator.certificate().guaranteed();
      result_.outerBits = std::max(result_.outerBits, emulator.datapath().outerBits);
    }
    return std::move(result_);
  }

 private:
  void multiplyRows(const Job& job) {
    const std::int64_t rows = elements(result_.shape) / info_.channels;
    parallelPieces(rows, blockRows, [&](std::int64_t first, std::int64_t count) {
      if (job.stopped()) return;
      multiplyBlock(activations_.data() + first * info_.k(), count, 0,
                    result_.accumulators.data() + first * info_.channels, info_.channels, 1);
    });
  }

  void multiplyImages(const Job& job) {
    const Columns<std::int16_t> columns{.conv = info_.conv,
                                        .inputs = info_.inputs,
                                        .height = shape_[2],
                                        .width = shape_[3],
                                        .padding = static_cast<std::int16_t>(input_.zeroPoint)};
    const std::int64_t positions = columns.positions();
    const std::int64_t imageSize = info_.inputs * shape_[2] * shape_[3];
    parallelFor(static_cast<std::size_t>(shape_.front()), [&](std::size_t sample) {
      const std::int16_t* image = activations_.data() + static_cast<std::int64_t>(sample) * imageSize;
      std::int64_t* planes =
          result_.accumulators.data() + static_cast<std::int64_t>(sample) * info_.channels * positions;
      std::vector<std::int16_t> block(static_cast<std::size_t>(std::min(blockRows, positions) * columns.k()));
      for (std::int64_t group = 0; group < info_.groups(); ++group) {
        for (std::int64_t first = 0; first < positions && !job.stopped(); first += blockRows) {
          const std::int64_t count = std::min(blockRows, positions - first);
          columns.fill(image, group, first, count, block.data(), columns.k());
          multiplyBlock(block.data(), count, group, planes + first, 1, positions);
        }
      }
    });
  }

  // Rows of K codes into accumulators rowStride and channelStride apart.
  void multiplyBlock(const std::int16_t* rows, std::int64_t count, std::int64_t group, std::int64_t* target,
                     std::int64_t rowStride, std::int64_t channelStride) {
    const std::int64_t channels = info_.channelsPerGroup();
    std::vector<std::int64_t> sums(static_cast<std::size_t>(count * channels));
    OverflowStatistics counted;
    emulators_[static_cast<std::size_t>(group)].run({rows, CodeView::Type::s16, info_.k()}, count, sums.data(),
                                                    channels, &counted);
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      std::int64_t* out = target + (group * channels + channel) * channelStride;
      for (std::int64_t row = 0; row < count; ++row) {
        out[row * rowStride] = sums[static_cast<std::size_t>(row * channels + channel)];
      }
    }
    const std::scoped_lock lock(mutex_);
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      result_.overflow.channels[static_cast<std::size_t>(group * channels + channel)].merge(
          counted.channels[static_cast<std::size_t>(channel)]);
    }
  }

  const LayerInfo& info_;
  const ActivationQuantizer& input_;
  const Shape& shape_;
  std::span<const std::int16_t> activations_;
  std::vector<LayerEmulator> emulators_;
  std::mutex mutex_;
  CodeProduct result_;
};

}  // namespace

Datapath datapathOf(const QuantizedFileLayer& layer) {
  const Overflow overflow = layer.overflow == "saturate" ? Overflow::saturate : Overflow::wrap;
  return {.innerBits = layer.innerBits,
          .outerBits = layer.outerBits,
          .tileSize = layer.tileSize,
          .innerOverflow = overflow,
          .outerOverflow = overflow};
}

Result<CodeProduct> multiplyCodes(const LayerInfo& info, const CodeMatrix& weights, const ActivationQuantizer& input,
                                  const Shape& shape, std::span<const std::int16_t> activations,
                                  const Datapath& datapath, const Job& job) {
  auto outputShape = layerOutputShape(info, shape);
  if (!outputShape) {
    Error error = std::move(outputShape).error();
    error.object = "layer '" + info.name + "'";
    return fail(std::move(error));
  }
  return Product(info, weights, input, shape, activations, datapath).run(*std::move(outputShape), job);
}

}  // namespace axescope
