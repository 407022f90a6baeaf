// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/batch_norm.h"

#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace axescope {

Result<BatchNormScaling> readBatchNorm(const OperationContext& context) {
  AXESCOPE_TRY(std::vector<float> scale, context.param({"weight"}));
  AXESCOPE_TRY(std::vector<float> shift, context.param({"bias"}));
  AXESCOPE_TRY(const std::vector<float> mean, context.param({"mean", "running_mean"}));
  AXESCOPE_TRY(const std::vector<float> variance, context.param({"var", "running_var"}));
  AXESCOPE_TRY(const auto epsilon, context.attributes().get<double>("eps", 1e-5));
  const std::size_t channels = scale.size();
  const auto sizeError = [&](const char* role, std::size_t size) {
    return fail(ErrorCode::wrongShape, {}, fmt::format("param '{}'", role),
                fmt::format("{} values, as in weight", channels), fmt::format("{}", size));
  };
  if (shift.size() != channels) return sizeError("bias", shift.size());
  if (mean.size() != channels) return sizeError("mean", mean.size());
  if (variance.size() != channels) return sizeError("var", variance.size());
  for (std::size_t c = 0; c < channels; ++c) {
    const double spread = static_cast<double>(variance[c]) + epsilon;
    if (!(spread > 0.0)) {
      return fail(ErrorCode::notFinite, {}, "param 'var'", "var + eps above zero",
                  fmt::format("{} in channel {}", spread, c));
    }
    const double factor = static_cast<double>(scale[c]) / std::sqrt(spread);
    scale[c] = static_cast<float>(factor);
    shift[c] = static_cast<float>(static_cast<double>(shift[c]) - factor * static_cast<double>(mean[c]));
  }
  return BatchNormScaling{std::move(scale), std::move(shift)};
}

}  // namespace axescope
