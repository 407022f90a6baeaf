// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/transform/transformed_model.h"

namespace axescope {

/// Attention rounds the operands of its two products to this many bits: the one transform here that changes the float
/// function. Nothing without a graph.
void roundAttention(TransformedModel& model, int bits);

}  // namespace axescope
