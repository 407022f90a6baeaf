// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <utility>

#include "core/integer/integer_kernel.h"
#include "core/network/strided.h"

namespace axescope {

namespace {

// Of codes x1 and x2, from two multipliers at one shift: ((x1 − z1) m1 + (x2 − z2) m2 + ½·2^n) >> n.
struct Sum {
  std::int64_t first;
  std::int64_t second;
  Requantizer rest;  // multiplies by one
  std::int16_t operator()(std::int16_t x1, std::int16_t x2) const { return rest(first * x1 + second * x2); }
};

struct Product {
  std::int64_t zero1;
  std::int64_t zero2;
  Requantizer scale;
  std::int16_t operator()(std::int16_t x1, std::int16_t x2) const { return scale((x1 - zero1) * (x2 - zero2)); }
};

template <class Function>
class Pairs final : public IntegerKernel {
 public:
  explicit Pairs(const Function& function) : function_(function) {}

  void run(std::span<const CodeTensor* const> inputs, CodeTensor& output) const override {
    const CodeTensor& a = *inputs[0];
    const CodeTensor& b = *inputs[1];
    if (a.shape == b.shape) {
      std::transform(a.codes.begin(), a.codes.end(), b.codes.begin(), output.codes.begin(), function_);
      return;
    }
    const Shape stridesA = broadcastStrides(a.shape);
    const Shape stridesB = broadcastStrides(b.shape);
    const std::int64_t count = output.shape.back();
    forEachRow<3>(output.shape, {stridesA, stridesB, denseStrides(output.shape)},
                  [&](const std::array<std::int64_t, 3>& offsets) {
                    const std::int16_t* const x1 = a.codes.data() + offsets[0];
                    const std::int16_t* const x2 = b.codes.data() + offsets[1];
                    std::int16_t* const y = output.codes.data() + offsets[2];
                    for (std::int64_t i = 0; i < count; ++i) {
                      y[i] = function_(x1[i * stridesA.back()], x2[i * stridesB.back()]);
                    }
                  });
  }

 private:
  Function function_;
};

}  // namespace

MadeKernel makeSumKernel(const KernelContext& context) {
  const ActivationQuantizer& a = context.inputs[0];
  const ActivationQuantizer& b = context.inputs[1];
  const std::array factors{a.scale / context.output.scale, b.scale / context.output.scale};
  const auto aligned = alignedMultipliers(factors, context.multiplierBits, largestDistance(a) + largestDistance(b));
  const std::int64_t m1 = aligned[0].multiplier;
  const std::int64_t m2 = aligned[1].multiplier;
  Requantizer rest = Requantizer::make({1, aligned[0].shift}, 0, context.output);
  rest.addend -= a.zeroPoint * m1 + b.zeroPoint * m2;
  return std::make_unique<Pairs<Sum>>(Sum{m1, m2, rest});
}

MadeKernel makeProductKernel(const KernelContext& context) {
  const ActivationQuantizer& a = context.inputs[0];
  const ActivationQuantizer& b = context.inputs[1];
  const auto factor = Multiplier::nearest(a.scale * b.scale / context.output.scale, context.multiplierBits,
                                          largestDistance(a) * largestDistance(b));
  return std::make_unique<Pairs<Product>>(
      Product{a.zeroPoint, b.zeroPoint, Requantizer::make(factor, 0, context.output)});
}

}  // namespace axescope
