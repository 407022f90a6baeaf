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
  PaddedImage(const LayerInfo& info, const ActivationQuantizer& quantizer, std::int64_t height, std::int64_t width)
      : quantizer_(quantizer),
        inputs_(info.inputs),
        height_(height),
        width_(width),
        paddedWidth_(width + info.conv.padLeft + info.conv.padRight),
        planes_(static_cast<std::size_t>(inputs_ * height * width)),
        padded_(static_cast<std::size_t>((height + info.conv.padTop + info.conv.padBottom) * paddedWidth_ * inputs_),
                static_cast<std::uint8_t>(quantizer.zeroPoint)),
        pixels_(padded_.size() > planes_.size() ? planes_.size() : 0),
        first_((info.conv.padTop * paddedWidth_ + info.conv.padLeft) * inputs_) {}

  /// Channels-last codes of a planar image.
  const std::uint8_t* quantize(const float* image) {
    const std::int64_t positions = height_ * width_;
    quantizer_.quantize({image, planes_.size()}, std::span(planes_));
    transpose(planes_.data(), inputs_, positions, positions, (pixels_.empty() ? padded_ : pixels_).data(), inputs_);
    for (std::int64_t y = 0; !pixels_.empty() && y < height_; ++y) {
      std::copy_n(pixels_.data() + y * width_ * inputs_, width_ * inputs_,
                  padded_.data() + first_ + y * paddedWidth_ * inputs_);
    }
    return padded_.data();
  }

 private:
  const ActivationQuantizer& quantizer_;
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
      input_(input),
      scaling_(layer, input),
      weights_(codes.data(), codes.data() + codes.size()),
      kernels_(info, ZeroMargins::inImage) {}

void DirectConvolution::run(const Tensor& input, Tensor& output) const {
  const std::int64_t height = input.shape[2];
  const std::int64_t width = input.shape[3];
  const std::int64_t positions = output.shape[2] * output.shape[3];
  const std::int64_t outputSize = info_.channels * positions;
  Convolution<std::uint8_t>::Run convolve(*kernels_.at(height, width, weights_));
  PaddedImage codes(info_, input_, height, width);
  const auto sums = std::make_unique_for_overwrite<std::int32_t[]>(static_cast<std::size_t>(outputSize));
  for (std::int64_t sample = 0; sample < input.samples(); ++sample) {
    convolve(codes.quantize(input.data.data() + sample * input.sampleSize()), sums.get());
    scaling_.toPlanes(sums.get(), positions, 0, info_.channels, output.data.data() + sample * outputSize, positions);
  }
}

}  // namespace axescope
