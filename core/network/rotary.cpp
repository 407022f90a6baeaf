// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/rotary.h"

#include <cmath>

#include <fmt/format.h>

namespace axescope {

namespace {

tl::unexpected<Error> badRope(std::string expected, std::string found) {
  return fail(ErrorCode::wrongShape, {}, Attributes::objectName("rope"), std::move(expected), std::move(found));
}

}  // namespace

Result<std::optional<RotarySettings>> RotarySettings::read(const Attributes& attributes) {
  if (!attributes.has("rope")) return std::nullopt;
  AXESCOPE_TRY(const auto json, attributes.get<nlohmann::json>("rope"));
  const Attributes rope(json);
  RotarySettings settings;
  AXESCOPE_TRY(settings.theta, rope.get<double>("theta", settings.theta));
  AXESCOPE_TRY(settings.interleaved, rope.get<bool>("interleaved", false));
  AXESCOPE_TRY(settings.frequencies, rope.get<std::vector<double>>("frequencies", {}));
  if (rope.has("dims")) {
    AXESCOPE_TRY(settings.dims, rope.get<std::int64_t>("dims"));
  }
  if (settings.theta <= 0.0) return badRope("a theta above 0", fmt::format("{}", settings.theta));
  return settings;
}

Status RotarySettings::check(std::int64_t headSize) const {
  const std::int64_t turned = dimsOf(headSize);
  if (turned < 2 || turned % 2 != 0 || turned > headSize) {
    return badRope(fmt::format("an even number of dims from 2 to {}", headSize), fmt::format("{}", turned));
  }
  if (!frequencies.empty() && static_cast<std::int64_t>(frequencies.size()) != turned / 2) {
    return badRope(fmt::format("{} frequencies, one of each pair", turned / 2), fmt::format("{}", frequencies.size()));
  }
  return {};
}

Rotary::Rotary(const RotarySettings& settings, std::int64_t headSize, std::int64_t length)
    : pairs_(settings.dimsOf(headSize) / 2), interleaved_(settings.interleaved) {
  std::vector<double> frequencies = settings.frequencies;
  for (auto i = static_cast<std::int64_t>(frequencies.size()); i < pairs_; ++i) {
    frequencies.push_back(std::pow(settings.theta, -static_cast<double>(i) / static_cast<double>(pairs_)));
  }
  cosines_.reserve(static_cast<std::size_t>(length * pairs_));
  sines_.reserve(cosines_.capacity());
  for (std::int64_t position = 0; position < length; ++position) {
    for (const double frequency : frequencies) {
      const double angle = static_cast<double>(position) * frequency;
      cosines_.push_back(static_cast<float>(std::cos(angle)));
      sines_.push_back(static_cast<float>(std::sin(angle)));
    }
  }
}

void Rotary::apply(std::int64_t position, float* features) const {
  const float* const cosines = cosines_.data() + position * pairs_;
  const float* const sines = sines_.data() + position * pairs_;
  const std::int64_t step = interleaved_ ? 2 : 1;
  const std::int64_t other = interleaved_ ? 1 : pairs_;
  for (std::int64_t pair = 0; pair < pairs_; ++pair) {
    float& a = features[pair * step];
    float& b = features[pair * step + other];
    const float x = a;
    a = x * cosines[pair] - b * sines[pair];
    b = x * sines[pair] + b * cosines[pair];
  }
}

}  // namespace axescope
