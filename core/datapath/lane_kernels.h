// SPDX-License-Identifier: GPL-3.0-or-later
// One tile through the inner accumulators, a strip of samples abreast: compiled for several instruction sets, of which
// the machine's best is taken when the program runs.
#pragma once

#include <cstdint>
#include <span>

#include "core/datapath/lane_codes.h"

namespace axescope {

/// How a group's steps are added to its inner accumulators.
enum class LaneRule {
  product,          // there are no steps; what is summed is wrapped once
  saturateShifted,  // 16-bit lanes: codes and register moved up, until the machine's saturation is the register's
  saturateClamped,  // 16-bit lanes: the register moved to the machine's upper end, its lower end by a maximum
  saturateWide,     // 32-bit lanes: a minimum and a maximum
};

struct TileRun {
  LaneRule rule = LaneRule::product;
  CellForm form = CellForm::words;  // of codes and activations; words for saturateWide
  std::span<const ChannelGroup> groups;
  const std::int32_t* codeCells = nullptr;  // see LaneCodes
  const std::int16_t* codeSteps = nullptr;
  std::int64_t columns = 0;
  int innerBits = 32;        // at most 32
  bool weighsTiles = false;  // by the groups' multipliers, else all of them are 1
  bool outerClips = false;
  std::int32_t outerLow = 0;  // used when it clips
  std::int32_t outerHigh = 0;
  const std::int32_t* cells = nullptr;  // see transpose()
  const std::int16_t* words = nullptr;  // for 16-bit lanes
};

/// Adds the inner accumulators, times their multipliers, to outer[channels×stripSamples()], aligned to 64 bytes, which
/// otherwise wrap at 32 bits.
void addTile(const TileRun& run, std::int32_t* outer);

}  // namespace axescope
