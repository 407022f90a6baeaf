// SPDX-License-Identifier: GPL-3.0-or-later
// What single outputs of a network are worth.
#pragma once

#include <cstdint>
#include <span>

namespace axescope {

/// Whether the label's logit is the largest: the lowest column wins a tie, and with a NaN there is none. The label is
/// one of the columns.
bool isTop1(std::span<const float> logits, std::int64_t label);

/// −Σ log softmax(logits_t)[tokens_(t+1)] over t = 0 … L − 2, in float64; logits [L, V], tokens L ids below V. NaN
/// where a logit is.
double nextTokenLoss(std::span<const float> logits, std::span<const float> tokens);

/// 10 log10(signal / noise); infinite without noise.
double decibels(double signal, double noise);

}  // namespace axescope
