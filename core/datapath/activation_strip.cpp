// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/activation_strip.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/datapath/activation_strip.cpp"
#include <hwy/foreach_target.h>

#include "core/datapath/lane_vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace axescope::HWY_NAMESPACE {
namespace {

constexpr std::size_t cellsAtATime = 4;  // in 128 bits, the block within which lanes move cheaply everywhere

/// Cells 4 of each of the rows 0, 4, 8 …, one row in each block of 128 bits.
template <class Tag>
HWY_INLINE hn::Vec<Tag> loadEveryFourthRow(Tag tag, const std::int32_t* rows, std::size_t rowCells) {
  if constexpr (hn::MaxLanes(Tag()) == cellsAtATime) {
    return hn::Load(tag, rows);
  } else {
    const hn::Half<Tag> half;
    const auto low = loadEveryFourthRow(half, rows, rowCells);
    return hn::Combine(tag, loadEveryFourthRow(half, rows + hn::MaxLanes(half) * rowCells, rowCells), low);
  }
}

/// Four cells of the rows of one vector, the rows in its lanes.
HWY_INLINE void transposeBlock(const std::int32_t* rows, std::size_t rowCells, Vector32 flip, std::int32_t* cells) {
  const hn::Repartition<std::int64_t, Tag32> tag64;
  const auto wide = [&](Vector32 v) { return hn::BitCast(tag64, v); };
  const Vector32 row0 = loadEveryFourthRow(tag32, rows, rowCells);
  const Vector32 row1 = loadEveryFourthRow(tag32, rows + rowCells, rowCells);
  const Vector32 row2 = loadEveryFourthRow(tag32, rows + 2 * rowCells, rowCells);
  const Vector32 row3 = loadEveryFourthRow(tag32, rows + 3 * rowCells, rowCells);
  const auto low01 = wide(hn::InterleaveLower(tag32, row0, row1));
  const auto low23 = wide(hn::InterleaveLower(tag32, row2, row3));
  const auto high01 = wide(hn::InterleaveUpper(tag32, row0, row1));
  const auto high23 = wide(hn::InterleaveUpper(tag32, row2, row3));
  const auto store = [&](std::size_t cell, auto v) {
    hn::Store(hn::Xor(hn::BitCast(tag32, v), flip), tag32, cells + cell * stripLanes);
  };
  store(0, hn::InterleaveLower(tag64, low01, low23));
  store(1, hn::InterleaveUpper(tag64, low01, low23));
  store(2, hn::InterleaveLower(tag64, high01, high23));
  store(3, hn::InterleaveUpper(tag64, high01, high23));
}

/// Column `column` of a cell, from the two vectors of a pair.
HWY_INLINE Vector16 wordsOf(Vector32 low, Vector32 high, int bits, int column) {
  const hn::RebindToUnsigned<Tag32> unsignedTag;
  const Vector32 mask = hn::Set(tag32, static_cast<std::int32_t>((std::uint32_t{1} << bits) - 1));
  const auto take = [&](Vector32 cell) {
    const auto moved = hn::ShiftRightSame(hn::BitCast(unsignedTag, cell), bits * column);
    return hn::And(hn::BitCast(tag32, moved), mask);
  };
  return joinHalves(take(low), take(high));
}

void spreadWords(const ActivationStrip& strip, std::int64_t cells, const std::int32_t* from, std::int16_t* to) {
  const auto width = static_cast<int>(columnsOf(strip.form));
  const int bits = 32 / width;
  const bool moved = strip.isSigned && strip.form == CellForm::bytes;
  const Vector16 offset = hn::Set(tag16, static_cast<std::int16_t>(moved ? byteOffset : 0));
  for (std::int64_t cell = 0; cell < cells; ++cell) {
    for (std::size_t p = 0; p < stripPairs; ++p) {
      const std::int32_t* pair = from + static_cast<std::size_t>(cell) * stripLanes + 2 * p * vectorLanes;
      const Vector32 low = hn::Load(tag32, pair);
      const Vector32 high = hn::Load(tag32, pair + vectorLanes);
      for (int column = 0; column < width; ++column) {
        std::int16_t* row = to + static_cast<std::size_t>(cell * width + column) * stripLanes;
        hn::Store(hn::Sub(wordsOf(low, high, bits, column), offset), tag16, row + 2 * p * vectorLanes);
      }
    }
  }
}

}  // namespace

std::int64_t stripSamplesOnTarget() {
  return stripLanes;
}

CellForm byteFormOnTarget() {
  return multipliesBytes ? CellForm::bytes : CellForm::words;
}

void transposeOnTarget(const ActivationStrip& strip, std::int32_t* rows, std::int32_t* cells, std::int16_t* words) {
  const auto count = static_cast<std::size_t>(paddedCells(strip.columns, strip.form));
  const std::size_t elementBytes = strip.form == CellForm::bytes ? 1 : 2;
  const std::size_t used = static_cast<std::size_t>(strip.columns) * elementBytes;
  const std::size_t rowBytes = count * sizeof(std::int32_t);
  // Rows of their own: whole blocks may be read from them, and a sample that is not there is zeros.
  for (std::size_t lane = 0; lane < stripLanes; ++lane) {
    auto* row = reinterpret_cast<unsigned char*>(rows + lane * count);
    const std::size_t copied = static_cast<std::int64_t>(lane) < strip.samples ? used : 0;
    const auto* from = static_cast<const unsigned char*>(strip.rows) + lane * strip.stride * elementBytes;
    if (copied > 0) std::memcpy(row, from, copied);
    std::memset(row + copied, 0, rowBytes - copied);
  }
  const bool moved = strip.isSigned && strip.form == CellForm::bytes;
  const Vector32 flip = hn::Set(tag32, static_cast<std::int32_t>(moved ? 0x80808080U : 0U));
  for (std::size_t cell = 0; cell < count; cell += cellsAtATime) {
    for (std::size_t v = 0; v < stripVectors; ++v) {
      transposeBlock(rows + v * vectorLanes * count + cell, count, flip, cells + cell * stripLanes + v * vectorLanes);
    }
  }
  if (words != nullptr) spreadWords(strip, static_cast<std::int64_t>(count), cells, words);
}

}  // namespace axescope::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace axescope {

HWY_EXPORT(stripSamplesOnTarget);
HWY_EXPORT(byteFormOnTarget);
HWY_EXPORT(transposeOnTarget);

std::int64_t stripSamples() {
  return HWY_DYNAMIC_DISPATCH(stripSamplesOnTarget)();
}

CellForm byteForm() {
  return HWY_DYNAMIC_DISPATCH(byteFormOnTarget)();
}

std::int64_t paddedCells(std::int64_t columns, CellForm form) {
  constexpr std::int64_t block = 4;
  const std::int64_t width = columnsOf(form) * block;
  return (columns + width - 1) / width * block;
}

void transpose(const ActivationStrip& strip, std::int32_t* rows, std::int32_t* cells, std::int16_t* words) {
  HWY_DYNAMIC_DISPATCH(transposeOnTarget)(strip, rows, cells, words);
}

}  // namespace axescope
#endif
