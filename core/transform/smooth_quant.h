// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/transform/transformed_model.h"

namespace axescope {

/// SmoothQuant, core/README.md (19) (arXiv 2211.10438): s_j = max|x_j|^α / max|w_j|^(1−α) moves the difficulty of input
/// j from activations to weights. `largestInputs`: by layer, max|x_j| [I] over calibration samples of the network as it
/// is; empty for layers to leave alone. The layer before takes up the division where layerPairs() finds one, with one
/// factor for all inputs that a channel becomes; else it is executed at the layer's own input, in float, before its
/// quantizer. Inputs or weights that are all zero keep s = 1. Errors: those of buildNetwork().
Status smoothInputs(TransformedModel& model, const std::vector<std::vector<double>>& largestInputs, double alpha);

}  // namespace axescope
