// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/budget_scale.h"

#include <algorithm>
#include <numbers>

namespace axescope {

namespace {

// Channels searched at once: with ten multiples enough rows for many threads, and little memory beside the layer's.
constexpr std::int64_t blockChannels = 128;

// The channels of a block through all rounds.
class BlockSearch {
 public:
  BlockSearch(const MatrixF& weight, const MatrixF& start, const TileMultipliers& multipliers,
              const InputStatistics* statistics, const QuantizeRows& quantize, std::int64_t first, ScaledCodes& best)
      : weight_(weight),
        start_(start),
        statistics_(statistics),
        quantize_(quantize),
        of_{first, std::min(blockChannels, weight.rows() - first)},
        multipliers_(multipliers.middleRows(of_.first, of_.channels)),
        best_(best) {}

  void run(const SearchRound& round) {
    const auto tries = static_cast<Eigen::Index>(round.multiples.size());
    const MatrixF stacked = weight_.middleRows(of_.first, of_.channels).replicate(tries, 1);
    std::vector<double> scales;
    for (const double multiple : round.multiples) {
      for (std::int64_t channel = 0; channel < of_.channels; ++channel) {
        scales.push_back(multiple * best_.scales[static_cast<std::size_t>(of_.first + channel)]);
      }
    }
    const MatrixF started = start_.middleRows(of_.first, of_.channels).replicate(tries, 1);
    const CodeMatrix codes = quantize_(stacked, started, scales, of_, round.effort);
    const TileMultipliers multipliers = multipliers_.repeated(tries);
    const ChannelUnitCodes units(codes, multipliers);
    const std::vector<double> energy = statistics_ != nullptr
                                           ? outputErrorEnergy(*statistics_, stacked, units.codes(), scales, of_)
                                           : weightErrorEnergy(stacked, units.codes(), scales);
    for (Eigen::Index channel = 0; channel < of_.channels; ++channel) {
      Eigen::Index chosen = channel;
      for (Eigen::Index row = channel; row < stacked.rows(); row += of_.channels) {
        if (energy[static_cast<std::size_t>(row)] < energy[static_cast<std::size_t>(chosen)]) chosen = row;
      }
      best_.codes.row(of_.first + channel) = codes.row(chosen);
      best_.scales[static_cast<std::size_t>(of_.first + channel)] = scales[static_cast<std::size_t>(chosen)];
    }
  }

 private:
  const MatrixF& weight_;
  const MatrixF& start_;
  const InputStatistics* statistics_;
  const QuantizeRows& quantize_;
  ChannelRows of_;
  TileMultipliers multipliers_;  // of these channels
  ScaledCodes& best_;
};

}  // namespace

std::span<const SearchRound> scaleSearchRounds() {
  static const std::vector<SearchRound> rounds{
      {{0.8, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0}, {.projectionSteps = 12, .mostSweeps = 1, .last = false}},
      {{0.85, 0.92, 1.0, 1.09, 1.18}, {.projectionSteps = 25, .mostSweeps = 2, .last = false}},
      {{0.96, 1.0, 1.04}, {}}};
  return rounds;
}

std::vector<SearchRound> scaleSearchRounds(const WeightLevels& levels) {
  const std::span<const SearchRound> uniform = scaleSearchRounds();
  std::vector<SearchRound> rounds(uniform.begin(), uniform.end());
  if (levels.isUniform()) return rounds;
  std::vector<double>& wide = rounds.front().multiples;
  wide = {0.8, 1.0, 1.2};
  // Two in each octave: the next round's reach from one to the other.
  for (double multiple = std::numbers::sqrt2; multiple <= static_cast<double>(levels.range().high);
       multiple *= std::numbers::sqrt2) {
    wide.push_back(multiple);
  }
  return rounds;
}

ScaledCodes searchScales(const MatrixF& weight, const MatrixF& start, std::span<const double> scales,
                         const TileMultipliers& multipliers, const InputStatistics* statistics,
                         std::span<const SearchRound> rounds, const QuantizeRows& quantize) {
  ScaledCodes best{CodeMatrix(weight.rows(), weight.cols()), std::vector<double>(scales.begin(), scales.end())};
  for (std::int64_t first = 0; first < weight.rows(); first += blockChannels) {
    BlockSearch search(weight, start, multipliers, statistics, quantize, first, best);
    for (const SearchRound& round : rounds) search.run(round);
  }
  return best;
}

}  // namespace axescope
