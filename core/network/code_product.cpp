// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/code_product.h"

#include <algorithm>
#include <functional>
#include <mutex>
#include <numeric>

#include "core/base/parallel.h"
#include "core/budget/bounds.h"
#include "core/datapath/emulator.h"
#include "core/datapath/gaussian_tail.h"
#include "core/network/columns.h"
#include "core/network/float_layer.h"

namespace axescope {

namespace {

constexpr std::int64_t blockRows = 256;

/// Rows of K activation codes for one group, and where their accumulators go.
struct Block {
  const std::int16_t* rows = nullptr;
  std::int64_t count = 0;
  std::int64_t group = 0;
  std::int64_t* target = nullptr;
  std::int64_t rowStride = 0;
  std::int64_t channelStride = 0;
};

class Product {
 public:
  Product(const LayerInfo& info, const ActivationQuantizer& input, const Shape& shape,
          std::span<const std::int16_t> activations, Shape outputShape, const Job& job)
      : info_(info), input_(input), shape_(shape), activations_(activations), job_(job) {
    result_.overflow = OverflowStatistics::withDistributions(info.k(), info.channels);
    result_.shape = std::move(outputShape);
    result_.accumulators.resize(static_cast<std::size_t>(elements(result_.shape)));
  }

  Result<CodeProduct> run(const CodeMatrix& weights, const TileMultipliers& multipliers, const Datapath& datapath,
                          OrderChoice order) {
    prepare(weights, multipliers, datapath, order);
    eachBlock([this](const Block& block) { multiply(block); });
    AXESCOPE_CHECK(job_.check());
    result_.guaranteed = true;
    for (const LayerEmulator& emulator : emulators_) {
      result_.guaranteed = result_.guaranteed && emulator.certificate().guaranteed();
      result_.outerBits = std::max(result_.outerBits, emulator.datapath().outerBits);
      for (std::int64_t channel = 0; channel < info_.channelsPerGroup(); ++channel) judge(emulator, channel);
    }
    return std::move(result_);
  }

 private:
  void prepare(const CodeMatrix& weights, const TileMultipliers& multipliers, const Datapath& datapath,
               OrderChoice order) {
    const std::int64_t channels = info_.channelsPerGroup();
    const Tiling tiling = Tiling::of(info_.k(), datapath.tileSize);
    energies_.resize(static_cast<std::size_t>(info_.groups()));
    if (order.rule == OrderRule::actOrder) {
      for (auto& energies : energies_) energies.resize(static_cast<std::size_t>(info_.k()));
      eachBlock([this](const Block& block) { addEnergies(block); });
    }
    for (std::int64_t group = 0; group < info_.groups(); ++group) {
      const CodeMatrix codes = weights.middleRows(group * channels, channels);
      emulators_.emplace_back(codes, input_.range(), datapath,
                              channelOrders(order, tiling, codes, energies_[static_cast<std::size_t>(group)]),
                              multipliers.middleRows(group * channels, channels));
    }
  }

  void eachBlock(const std::function<void(const Block&)>& visit) {
    if (info_.kind == LayerKind::linear) {
      eachBlockOfRows(visit);
    } else {
      eachBlockOfImages(visit);
    }
  }

  void eachBlockOfRows(const std::function<void(const Block&)>& visit) {
    const std::int64_t rows = elements(result_.shape) / info_.channels;
    parallelPieces(rows, blockRows, [&](std::int64_t first, std::int64_t count) {
      if (job_.stopped()) return;
      visit({activations_.data() + first * info_.k(), count, 0, result_.accumulators.data() + first * info_.channels,
             info_.channels, 1});
    });
  }

  void eachBlockOfImages(const std::function<void(const Block&)>& visit) {
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
      std::vector<std::int16_t> rows(static_cast<std::size_t>(std::min(blockRows, positions) * columns.k()));
      for (std::int64_t group = 0; group < info_.groups(); ++group) {
        std::int64_t* target = planes + group * info_.channelsPerGroup() * positions;
        for (std::int64_t first = 0; first < positions && !job_.stopped(); first += blockRows) {
          const std::int64_t count = std::min(blockRows, positions - first);
          columns.fill(image, group, first, count, rows.data(), columns.k());
          visit({rows.data(), count, group, target + first, 1, positions});
        }
      }
    });
  }

