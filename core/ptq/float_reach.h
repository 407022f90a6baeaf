// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/linalg/matrix.h"
#include "core/ptq/statistics.h"

namespace axescope {

/// Errors and searches judge by float32 products of weights with S. Where those leave what float32 holds, up or down,
/// the answer would be infinite or nothing without anyone's noticing: such a layer is refused. Errors: numerical.
Status withinFloatReach(const MatrixF& weight, const InputStatistics& statistics);

}  // namespace axescope
