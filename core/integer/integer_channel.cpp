// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/integer/integer_kernel.h"
#include "core/number/weight_quantizer.h"

namespace axescope {

namespace {

// y = a x + b as ((x − z) m + round(2^n b/s_y) + ½·2^n) >> n, m·2^−n the multiplier of a s_x/s_y.
Requantizer affine(double scale, double shift, const KernelContext& context) {
  constexpr int mostAddendBits = 60;
  constexpr double farFromAnyCode = 0x1p32;
  const ActivationQuantizer& from = context.inputs.front();
  const ActivationQuantizer& to = context.output;
  const double addend = std::clamp(shift / to.scale, -farFromAnyCode, farFromAnyCode);
  Multiplier factor = Multiplier::nearest(scale * from.scale / to.scale, context.multiplierBits, largestDistance(from));
  // A slope next to nothing beside the shift: its last bits are not worth the room.
  int exponent = 0;
  std::frexp(addend, &exponent);
  if (const int tooFar = factor.shift - (mostAddendBits - exponent); tooFar > 0) {
    factor.multiplier =
        static_cast<std::int64_t>(roundHalfEven(std::ldexp(static_cast<double>(factor.multiplier), -tooFar)));
    factor.shift -= tooFar;
  }
  Requantizer requantizer = Requantizer::make(factor, -from.zeroPoint, to);
  requantizer.addend += static_cast<std::int64_t>(roundHalfEven(std::ldexp(addend, factor.shift)));
  return requantizer;
}

class Channels final : public IntegerKernel {
 public:
  Channels(std::size_t axis, std::vector<Requantizer> channels) : axis_(axis), channels_(std::move(channels)) {}

  void run(std::span<const CodeTensor* const> inputs, CodeTensor& output) const override {
    const Shape& shape = inputs.front()->shape;
    const std::int64_t inner = elements(std::span(shape).subspan(axis_ + 1));
    const std::int16_t* from = inputs.front()->codes.data();
    std::int16_t* to = output.codes.data();
    for (std::int64_t runs = elements(std::span(shape).first(axis_)); runs > 0; --runs) {
      for (const Requantizer& channel : channels_) {
        std::transform(from, from + inner, to, channel);
        from += inner;
        to += inner;
      }
    }
  }

 private:
  std::size_t axis_;
  std::vector<Requantizer> channels_;
};

}  // namespace

MadeKernel makeChannelKernel(const KernelContext& context) {
  const auto form = std::get<ChannelAffine>(context.form());
  std::vector<Requantizer> channels;
  for (std::size_t c = 0; c < form.scale.size(); ++c) {
    channels.push_back(affine(form.scale[c], form.shift[c], context));
  }
  return std::make_unique<Channels>(form.axis, std::move(channels));
}

}  // namespace axescope