  void addEnergies(const Block& block) {
    const std::int64_t k = info_.k();
    std::vector<std::int64_t> squares(static_cast<std::size_t>(k));
    for (std::int64_t row = 0; row < block.count; ++row) {
      const std::int16_t* codes = block.rows + row * k;
      for (std::int64_t column = 0; column < k; ++column) {
        squares[static_cast<std::size_t>(column)] += std::int64_t{codes[column]} * codes[column];
      }
    }
    const std::scoped_lock lock(mutex_);
    std::vector<std::int64_t>& sums = energies_[static_cast<std::size_t>(block.group)];
    std::transform(sums.begin(), sums.end(), squares.begin(), sums.begin(), std::plus());
  }

  void multiply(const Block& block) {
    const std::int64_t channels = info_.channelsPerGroup();
    std::vector<std::int64_t> sums(static_cast<std::size_t>(block.count * channels));
    OverflowStatistics counted = OverflowStatistics::withDistributions(info_.k(), channels);
    emulators_[static_cast<std::size_t>(block.group)].run({block.rows, CodeView::Type::s16, info_.k()}, block.count,
                                                          sums.data(), channels, &counted);
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      std::int64_t* out = block.target + channel * block.channelStride;
      for (std::int64_t row = 0; row < block.count; ++row) {
        out[row * block.rowStride] = sums[static_cast<std::size_t>(row * channels + channel)];
      }
    }
    const std::scoped_lock lock(mutex_);
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      const auto from = static_cast<std::size_t>(channel);
      const auto to = static_cast<std::size_t>(block.group * channels + channel);
      result_.overflow.channels[to].merge(counted.channels[from]);
      result_.overflow.distributions[to].merge(counted.distributions[from]);
    }
  }

  // Channels come in the order of the result's.
  void judge(const LayerEmulator& emulator, std::int64_t channel) {
    const Certificate& certificate = emulator.certificate();
    const std::size_t at = result_.headroomBits.size();
    const ChannelOverflow& counts = result_.overflow.channels[at];
    const bool proven = certificate.guaranteed(channel);
    const int needed = proven ? certificate.smallestInnerBits(channel)
                              : exactBound({-counts.largestPartialSum, counts.largestPartialSum});
    result_.headroomBits.push_back(certificate.innerBits() - needed);
    result_.estimatedOverflow.push_back(
        proven ? 0.0 : estimatedOverflow(result_.overflow.distributions[at], counts.dotProducts, certificate, channel));
  }

  const LayerInfo& info_;
  const ActivationQuantizer& input_;
  const Shape& shape_;
  std::span<const std::int16_t> activations_;
  const Job& job_;
  std::vector<std::vector<std::int64_t>> energies_;  // [groups][K], Σ x²; empty where no order asks for them
  std::vector<LayerEmulator> emulators_;
  std::mutex mutex_;
  CodeProduct result_;
};

}  // namespace

double CodeProduct::meanEstimatedOverflow() const {
  if (estimatedOverflow.empty()) return 0.0;
  return std::accumulate(estimatedOverflow.begin(), estimatedOverflow.end(), 0.0) /
         static_cast<double>(estimatedOverflow.size());
}

Datapath datapathOf(const QuantizedFileLayer& layer) {
  const Overflow overflow = layer.overflow == "saturate" ? Overflow::saturate : Overflow::wrap;
  return {.innerBits = layer.innerBits,
          .outerBits = layer.outerBits,
          .tileSize = layer.tileSize,
          .innerOverflow = overflow,
          .outerOverflow = overflow};
}

Result<CodeProduct> multiplyCodes(const LayerInfo& info, const CodeMatrix& weights, const TileMultipliers& multipliers,
                                  const ActivationQuantizer& input, const Shape& shape,
                                  std::span<const std::int16_t> activations, const Datapath& datapath,
                                  OrderChoice order, const Job& job) {
  auto outputShape = layerOutputShape(info, shape);
  if (!outputShape) {
    Error error = std::move(outputShape).error();
    error.object = "layer '" + info.name + "'";
    return fail(std::move(error));
  }
  return Product(info, input, shape, activations, *std::move(outputShape), job)
      .run(weights, multipliers, datapath, order);
}

}  // namespace axescope
