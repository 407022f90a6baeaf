// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/attention_rounding.h"

#include <algorithm>
#include <cmath>

namespace axescope {

namespace {

// `count` values that are `step` apart, to multiples of their largest magnitude / (2^(bits−1) − 1).
void roundSymmetric(float* x, std::int64_t count, std::int64_t step, int bits) {
  float largest = 0.0F;
  for (std::int64_t i = 0; i < count; ++i) largest = std::max(largest, std::abs(x[i * step]));
  if (largest == 0.0F) return;
  const float scale = largest / static_cast<float>((1 << (bits - 1)) - 1);
  for (std::int64_t i = 0; i < count; ++i) x[i * step] = std::nearbyint(x[i * step] / scale) * scale;
}

}  // namespace

void roundTokens(Tensor& x, std::int64_t heads, int bits) {
  const std::int64_t size = x.shape.back() / heads;
  for (std::int64_t first = 0; first < x.size(); first += size) roundSymmetric(x.data.data() + first, size, 1, bits);
}

void roundFeatures(Tensor& x, int bits) {
  const std::int64_t features = x.shape.back();
  for (std::int64_t sample = 0; sample < x.samples(); ++sample) {
    float* const values = x.data.data() + sample * x.sampleSize();
    for (std::int64_t feature = 0; feature < features; ++feature) {
      roundSymmetric(values + feature, x.shape[1], features, bits);
    }
  }
}

void roundWeights(std::span<float> weights, int bits) {
  const auto most = static_cast<float>((1 << bits) - 1);
  for (float& weight : weights) weight = std::nearbyint(weight * most) / most;
}

}  // namespace axescope
