// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/lane_kernels.h"

#include <hwy/cache_control.h>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/datapath/lane_kernels.cpp"
#include <hwy/foreach_target.h>

#include "core/datapath/lane_vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace axescope::HWY_NAMESPACE {
namespace {

/// Sums over the group's leading cells: all of it where the inner accumulator wraps.
template <int channels, CellForm form>
HWY_INLINE void sumCells(const TileRun& run, const ChannelGroup& group, Vector32 (&sums)[channels][stripVectors]) {
  HWY_UNROLL(4)
  for (int c = 0; c < channels; ++c) {
    HWY_UNROLL(4)
    for (std::size_t v = 0; v < stripVectors; ++v) sums[c][v] = hn::Set(tag32, group.offsets[c]);
  }
  const std::int32_t* HWY_RESTRICT q = run.codeCells + group.firstCell;
  const std::int32_t* HWY_RESTRICT x = run.cells;
  for (std::int64_t cell = 0; cell < group.cells; ++cell, q += channels, x += stripLanes) {
    Vector32 activations[stripVectors];
    HWY_UNROLL(4)
    for (std::size_t v = 0; v < stripVectors; ++v) {
      activations[v] = hn::Load(tag32, x + v * vectorLanes);
    }
    HWY_UNROLL(4)
    for (int c = 0; c < channels; ++c) {
      const Vector32 code = hn::Set(tag32, q[c]);
      HWY_UNROLL(4)
      for (std::size_t v = 0; v < stripVectors; ++v) {
        sums[c][v] = addProducts<form>(sums[c][v], activations[v], code);
      }
    }
  }
}

/// Adds contents of inner accumulators, one 32-bit vector of a channel at a time, to the outer ones.
class OuterRegisters {
 public:
  OuterRegisters(const TileRun& run, const ChannelGroup& group, std::int32_t* outer)
      : group_(group),
        outer_(outer),
        weighs_(run.weighsTiles),
        clips_(run.outerClips),
        low_(hn::Set(tag32, run.outerLow)),
        high_(hn::Set(tag32, run.outerHigh)) {
    for (int c = 0; c < group.size; ++c) {
      for (std::size_t v = 0; v < stripVectors; ++v) hwy::Prefetch(at(c, v));
    }
  }
  HWY_INLINE void add(int channel, std::size_t vector, Vector32 inner) const {
    std::int32_t* to = at(channel, vector);
    if (weighs_) inner = hn::Mul(inner, hn::Set(tag32, group_.multipliers[channel]));
    Vector32 sum = hn::Add(hn::Load(tag32, to), inner);
    if (clips_) sum = hn::Min(hn::Max(sum, low_), high_);
    hn::Store(sum, tag32, to);
  }

 private:
  HWY_INLINE std::int32_t* at(int channel, std::size_t vector) const {
    return outer_ + static_cast<std::size_t>(group_.channels[channel]) * stripLanes + vector * vectorLanes;
  }

