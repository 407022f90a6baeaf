// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/layer_transform.h"

#include <cstddef>

#include "core/linalg/feature_order.h"
#include "core/linalg/hadamard.h"

namespace axescope {

namespace {

// The same division, in float32, that a normalize node does.
void divideFeatures(const LayerInfo& info, const std::vector<double>& divisors, Tensor& input) {
  if (divisors.empty()) return;
  const std::int64_t positions = info.kind == LayerKind::conv2d ? input.shape[2] * input.shape[3] : 1;
  float* value = input.data.data();
  for (std::int64_t run = 0; run < input.size() / positions; ++run) {
    const auto divisor = static_cast<float>(divisors[static_cast<std::size_t>(run % info.inputs)]);
    for (std::int64_t i = 0; i < positions; ++i) *value++ /= divisor;
  }
}

void reorder(const LayerInfo& info, const std::vector<std::int64_t>& order, Tensor& input) {
  if (order.empty()) return;
  const std::int64_t positions = info.kind == LayerKind::conv2d ? input.shape[2] * input.shape[3] : 1;
  const std::vector<float> before = input.data;
  reorderFeatures(before, order, positions, input.data);
}

}  // namespace

void transformInput(const LayerInfo& info, const LayerTransform& transform, Tensor& input) {
  divideFeatures(info, transform.absorbed, input);
  reorder(info, transform.absorbedOrder, input);
  divideFeatures(info, transform.divisors, input);
  if (transform.rotation > 0) rotateByHadamard(input.data, transform.rotation);
  reorder(info, transform.order, input);
}

}  // namespace axescope
