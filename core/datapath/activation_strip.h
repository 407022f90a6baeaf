// SPDX-License-Identifier: GPL-3.0-or-later
// Activations of a few samples, turned so that each sample has a lane of the machine's vectors.
#pragma once

#include <cstdint>

#include "core/datapath/lane_codes.h"

namespace axescope {

/// Samples in a strip: what the lane kernels take at once on this machine.
std::int64_t stripSamples();

/// The form in which this machine multiplies bytes fastest.
CellForm byteForm();

/// One tile's columns of at most stripSamples() samples; the other lanes are zeros.
struct ActivationStrip {
  const void* rows = nullptr;  // the first sample's first column: bytes or 16-bit words, as the form says
  std::int64_t stride = 0;     // elements between rows
  std::int64_t samples = 0;
  std::int64_t columns = 0;
  CellForm form = CellForm::words;
  bool isSigned = false;
};

/// Cells of that many columns, with the padding that transposing them fills.
std::int64_t paddedCells(std::int64_t columns, CellForm form);

/// cells[paddedCells×stripSamples()] for products; signed bytes become unsigned ones byteOffset larger. Unless null,
/// words[paddedCells·columnsOf(form)×stripSamples()] hold one column in each row, for steps; their lanes interleave the
/// two vectors of a pair. rows[stripSamples()×paddedCells] is overwritten. All aligned to 64 bytes.
void transpose(const ActivationStrip& strip, std::int32_t* rows, std::int32_t* cells, std::int16_t* words);

}  // namespace axescope
