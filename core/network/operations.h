// SPDX-License-Identifier: GPL-3.0-or-later
// Factories of all operations, by the file that holds them. Each validates its attributes and params.
#pragma once

#include "core/network/operation.h"

namespace axescope {

// operations_activation.cpp: the same function of each element.
MadeOperation makeRelu(const OperationContext& context);
MadeOperation makeRelu6(const OperationContext& context);
MadeOperation makeGelu(const OperationContext& context);  // approximate: none | tanh
MadeOperation makeSilu(const OperationContext& context);
MadeOperation makeHardswish(const OperationContext& context);
MadeOperation makeSigmoid(const OperationContext& context);
MadeOperation makeTanh(const OperationContext& context);
MadeOperation makeSoftmax(const OperationContext& context);  // axis, default −1

// operations_arithmetic.cpp: two values, broadcast along axes of size 1.
MadeOperation makeAdd(const OperationContext& context);
MadeOperation makeMul(const OperationContext& context);

// operations_channel.cpp: a scale and a shift for each channel.
MadeOperation makeNormalize(const OperationContext& context);  // mean[], std[], divisor
MadeOperation makeBatchNorm(const OperationContext& context);  // params weight, bias, mean, var; eps

// operations_norm.cpp: over the last axis.
MadeOperation makeLayerNorm(const OperationContext& context);  // params weight, bias or none; eps
MadeOperation makeRmsNorm(const OperationContext& context);    // param weight; eps

// operations_embedding.cpp: rows of tables.
MadeOperation makeEmbedding(const OperationContext& context);          // param weight [V, D]: token ids → [N, L, D]
MadeOperation makePositionEmbedding(const OperationContext& context);  // param weight [P, D], offset

// operations_attention.cpp: q, k and v → softmax(q kᵀ scale) v.
MadeOperation makeAttention(const OperationContext& context);  // heads, kv_heads, causal, scale, rope

// operations_rotation.cpp: products with fixed orthonormal matrices.
MadeOperation makeHadamard(const OperationContext& context);  // block
MadeOperation makeReorder(const OperationContext& context);   // order[]; axis 1: channels, −1 (default): features

// operations_layout.cpp: the same numbers in another place.
MadeOperation makeFlatten(const OperationContext& context);    // start_axis, default 1
MadeOperation makeReshape(const OperationContext& context);    // shape: −1 for samples, then sizes, one may be −1
MadeOperation makeTranspose(const OperationContext& context);  // axes (or perm), axis 0 stays
MadeOperation makeSlice(const OperationContext& context);      // axis, start, stop, step ≥ 1
MadeOperation makePad(const OperationContext& context);        // before[], after[] for each axis, value
MadeOperation makeConcat(const OperationContext& context);     // axis

// operations_pool.cpp: windows over [N, C, H, W]; edges as in PyTorch.
MadeOperation makeMaxPool2d(const OperationContext& context);        // kernel, stride, padding, ceil_mode
MadeOperation makeAvgPool2d(const OperationContext& context);        // the same, count_include_pad
MadeOperation makeGlobalAvgPool2d(const OperationContext& context);  // [N, C, 1, 1]; keepdims false: [N, C]

}  // namespace axescope
