// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dump/quantized_file.h"

namespace axescope::testing {

/// A layer whose codes are random but fixed.
QuantizedFileLayer randomLayer(const std::string& name, LayerInfo info, int weightBits, unsigned seed);

LayerInfo linearInfo(std::int64_t channels, std::int64_t inputs);

}  // namespace axescope::testing
