// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/transform/transformed_model.h"

namespace axescope {

/// Cross-layer weight equalization, core/README.md (18) (Nagel et al., arXiv 1906.04721, section 4.1): `iterations`
/// times, every pair of layers that layerPairs() finds gets equal ranges on both sides of each channel. Channels whose
/// range is zero, or as good as zero beside the layer's largest, stay as they are. Errors: those of buildNetwork().
Status equalizeLayers(TransformedModel& model, int iterations);

}  // namespace axescope
