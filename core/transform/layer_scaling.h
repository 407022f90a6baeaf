// SPDX-License-Identifier: GPL-3.0-or-later
// Scaling and reordering the outputs and inputs of a layer through its weights, and the ranges that say by how much.
#pragma once

#include <span>
#include <vector>

#include "core/dump/dump.h"

namespace axescope {

/// max|w| of each output channel [C].
std::vector<double> outputRanges(const LayerTensors& tensors);
/// max|w| of each input feature or channel [I], over the output channels of its group and the kernel.
std::vector<double> inputRanges(const LayerInfo& info, const LayerTensors& tensors);

/// The largest of each run of `length` values.
std::vector<double> largestOfRuns(std::span<const double> values, std::int64_t length);
/// Each value `length` times in a row.
std::vector<double> repeated(std::span<const double> values, std::int64_t length);

/// The layer's outputs divided by s [C]: weights and bias.
void divideOutputs(LayerTensors& tensors, std::span<const double> s);
/// The layer for inputs that were divided by s [I]: its weights times s.
void multiplyInputs(const LayerInfo& info, LayerTensors& tensors, std::span<const double> s);

/// The layer's outputs in another order, order[i] in the place of channel i: weights and bias, of one group.
void reorderOutputs(LayerTensors& tensors, std::span<const std::int64_t> order);
/// The layer, of one group, for inputs in another order [I].
void reorderInputs(const LayerInfo& info, LayerTensors& tensors, std::span<const std::int64_t> order);
/// The order of single inputs when runs of `length` move as a whole.
std::vector<std::int64_t> inRuns(std::span<const std::int64_t> order, std::int64_t length);

/// The factor as float32 has it, so that what one layer divides by is what the next multiplies with; 1 where that is
/// not a normal number above zero.
double soundFactor(double s);

}  // namespace axescope
