// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/rotate_inputs.h"

#include <span>

#include "core/linalg/hadamard.h"

namespace axescope {

void rotateInputs(TransformedModel& model) {
  for (TransformedLayer& layer : model.layers) {
    if (!layer.mayChangeInput || layer.info.kind != LayerKind::linear) continue;
    const std::int64_t block = hadamardBlock(layer.info.inputs);
    if (block == 1) continue;
    // Rows of K inputs follow each other, and H is symmetric.
    MatrixF& weight = layer.tensors.weight;
    rotateByHadamard(std::span(weight.data(), static_cast<std::size_t>(weight.size())), block);
    layer.done.rotation = block;
  }
}

}  // namespace axescope
