// SPDX-License-Identifier: GPL-3.0-or-later
// What transforms did to one layer, for those who bring its inputs from outside or read it without its network.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/dump/dump.h"

namespace axescope {

struct LayerTransform {
  std::vector<double> absorbed;             // I or none: the layers before it give its inputs divided by these
  std::vector<std::int64_t> absorbedOrder;  // I or none: and give input absorbedOrder[i] in the place of input i
  std::vector<double> divisors;             // I or none: then its inputs are divided by these
  std::int64_t rotation = 0;                // then each run of so many inputs is rotated by a Hadamard matrix; 0: none
  std::vector<std::int64_t> order;          // I or none: then input i is what was input order[i]
  std::string foldedBatchNorm;              // the node that its weights and bias took up, now the identity

  bool changesInput() const {
    return !absorbed.empty() || !absorbedOrder.empty() || !divisors.empty() || rotation > 0 || !order.empty();
  }
};

/// Inputs of the layer as the dump has them, [samples, I] or [samples, I, H, W], to those of the transformed layer.
void transformInput(const LayerInfo& info, const LayerTransform& transform, Tensor& input);

}  // namespace axescope
