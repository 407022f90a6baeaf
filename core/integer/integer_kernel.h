// SPDX-License-Identifier: GPL-3.0-or-later
// One node on integers. To add one: a factory in the integer_*.cpp it is closest to, and a line in the table of
// integer_kernel.cpp.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/network/code_tensor.h"
#include "core/network/network.h"
#include "core/number/requantizer.h"

namespace axescope {

/// Const after it was made; shared by threads.
class IntegerKernel {
 public:
  IntegerKernel() = default;
  virtual ~IntegerKernel() = default;
  IntegerKernel(const IntegerKernel&) = delete;
  IntegerKernel& operator=(const IntegerKernel&) = delete;

  /// Inputs of the shapes that the network gives its values; output has its shape and storage.
  virtual void run(std::span<const CodeTensor* const> inputs, CodeTensor& output) const = 0;
};

/// What a kernel is made of.
struct KernelContext {
  const Network& network;
  std::size_t node = 0;
  std::vector<ActivationQuantizer> inputs;  // what their codes stand for; the output's, where codes are handed on
  ActivationQuantizer output;
  int multiplierBits = 31;

  const Network::Node& graphNode() const { return network.nodes()[node]; }
  const Operation& operation() const { return network.operation(node); }
  OperationForm form() const;
  /// Shape of an input for one sample, the sample axis included.
  Shape inputShape(std::size_t input) const;
  Shape outputShape() const;
};

using MadeKernel = std::unique_ptr<const IntegerKernel>;

/// Of a node that is no layer and that the plan keeps in integers.
MadeKernel makeKernel(const KernelContext& context);

// integer_channel.cpp
MadeKernel makeChannelKernel(const KernelContext& context);  // normalize, batch_norm

// integer_pool.cpp
MadeKernel makePoolKernel(const KernelContext& context);  // max_pool2d, avg_pool2d, global_avg_pool2d

// integer_arithmetic.cpp
MadeKernel makeSumKernel(const KernelContext& context);      // add
MadeKernel makeProductKernel(const KernelContext& context);  // mul

// integer_lookup.cpp
MadeKernel makeLimitKernel(const KernelContext& context);   // relu, relu6
MadeKernel makeLookupKernel(const KernelContext& context);  // gelu, silu, sigmoid, tanh, hardswish

// integer_layout.cpp
MadeKernel makeMoveKernel(const KernelContext& context);  // flatten, reshape, transpose, slice, pad, concat

}  // namespace axescope
