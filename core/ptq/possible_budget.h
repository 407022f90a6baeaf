// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/ptq/quantize_layer.h"

namespace axescope {

/// Whether a tile may hold any code but zero. Errors: numerical, where the constraint's accumulator is too narrow for
/// one product with a code of ±1 at the largest activation: a layer of zeros would be no answer. A constraint without a
/// guarantee holds whatever it likes.
Status checkBudgetIsPossible(const LayerOptions& options);

}  // namespace axescope
