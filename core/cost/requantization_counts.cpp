// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/requantization_counts.h"

namespace axescope {

void addRequantization(OperationRole role, int bits, const FixedPoint& factor, std::int64_t count, NodeCounts& counts) {
  const Operand from = integerOf(bits);
  const Operand scaled = factor.isPowerOfTwo ? from : integerOf(bits + factor.bits);
  const Operand distance = factor.isPowerOfTwo ? Operand{NumberType::powerOfTwo, factor.bits} : scaled;
  if (!factor.isPowerOfTwo) counts.add({OperationKind::multiply, role, from, integerOf(factor.bits), count});
  counts.add({OperationKind::add, role, scaled, scaled, count});
  counts.add({OperationKind::shift, role, scaled, distance, count});
  counts.add({OperationKind::compare, role, from, from, 2 * count});
}

}  // namespace axescope