  const ChannelGroup& group_;
  std::int32_t* outer_;
  bool weighs_;
  bool clips_;
  Vector32 low_;
  Vector32 high_;
};

template <int channels>
HWY_INLINE void handOver(const TileRun& run, const OuterRegisters& outer,
                         const Vector32 (&sums)[channels][stripVectors]) {
  const int unused = 32 - run.innerBits;
  HWY_UNROLL(4)
  for (int c = 0; c < channels; ++c) {
    HWY_UNROLL(4)
    for (std::size_t v = 0; v < stripVectors; ++v) {
      outer.add(c, v, hn::ShiftRightSame(hn::ShiftLeftSame(sums[c][v], unused), unused));
    }
  }
}

/// 16-bit lanes. Shifted: product and register are moved up by `shift`, so that the machine's saturation is the
/// register's at both ends; what saturation leaves in the bits below is less than one unit and never carries.
/// Clamped: the register holds `bias` more than it should, so that the machine's upper end is the register's.
template <int channels, LaneRule rule>
HWY_INLINE void stepNarrow(const TileRun& run, const ChannelGroup& group, const OuterRegisters& outer,
                           const Vector32 (&sums)[channels][stripVectors]) {
  constexpr bool shifted = rule == LaneRule::saturateShifted;
  const int shift = shifted ? 16 - run.innerBits : 0;
  const int half = 1 << (run.innerBits - 1);
  const int bias = shifted ? 0 : 32768 - half;
  const Vector16 biases = hn::Set(tag16, static_cast<std::int16_t>(bias));
  const Vector16 lowest = hn::Set(tag16, static_cast<std::int16_t>(bias - half));
  Vector16 registers[channels][stripPairs];
  HWY_UNROLL(4)
  for (int c = 0; c < channels; ++c) {
    HWY_UNROLL(2)
    for (std::size_t p = 0; p < stripPairs; ++p) {
      const Vector16 proven = joinHalves(sums[c][2 * p], sums[c][2 * p + 1]);
      registers[c][p] = shifted ? hn::ShiftLeftSame(proven, shift) : hn::Add(proven, biases);
    }
  }
  constexpr std::size_t pairLanes = 2 * vectorLanes;
  const std::int16_t* HWY_RESTRICT q = run.codeSteps + group.firstStep;
  const std::int16_t* HWY_RESTRICT x = run.words + static_cast<std::size_t>(run.columns - group.steps) * stripLanes;
  for (std::int64_t step = 0; step < group.steps; ++step, q += channels, x += stripLanes) {
    Vector16 activations[stripPairs];
    HWY_UNROLL(2)
    for (std::size_t p = 0; p < stripPairs; ++p) {
      activations[p] = inRegister(hn::Load(tag16, x + p * pairLanes));
    }
    HWY_UNROLL(4)
    for (int c = 0; c < channels; ++c) {
      const Vector16 code = hn::Set(tag16, q[c]);
      HWY_UNROLL(2)
      for (std::size_t p = 0; p < stripPairs; ++p) {
        registers[c][p] = hn::SaturatedAdd(registers[c][p], hn::Mul(activations[p], code));
        if constexpr (!shifted) registers[c][p] = hn::Max(registers[c][p], lowest);
      }
    }
  }
  const Vector32 biases32 = hn::Set(tag32, bias);
  HWY_UNROLL(4)
  for (int c = 0; c < channels; ++c) {
    HWY_UNROLL(2)
    for (std::size_t p = 0; p < stripPairs; ++p) {
      outer.add(c, 2 * p, hn::Sub(lowHalf(registers[c][p], shift), biases32));
      outer.add(c, 2 * p + 1, hn::Sub(highHalf(registers[c][p], shift), biases32));
    }
  }
}

/// 32-bit lanes. A step's code stands in the half of its lane where its column is; the other half is zero.
template <int channels>
HWY_INLINE void stepWide(const TileRun& run, const ChannelGroup& group, Vector32 (&sums)[channels][stripVectors]) {
  const std::int32_t half = std::int32_t{1} << (run.innerBits - 1);
  const Vector32 lowest = hn::Set(tag32, -half);
  const Vector32 highest = hn::Set(tag32, half - 1);
  const std::int16_t* HWY_RESTRICT q = run.codeSteps + group.firstStep;
  for (std::int64_t column = run.columns - group.steps; column < run.columns; ++column, q += channels) {
    const std::int32_t* HWY_RESTRICT x = run.cells + static_cast<std::size_t>(column / 2) * stripLanes;
    const int place = static_cast<int>(column % 2) * 16;
    HWY_UNROLL(4)
    for (int c = 0; c < channels; ++c) {
      const auto bits = static_cast<std::uint32_t>(static_cast<std::uint16_t>(q[c])) << place;
      const Vector32 code = hn::Set(tag32, static_cast<std::int32_t>(bits));
      HWY_UNROLL(4)
      for (std::size_t v = 0; v < stripVectors; ++v) {
        const Vector32 sum = addProducts<CellForm::words>(sums[c][v], hn::Load(tag32, x + v * vectorLanes), code);
        sums[c][v] = hn::Min(hn::Max(sum, lowest), highest);
      }
    }
  }
}

template <int channels, CellForm form, LaneRule rule>
void addGroup(const TileRun& run, const ChannelGroup& group, std::int32_t* outer) {
  const OuterRegisters registers(run, group, outer);
  Vector32 sums[channels][stripVectors];
  sumCells<channels, form>(run, group, sums);
  if constexpr (rule == LaneRule::saturateShifted || rule == LaneRule::saturateClamped) {
    if (group.steps > 0) return stepNarrow<channels, rule>(run, group, registers, sums);
  }
  if constexpr (rule == LaneRule::saturateWide) stepWide(run, group, sums);
  handOver<channels>(run, registers, sums);
}

template <CellForm form, LaneRule rule>
void addGroups(const TileRun& run, std::int32_t* outer) {
  for (const ChannelGroup& group : run.groups) {
    if (group.size == ChannelGroup::mostChannels) {
      addGroup<ChannelGroup::mostChannels, form, rule>(run, group, outer);
    } else {
      addGroup<1, form, rule>(run, group, outer);
    }
  }
}

template <CellForm form>
void addTileOf(const TileRun& run, std::int32_t* outer) {
  switch (run.rule) {
    case LaneRule::product:
      return addGroups<form, LaneRule::product>(run, outer);
    case LaneRule::saturateShifted:
      return addGroups<form, LaneRule::saturateShifted>(run, outer);
    case LaneRule::saturateClamped:
      return addGroups<form, LaneRule::saturateClamped>(run, outer);
    case LaneRule::saturateWide:
      // Its steps are pairs of words.
      return addGroups<CellForm::words, LaneRule::saturateWide>(run, outer);
  }
}

}  // namespace

void addTileOnTarget(const TileRun& run, std::int32_t* outer) {
  if constexpr (multipliesBytes) {
    if (run.form == CellForm::bytes) return addTileOf<CellForm::bytes>(run, outer);
  }
  addTileOf<CellForm::words>(run, outer);
}

}  // namespace axescope::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace axescope {

HWY_EXPORT(addTileOnTarget);

void addTile(const TileRun& run, std::int32_t* outer) {
  HWY_DYNAMIC_DISPATCH(addTileOnTarget)(run, outer);
}

}  // namespace axescope
#endif
