// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/requantization_counts.h"

namespace axescope {

void addRequantization(OperationRole role, int bits, const IntegerFactor& factor, std::int64_t count,
                       NodeCounts& counts) {
  const Operand from = integerOf(bits);
  const Operand scaled = factor.isPowerOfTwo ? from : integerOf(bits + factor.bits);
  const Operand distance = factor.isPowerOfTwo ? Operand{NumberType::powerOfTwo, factor.bits} : scaled;
  if (!factor.isPowerOfTwo) counts.add({OperationKind::multiply, role, from, integerOf(factor.bits), count});
  counts.add({OperationKind::add, role, scaled, scaled, count});
  counts.add({OperationKind::shift, role, scaled, distance, count});
  counts.add({OperationKind::compare, role, from, from, 2 * count});
}

void addConversions(const CodesAround& codes, const std::vector<std::int64_t>& inputs,
                    const ElementwiseArithmetic& elementwise, NodeCounts& counts) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!codes.isConverted[i]) continue;
    addRequantization(OperationRole::quantization, codes.inputBits[i], elementwise.scale, inputs[i], counts);
  }
}

void addFloatPassage(const CodesAround& codes, const std::vector<std::int64_t>& inputs, std::int64_t outputs,
                     NodeCounts& counts) {
  using enum OperationKind;
  constexpr OperationRole role = OperationRole::quantization;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (codes.inputBits[i] == 0) continue;
    counts.add({add, role, integerOf(codes.inputBits[i]), integerOf(codes.inputBits[i]), inputs[i]});
    counts.add({multiply, role, float32, float32, inputs[i]});
  }
  if (codes.outputBits == 0) return;
  counts.add({multiply, role, float32, float32, outputs});
  counts.add({add, role, float32, float32, outputs});
  counts.add({compare, role, float32, float32, 2 * outputs});
}

}  // namespace axescope
