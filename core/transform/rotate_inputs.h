// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/transform/transformed_model.h"

namespace axescope {

/// Hadamard rotation of linear layers' inputs, core/README.md (20) (QuaRot, arXiv 2404.00456): W ← W Hᵀ, x ← H x before
/// the quantizer, H block-diagonal of orthonormal Hadamard matrices as large as the largest power of two that divides
/// K. Odd K stays as it is.
void rotateInputs(TransformedModel& model);

}  // namespace axescope
