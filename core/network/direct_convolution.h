// SPDX-License-Identifier: GPL-3.0-or-later
// A quantized convolution whose dot products cannot overflow, without columns: the order of additions does not matter
// then, and the machine's own kernel takes the image as it is.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/dump/dump.h"
#include "core/linalg/matrix.h"
#include "core/network/code_tensor.h"
#include "core/network/output_scaling.h"
#include "core/network/sized_convolution.h"

namespace axescope {

/// Shared by threads.
class DirectConvolution {
 public:
  /// Null for layers that it cannot serve: linear ones, more than 8 bits, sums that the kernels would not add exactly.
  static std::unique_ptr<const DirectConvolution> make(const LayerInfo& info, const QuantizedLayer& layer);

  /// Whether this machine has a kernel for images of this size; it is made and kept on first use.
  bool serves(std::int64_t height, std::int64_t width) const {
    return kernels_.at(height, width, weights_).has_value();
  }

  /// input [N, I, H, W] of a size that it serves; the output has its shape and storage. On the calling thread.
  void run(const Tensor& input, Tensor& output) const;
  /// The same from the layer's input codes to those of `scaling`.
  void run(const CodeTensor& input, const CodeScaling& scaling, CodeTensor& output) const;

 private:
  /// Codes in units of their channel's scale.
  DirectConvolution(const LayerInfo& info, const QuantizedLayer& layer, const CodeMatrix& codes,
                    const ActivationQuantizer& input);

  /// image(sample, planes) writes the planar codes of a sample; [N, C, OH, OW] to `output`.
  template <class Image, class Scaling>
  void runImages(const Shape& input, const Image& image, const Scaling& scaling, typename Scaling::Value* output) const;

  LayerInfo info_;
  std::int64_t firstCode_;     // the least code of the layer's inputs; those used here begin at 0
  ActivationQuantizer input_;  // with these codes
  OutputScaling scaling_;
  std::vector<std::int8_t> weights_;
  SizedConvolution<std::uint8_t> kernels_;
};

}  // namespace axescope
