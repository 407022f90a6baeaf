// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/direct_convolution.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "core/linalg/transpose.h"

namespace axescope {

namespace {

constexpr int byteBits = 8;
constexpr std::int64_t largestByte = 255;

// The same quantizer with codes from 0: Σ q_i (x_i − z) does not change when codes and zero point move together.
ActivationQuantizer withUnsignedCodes(ActivationQuantizer quantizer) {
  quantizer.zeroPoint -= quantizer.range().low;
  quantizer.encoding = ActivationEncoding::asymmetric;
  return quantizer;
}

bool addsExactly(const CodeMatrix& codes) {
  return std::all_of(codes.rowwise().begin(), codes.rowwise().end(), [](const auto& channel) {
    std::int64_t positive = 0;
    std::int64_t negative = 0;
    for (const std::int16_t code : channel) (code > 0 ? positive : negative) += code;
    return largestByte * std::max(positive, -negative) <= largestConvolutionSum;
  });
}

bool fitSignedBytes(const CodeMatrix& codes) {
  return std::all_of(codes.data(), codes.data() + codes.size(),
                     [](std::int16_t code) { return code >= -128 && code <= 127; });
}

// Codes of an image with the margins that a convolution sees around it.
class PaddedImage {
 public:
  PaddedImage(const LayerInfo& info, std::int64_t zeroPoint, std::int64_t height, std::int64_t width)
      : inputs_(info.inputs),
        height_(height),
        width_(width),
        paddedWidth_(width + info.conv.padLeft + info.conv.padRight),
        planes_(static_cast<std::size_t>(inputs_ * height * width)),
        padded_(static_cast<std::size_t>((height + info.conv.padTop + info.conv.padBottom) * paddedWidth_ * inputs_),
                static_cast<std::uint8_t>(zeroPoint)),
        pixels_(padded_.size() > planes_.size() ? planes_.size() : 0),
        first_((info.conv.padTop * paddedWidth_ + info.conv.padLeft) * inputs_) {}

  /// Planar, to be written before channelsLast().
  std::span<std::uint8_t> planes() { return planes_; }

  const std::uint8_t* channelsLast() {
    const std::int64_t positions = height_ * width_;
    transpose(planes_.data(), inputs_, positions, positions, (pixels_.empty() ? padded_ : pixels_).data(), inputs_);
    for (std::int64_t y = 0; !pixels_.empty() && y < height_; ++y) {
      std::copy_n(pixels_.data() + y * width_ * inputs_, width_ * inputs_,
                  padded_.data() + first_ + y * paddedWidth_ * inputs_);
    }
    return padded_.data();
  }

 private:
  std::int64_t inputs_;
  std::int64_t height_;
  std::int64_t width_;
  std::int64_t paddedWidth_;
  std::vector<std::uint8_t> planes_;
  std::vector<std::uint8_t> padded_;  // the margins stay what they are, from image to image
  std::vector<std::uint8_t> pixels_;  // without margins; empty where there are none
  std::int64_t first_;                // where the first pixel lies
};

}  // namespace

std::unique_ptr<const DirectConvolution> DirectConvolution::make(const LayerInfo& info, const QuantizedLayer& layer) {
  const ChannelUnitCodes units(layer.codes, layer.multipliers);
  if (info.kind != LayerKind::conv2d || layer.input.bits > byteBits || !fitSignedBytes(units.codes()) ||
      !addsExactly(units.codes())) {
    return nullptr;
  }
  return std::unique_ptr<const DirectConvolution>(
      new DirectConvolution(info, layer, units.codes(), withUnsignedCodes(layer.input)));
}

DirectConvolution::DirectConvolution(const LayerInfo& info, const QuantizedLayer& layer, const CodeMatrix& codes,
                                     const ActivationQuantizer& input)
    : info_(info),
      firstCode_(layer.input.range().low),
      input_(input),
      scaling_(layer, input),
      weights_(codes.data(), codes.data() + codes.size()),
      kernels_(info, ZeroMargins::inImage) {}

template <class Image, class Scaling>
void DirectConvolution::runImages(const Shape& input, const Image& image, const Scaling& scaling,
                                  typename Scaling::Value* output) const {
  const std::int64_t height = input[2];
  const std::int64_t width = input[3];
  const std::int64_t positions = info_.conv.outputHeight(height) * info_.conv.outputWidth(width);
  const std::int64_t outputSize = info_.channels * positions;
  Convolution<std::uint8_t>::Run convolve(*kernels_.at(height, width, weights_));
  PaddedImage codes(info_, input_.zeroPoint, height, width);
  const auto sums = std::make_unique_for_overwrite<std::int32_t[]>(static_cast<std::size_t>(outputSize));
  for (std::int64_t sample = 0; sample < input.front(); ++sample) {
    image(sample, codes.planes());
    convolve(codes.channelsLast(), sums.get());
    scaling.toPlanes(sums.get(), positions, 0, info_.channels, output + sample * outputSize, positions);
  }
}

void DirectConvolution::run(const Tensor& input, Tensor& output) const {
  const auto quantize = [&](std::int64_t sample, std::span<std::uint8_t> planes) {
    input_.quantize({input.data.data() + sample * input.sampleSize(), planes.size()}, planes);
  };
  runImages(input.shape, quantize, scaling_, output.data.data());
}

void DirectConvolution::run(const CodeTensor& input, const CodeScaling& scaling, CodeTensor& output) const {
  const auto shifted = [&](std::int64_t sample, std::span<std::uint8_t> planes) {
    const std::int16_t* const codes = input.codes.data() + sample * input.sampleSize();
    std::transform(codes, codes + planes.size(), planes.begin(),
                   [&](std::int16_t code) { return static_cast<std::uint8_t>(code - firstCode_); });
  };
  // Inputs lie firstCode_ above those that this scaling is for.
  runImages(input.shape, shifted, ofLargerInputs(scaling, -firstCode_, scaling_.codeSums()), output.codes.data());
}

}  // namespace axescope
