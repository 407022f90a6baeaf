// SPDX-License-Identifier: GPL-3.0-or-later
// The one door to convolutions without columns in memory: oneDNN's direct kernels, where it has a fast one. Each call
// works on the calling thread alone and on one image, so that a result depends on its image and nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

namespace axescope {

struct ConvolutionShape {
  std::int64_t inputs = 0, channels = 0;  // over all groups
  std::int64_t groups = 1;
  std::int64_t height = 0, width = 0;                                 // of the image
  std::int64_t padTop = 0, padBottom = 0, padLeft = 0, padRight = 0;  // zeros around it
  std::int64_t kernelHeight = 1, kernelWidth = 1;
  std::int64_t strideY = 1, strideX = 1;
  std::int64_t dilationY = 1, dilationX = 1;

  std::int64_t outputHeight() const {
    return (padTop + height + padBottom - (kernelHeight - 1) * dilationY - 1) / strideY + 1;
  }
  std::int64_t outputWidth() const {
    return (padLeft + width + padRight - (kernelWidth - 1) * dilationX - 1) / strideX + 1;
  }
};

/// Kernels pass integer sums through float32: they are exact while no dot product can exceed this.
inline constexpr std::int64_t largestConvolutionSum = std::int64_t{1} << 24;

struct ConvolutionKernel;

/// Weights packed for a kernel; const, shared by threads. Input: float or std::uint8_t.
template <class Input>
class Convolution {
 public:
  using Weight = std::conditional_t<std::is_same_v<Input, float>, float, std::int8_t>;
  using Sum = std::conditional_t<std::is_same_v<Input, float>, float, std::int32_t>;

  /// weights: [channels][inputs / groups][kernelHeight][kernelWidth]. Empty where this machine has no fast (and, for
  /// integers, exact) kernel for the shape.
  static std::optional<Convolution> make(const ConvolutionShape& shape, std::span<const Weight> weights);

  /// One thread's use of it.
  class Run {
   public:
    explicit Run(const Convolution& convolution);
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    /// Channels-last: [height][width][inputs] to [outputHeight][outputWidth][channels].
    void operator()(const Input* image, Sum* output);

   private:
    struct Memory;
    std::shared_ptr<const ConvolutionKernel> kernel_;
    std::unique_ptr<Memory> memory_;
  };

 private:
  static std::optional<Convolution> pack(const ConvolutionShape& shape, std::span<const Weight> weights);
  static bool extremesAddExactly();
  explicit Convolution(std::shared_ptr<const ConvolutionKernel> kernel) : kernel_(std::move(kernel)) {}
  std::shared_ptr<const ConvolutionKernel> kernel_;
};

extern template class Convolution<float>;
extern template class Convolution<std::uint8_t>;

}  // namespace axescope
