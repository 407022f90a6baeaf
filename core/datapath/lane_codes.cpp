// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/lane_codes.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

namespace axescope {

namespace {

/// The running certificate: how many leading codes cannot overflow, whatever the activations.
std::int64_t provenPrefix(std::span<const std::int16_t> codes, const Certificate& certificate) {
  TileSums sums;
  std::int64_t proven = 0;
  for (const std::int16_t code : codes) {
    sums.add(code);
    if (!fits(sums.extremes(certificate.activations()), certificate.innerBits())) break;
    ++proven;
  }
  return proven;
}

}  // namespace

LaneCodes::LaneCodes(const CodeMatrix& codes, const Certificate& certificate, LaneCodesForm form)
    : form_(std::move(form)), tiles_(certificate.tiling().tiles()) {
  for (std::int64_t tile = 0; tile < tiles_; ++tile) addTile(codes, certificate, tile);
}

void LaneCodes::addTile(const CodeMatrix& codes, const Certificate& certificate, std::int64_t tile) {
  const std::int64_t begin = certificate.tiling().begin(tile);
  const std::int64_t end = certificate.tiling().end(tile);
  const std::int64_t length = end - begin;
  std::vector<std::int32_t> order(static_cast<std::size_t>(codes.rows()));
  std::iota(order.begin(), order.end(), 0);
  std::vector<std::int64_t> prefixes(order.size(), length);
  const auto prefixOf = [&](std::int32_t channel) { return prefixes[static_cast<std::size_t>(channel)]; };
  if (form_.product == ProductColumns::proven) {
    std::transform(order.begin(), order.end(), prefixes.begin(), [&](std::int32_t channel) {
      return provenPrefix({codes.row(channel).data() + begin, static_cast<std::size_t>(length)}, certificate);
    });
    // A group's prefix is its shortest, so channels with like prefixes go together.
    std::stable_sort(order.begin(), order.end(),
                     [&](std::int32_t a, std::int32_t b) { return prefixOf(a) > prefixOf(b); });
  }

  for (std::size_t first = 0; first < order.size();) {
    const bool whole = order.size() - first >= ChannelGroup::mostChannels;
    ChannelGroup group{.size = whole ? ChannelGroup::mostChannels : 1};
    const std::size_t last = first + static_cast<std::size_t>(group.size) - 1;
    std::copy(order.begin() + first, order.begin() + last + 1, group.channels.begin());
    std::transform(order.begin() + first, order.begin() + last + 1, group.multipliers.begin(),
                   [&](std::int32_t row) { return static_cast<std::int32_t>(form_.multipliers.ofTile(row, tile)); });
    const std::int64_t prefix = prefixOf(order[last]);
    const std::int64_t width = columnsOf(form_.cells);
    group.cells = prefix == length ? (length + width - 1) / width : prefix / width;
    group.steps = prefix == length ? 0 : length - group.cells * width;
    addGroup(group, codes, begin, end, form_.cells == CellForm::bytes && certificate.activations().low < 0);
    first = last + 1;
  }
}

void LaneCodes::addGroup(ChannelGroup group, const CodeMatrix& codes, std::int64_t begin, std::int64_t end,
                         bool offset) {
  const std::int64_t width = columnsOf(form_.cells);
  const std::span channels = std::span(group.channels).first(static_cast<std::size_t>(group.size));
  const auto row = [&](std::int32_t channel) { return codes.data() + channel * codes.cols(); };
  const std::int64_t firstStepped = std::min(end, begin + group.cells * width);
  if (offset) {
    // Modulo 2^32, as the sum itself.
    std::transform(channels.begin(), channels.end(), group.offsets.begin(), [&](std::int32_t channel) {
      const std::int64_t sum = std::accumulate(row(channel) + begin, row(channel) + firstStepped, std::int64_t{0});
      return static_cast<std::int32_t>(-byteOffset * sum);
    });
  }
  group.firstCell = static_cast<std::int64_t>(cells_.size());
  for (std::int64_t column = begin; column < firstStepped; column += width) {
    for (const std::int32_t channel : channels) cells_.push_back(cell(row(channel), column, end));
  }
  group.firstStep = static_cast<std::int64_t>(steps_.size());
  for (std::int64_t column = end - group.steps; column < end; ++column) {
    for (const std::int32_t channel : channels) {
      steps_.push_back(static_cast<std::int16_t>(static_cast<std::uint32_t>(row(channel)[column]) << form_.stepShift));
    }
  }
  groups_.push_back(group);
}

std::int32_t LaneCodes::cell(const std::int16_t* codes, std::int64_t begin, std::int64_t end) const {
  const std::int64_t width = columnsOf(form_.cells);
  const auto bits = static_cast<int>(std::numeric_limits<std::uint32_t>::digits / width);
  const std::uint32_t mask = (std::uint32_t{1} << bits) - 1;
  std::uint32_t packed = 0;
  for (std::int64_t i = 0; i < width && begin + i < end; ++i) {
    packed |= (static_cast<std::uint32_t>(codes[begin + i]) & mask) << (bits * static_cast<int>(i));
  }
  return static_cast<std::int32_t>(packed);
}

}  // namespace axescope
