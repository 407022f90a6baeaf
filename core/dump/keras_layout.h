// SPDX-License-Identifier: GPL-3.0-or-later
// Where Keras keeps the kernels of its layers.
//   legacy .h5:      [/model_weights]/<layer>/…/<name>/kernel:0 and bias:0, layer order in attribute layer_names
//   Keras 3 .weights.h5:  /layers/<class or attribute>/…/vars/0, 1, …: kernel, bias, without names
#pragma once

#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/hdf5/reader.h"

namespace axescope {

struct KerasKernel {
  std::string layer;  // name for the user, unique in the file
  std::string kernel;
  std::string bias;  // candidate; empty when there is none
  /// [kh, kw, I, M] instead of [kh, kw, I, O].
  bool depthwise = false;
};

enum class KerasLayout { none, legacy, version3 };

Result<KerasLayout> kerasLayout(const hdf5::Reader& reader);

/// Kernels in the model's order (legacy) or in the order of their paths, numbers by value. Shapes are not looked at.
Result<std::vector<KerasKernel>> kerasKernels(const hdf5::Reader& reader, KerasLayout layout);

}  // namespace axescope
