// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/dump/dump.h"
#include "core/linalg/convolution.h"

namespace axescope {

/// Where the zeros around an image come from: the kernel, or margins that are part of the image already.
enum class ZeroMargins { ofKernel, inImage };

/// A layer's direct convolution for each size of image that comes along, made on first use and kept; shared by threads.
/// A network runs a layer at very few sizes.
template <class Input>
class SizedConvolution {
 public:
  SizedConvolution(LayerInfo info, ZeroMargins margins) : info_(std::move(info)), margins_(margins) {}

  /// For images [height][width] without margins. `weights` is the same at each call; empty as Convolution::make() says.
  std::optional<Convolution<Input>> at(std::int64_t height, std::int64_t width,
                                       std::span<const typename Convolution<Input>::Weight> weights) const {
    const std::scoped_lock lock(mutex_);
    const auto found = std::find_if(made_.begin(), made_.end(),
                                    [&](const Made& made) { return made.height == height && made.width == width; });
    if (found != made_.end()) return found->convolution;
    made_.push_back({height, width, Convolution<Input>::make(shape(height, width), weights)});
    return made_.back().convolution;
  }

 private:
  struct Made {
    std::int64_t height = 0, width = 0;
    std::optional<Convolution<Input>> convolution;
  };

  ConvolutionShape shape(std::int64_t height, std::int64_t width) const {
    const ConvGeometry& conv = info_.conv;
    ConvolutionShape shape{.inputs = info_.inputs,
                           .channels = info_.channels,
                           .groups = conv.groups,
                           .height = height,
                           .width = width,
                           .padTop = conv.padTop,
                           .padBottom = conv.padBottom,
                           .padLeft = conv.padLeft,
                           .padRight = conv.padRight,
                           .kernelHeight = conv.kernelHeight,
                           .kernelWidth = conv.kernelWidth,
                           .strideY = conv.strideY,
                           .strideX = conv.strideX,
                           .dilationY = conv.dilationY,
                           .dilationX = conv.dilationX};
    if (margins_ == ZeroMargins::inImage) {
      shape.height += std::exchange(shape.padTop, 0) + std::exchange(shape.padBottom, 0);
      shape.width += std::exchange(shape.padLeft, 0) + std::exchange(shape.padRight, 0);
    }
    return shape;
  }

  LayerInfo info_;
  ZeroMargins margins_;
  mutable std::mutex mutex_;
  mutable std::vector<Made> made_;
};

}  // namespace axescope
