// SPDX-License-Identifier: GPL-3.0-or-later
// Channels of a layer in the form that the lane kernels read: in each tile, channels with proven prefixes of like
// length stand together in groups, and each group's codes lie in the order in which they are used.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/budget/certificate.h"

namespace axescope {

/// How many neighbouring columns a 32-bit lane of activations holds: what one multiply-add instruction takes.
enum class CellForm { words, bytes };
constexpr std::int64_t columnsOf(CellForm form) {
  return form == CellForm::bytes ? 4 : 2;
}

/// Signed bytes are multiplied as unsigned ones, this much larger.
inline constexpr int byteOffset = 128;

enum class ActivationSign { unsignedCodes, signedCodes };

/// Channels that go through a tile together.
struct ChannelGroup {
  static constexpr int mostChannels = 4;
  std::array<std::int32_t, mostChannels> channels{};               // rows of the codes
  std::array<std::int32_t, mostChannels> offsets{};                // undoes byteOffset in the sum over the cells
  std::array<std::int32_t, mostChannels> multipliers{1, 1, 1, 1};  // of the tile, on the way to the outer accumulator
  int size = 0;                                                    // mostChannels, or 1 for those left over
  std::int64_t cells = 0;  // leading cells whose sum is proven to fit the inner accumulator, or wraps
  std::int64_t steps = 0;  // columns after them, which are added one at a time
  std::int64_t firstCell = 0;
  std::int64_t firstStep = 0;
};

/// Which of a tile's columns the plain product takes: all, or the leading ones that are proven.
enum class ProductColumns { all, proven };

struct LaneCodesForm {
  CellForm cells = CellForm::words;
  ProductColumns product = ProductColumns::all;
  int stepShift = 0;              // codes of steps are moved up by this, modulo 2^16
  TileMultipliers multipliers{};  // of the codes' rows
};

class LaneCodes {
 public:
  LaneCodes() = default;
  /// codes[channels×K] with tiles, activations and inner width of the certificate, of which nothing else is used.
  LaneCodes(const CodeMatrix& codes, const Certificate& certificate, LaneCodesForm form);

  CellForm form() const { return form_.cells; }
  std::span<const ChannelGroup> groups(std::int64_t tile) const {
    const auto perTile = groups_.size() / static_cast<std::size_t>(tiles_);
    return std::span(groups_).subspan(static_cast<std::size_t>(tile) * perTile, perTile);
  }
  /// Cell i of channel c of a group at [firstCell + i·size + c]; columns behind the tile's end are 0.
  std::span<const std::int32_t> cells() const { return cells_; }
  /// Step i of channel c of a group at [firstStep + i·size + c].
  std::span<const std::int16_t> steps() const { return steps_; }

 private:
  void addTile(const CodeMatrix& codes, const Certificate& certificate, std::int64_t tile);
  void addGroup(ChannelGroup group, const CodeMatrix& codes, std::int64_t begin, std::int64_t end, bool offset);
  std::int32_t cell(const std::int16_t* codes, std::int64_t begin, std::int64_t end) const;

  LaneCodesForm form_;
  std::int64_t tiles_ = 1;
  std::vector<ChannelGroup> groups_;
  std::vector<std::int32_t> cells_;
  std::vector<std::int16_t> steps_;
};

}  // namespace axescope
