// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/integer/integer_kernel.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <string_view>

namespace axescope {

namespace {

struct Entry {
  std::string_view op;
  MadeKernel (*make)(const KernelContext&);
};

constexpr std::array table{
    Entry{"add", makeSumKernel},
    Entry{"avg_pool2d", makePoolKernel},
    Entry{"batch_norm", makeChannelKernel},
    Entry{"concat", makeMoveKernel},
    Entry{"flatten", makeMoveKernel},
    Entry{"gelu", makeLookupKernel},
    Entry{"global_avg_pool2d", makePoolKernel},
    Entry{"hardswish", makeLookupKernel},
    Entry{"max_pool2d", makePoolKernel},
    Entry{"mul", makeProductKernel},
    Entry{"normalize", makeChannelKernel},
    Entry{"pad", makeMoveKernel},
    Entry{"relu", makeLimitKernel},
    Entry{"relu6", makeLimitKernel},
    Entry{"reorder", makeMoveKernel},
    Entry{"reshape", makeMoveKernel},
    Entry{"sigmoid", makeLookupKernel},
    Entry{"silu", makeLookupKernel},
    Entry{"slice", makeMoveKernel},
    Entry{"tanh", makeLookupKernel},
    Entry{"transpose", makeMoveKernel},
};

Shape ofOneSample(Shape shape) {
  shape.insert(shape.begin(), 1);
  return shape;
}

}  // namespace

OperationForm KernelContext::form() const {
  return operation().form(inputShape(0));
}

Shape KernelContext::inputShape(std::size_t input) const {
  return ofOneSample(network.valueShape(graphNode().inputs[input]));
}

Shape KernelContext::outputShape() const {
  return ofOneSample(network.valueShape(node + 1));
}

MadeKernel makeKernel(const KernelContext& context) {
  const auto* const entry =
      std::find_if(table.begin(), table.end(), [&](const Entry& e) { return e.op == context.graphNode().op; });
  assert(entry != table.end());
  return entry->make(context);
}

}  // namespace axescope
