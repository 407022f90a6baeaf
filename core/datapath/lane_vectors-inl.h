// SPDX-License-Identifier: GPL-3.0-or-later
// Samples in the lanes of the target's vectors, two 32-bit vectors beside one 16-bit vector. Highway's foreach_target
// includes this file once for each target, so that it has no #pragma once.
#if defined(AXESCOPE_LANE_VECTORS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef AXESCOPE_LANE_VECTORS_INL_H
#undef AXESCOPE_LANE_VECTORS_INL_H
#else
#define AXESCOPE_LANE_VECTORS_INL_H
#endif

#include <cstddef>
#include <cstdint>

#include <hwy/highway.h>

#include "core/datapath/lane_codes.h"

HWY_BEFORE_NAMESPACE();
namespace axescope::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Tag32 = hn::ScalableTag<std::int32_t>;
using Tag16 = hn::ScalableTag<std::int16_t>;
using Vector32 = hn::Vec<Tag32>;
using Vector16 = hn::Vec<Tag16>;
inline constexpr Tag32 tag32;
inline constexpr Tag16 tag16;

/// VPDPBUSD: four products of bytes and their sum in one instruction.
inline constexpr bool multipliesBytes = HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3_DL;

/// A strip is some pairs of 32-bit vectors: with four channels, their sums take half of the registers.
inline constexpr std::size_t vectorLanes = hn::MaxLanes(Tag32());
inline constexpr std::size_t stripPairs = HWY_ARCH_X86 && HWY_TARGET > HWY_AVX3 ? 1 : 2;
inline constexpr std::size_t stripVectors = 2 * stripPairs;
inline constexpr std::size_t stripLanes = stripVectors * vectorLanes;

/// A vector that several instructions use stays in a register: GCC reads it again from memory for each of them, and
/// loads are what the loops run out of.
template <class Vector>
HWY_INLINE Vector inRegister(Vector v) {
#if HWY_ARCH_X86 && HWY_TARGET != HWY_EMU128
  asm("" : "+v"(v.raw));
#endif
  return v;
}

/// A 16-bit vector holds its first sample in the low half of the first 32-bit lane, and the first sample of the pair's
/// other vector in the high half: no lane has to be crossed on the way between the two.
HWY_INLINE Vector16 joinHalves(Vector32 low, Vector32 high) {
  const Vector32 mask = hn::Set(tag32, 0xFFFF);
  return hn::BitCast(tag16, hn::Or(hn::And(low, mask), hn::ShiftLeft<16>(high)));
}

/// The way back, with an arithmetic shift to the right on top.
HWY_INLINE Vector32 lowHalf(Vector16 pair, int shift) {
  return hn::ShiftRightSame(hn::ShiftLeft<16>(hn::BitCast(tag32, pair)), 16 + shift);
}
HWY_INLINE Vector32 highHalf(Vector16 pair, int shift) {
  return hn::ShiftRightSame(hn::BitCast(tag32, pair), 16 + shift);
}

/// sum + Σ x_i·q_i over the columns of a cell, modulo 2^32.
template <CellForm form>
HWY_INLINE Vector32 addProducts(Vector32 sum, Vector32 x, Vector32 q) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3_DL
  if constexpr (form == CellForm::bytes) {
    // Highway 1.0 has no name for this instruction, and its target attribute for AVX3_DL lacks the feature, although it
    // asks the processor for it.
    asm("vpdpbusd %2, %1, %0" : "+v"(sum.raw) : "v"(x.raw), "v"(q.raw));
    return sum;
  }
#endif
#if HWY_ARCH_X86 && HWY_TARGET != HWY_EMU128
  // On x86 the products of neighbours are added in their own lane.
  Vector32 unused = hn::Zero(tag32);
  return hn::ReorderWidenMulAccumulate(tag32, hn::BitCast(tag16, x), hn::BitCast(tag16, q), sum, unused);
#else
  const auto low = [](Vector32 v) { return hn::ShiftRight<16>(hn::ShiftLeft<16>(v)); };
  const Vector32 first = hn::Mul(low(x), low(q));
  return hn::Add(sum, hn::Add(first, hn::Mul(hn::ShiftRight<16>(x), hn::ShiftRight<16>(q))));
#endif
}

}  // namespace axescope::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
