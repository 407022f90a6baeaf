// SPDX-License-Identifier: GPL-3.0-or-later
// Linear and convolution layers: their shapes for any datapath, and their product in float32.
#pragma once

#include <span>

#include "core/dump/dump.h"
#include "core/network/shape.h"
#include "core/network/sized_convolution.h"

namespace axescope {

/// Sizes within range, groups dividing channels. Errors: wrongShape, without file.
Status checkLayer(const LayerInfo& info);
/// Tensors of a layer that passed: weight [C×K], bias of C values or none. Errors: wrongShape, without file.
Status checkLayer(const LayerInfo& info, const LayerTensors& tensors);

/// linear: the last axis, of I features, becomes C; images [N, I, 1, 1] are taken as [N, I].
/// conv2d: [N, I, H, W] becomes [N, C, OH, OW]. Errors: wrongShape, without file and object.
Result<Shape> layerOutputShape(const LayerInfo& info, const Shape& input);

/// output = input · Wᵀ + b in float32, on the calling thread. The output gets its shape here. `direct` is the layer's
/// own direct convolution, for those who run it often enough to keep one, or null. Errors: those of layerOutputShape,
/// with the layer as object.
Status runFloatLayer(const LayerInfo& info, const LayerTensors& tensors, const Tensor& input, Tensor& output,
                     const SizedConvolution<float>* direct = nullptr);

}  // namespace axescope
