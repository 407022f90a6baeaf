// SPDX-License-Identifier: GPL-3.0-or-later
// The integer network written down a second time, slowly: one loop for each operation over 128-bit integers, from the
// description of the graph. Only the codes of each value are the other's.
#pragma once

#include "quantized_network.h"

namespace axescope {

/// What the output's codes stand for.
Tensor referenceOutput(const QuantizedNetwork& network, const IntegerPlan& plan, const Tensor& samples);

}  // namespace axescope
