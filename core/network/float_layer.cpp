// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/float_layer.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "core/linalg/product.h"
#include "core/linalg/transpose.h"
#include "core/network/columns.h"

namespace axescope {

namespace {

bool within(std::int64_t value, std::int64_t least) {
  return value >= least && value <= mostElementsPerSample;
}

bool isSound(const ConvGeometry& conv) {
  const auto all = [](std::initializer_list<std::int64_t> values, std::int64_t least) {
    return std::all_of(values.begin(), values.end(), [&](std::int64_t v) { return within(v, least); });
  };
  return all({conv.kernelHeight, conv.kernelWidth, conv.strideY, conv.strideX, conv.dilationY, conv.dilationX,
              conv.groups},
             1) &&
         all({conv.padTop, conv.padBottom, conv.padLeft, conv.padRight}, 0) &&
         within(conv.kernelHeight * conv.kernelWidth, 1);
}

// A window of the dilated kernel fits the padded size.
bool fits(std::int64_t size, std::int64_t before, std::int64_t after, std::int64_t kernel, std::int64_t dilation) {
  return size + before + after > (kernel - 1) * dilation;
}

void linearLayer(const LayerInfo& info, const LayerTensors& tensors, const Tensor& input, Tensor& output) {
  const std::int64_t rows = output.size() / info.channels;
  multiply(FloatProduct{.transposeB = Transpose::yes,
                        .m = rows,
                        .n = info.channels,
                        .k = info.inputs,
                        .a = input.data.data(),
                        .lda = info.inputs,
                        .b = tensors.weight.data(),
                        .ldb = info.inputs,
                        .c = output.data.data(),
                        .ldc = info.channels});
  if (tensors.bias.empty()) return;
  float* row = output.data.data();
  for (std::int64_t r = 0; r < rows; ++r, row += info.channels) {
    std::transform(row, row + info.channels, tensors.bias.begin(), row, std::plus<>());
  }
}

void addBias(const std::vector<float>& biases, std::int64_t positions, float* planes) {
  for (const float bias : biases) {
    std::for_each(planes, planes + positions, [bias](float& v) { v += bias; });
    planes += positions;
  }
}

// Direct kernels add all terms of a sum one after the other; products over columns cut long ones into pieces, whose
// rounding errors grow less. For short ones the columns cost more than the product.
constexpr std::int64_t mostDirectTerms = 1024;

// Image by image through a kernel that takes its channels last.
void convolveDirectly(const Convolution<float>& convolution, const LayerTensors& tensors, const Tensor& input,
                      Tensor& output) {
  const std::int64_t inputs = input.shape[1];
  const std::int64_t channels = output.shape[1];
  const std::int64_t inputPositions = input.shape[2] * input.shape[3];
  const std::int64_t positions = output.shape[2] * output.shape[3];
  const auto pixels = std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(inputs * inputPositions));
  const auto results = std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(channels * positions));
  Convolution<float>::Run convolve(convolution);
  for (std::int64_t sample = 0; sample < input.samples(); ++sample) {
    float* const planes = output.data.data() + sample * channels * positions;
    transpose(input.data.data() + sample * inputs * inputPositions, inputs, inputPositions, inputPositions,
              pixels.get(), inputs);
    convolve(pixels.get(), results.get());
    transpose(results.get(), positions, channels, channels, planes, positions);
    addBias(tensors.bias, positions, planes);
  }
}

// W · columnsᵀ, so that the result is planar as the output is. Columns are made for as many positions as fit the
// second-level cache.
class ConvLayer {
 public:
  ConvLayer(const LayerInfo& info, const LayerTensors& tensors, const Tensor& input, Tensor& output)
      : info_(info),
        tensors_(tensors),
        input_(input),
        output_(output),
        columns_{.conv = info.conv, .inputs = info.inputs, .height = input.shape[2], .width = input.shape[3]},
        positions_(columns_.positions()),
        block_(std::clamp(mostColumnValues / columns_.k(), std::int64_t{16}, std::max(positions_, std::int64_t{16}))) {}

  void run() {
    if (!imageIsColumns()) values_.resize(static_cast<std::size_t>(block_ * columns_.k()));
    for (std::int64_t sample = 0; sample < input_.samples(); ++sample) {
      const float* const image = input_.data.data() + sample * input_.sampleSize();
      float* const planes = output_.data.data() + sample * output_.sampleSize();
      for (std::int64_t group = 0; group < info_.groups(); ++group) oneGroup(image, group, planes);
      addBias(tensors_.bias, positions_, planes);
    }
  }

 private:
  static constexpr std::int64_t mostColumnValues = 1 << 16;

  // A plain 1×1 convolution reads the image as it lies: K planes of positions.
  bool imageIsColumns() const {
    const ConvGeometry& c = info_.conv;
    return c.kernelHeight == 1 && c.kernelWidth == 1 && c.strideY == 1 && c.strideX == 1 && c.padTop == 0 &&
           c.padBottom == 0 && c.padLeft == 0 && c.padRight == 0;
  }

  void oneGroup(const float* image, std::int64_t group, float* planes) {
    const std::int64_t k = columns_.k();
    const std::int64_t channels = info_.channelsPerGroup();
    FloatProduct product{.m = channels,
                         .n = positions_,
                         .k = k,
                         .a = tensors_.weight.data() + group * channels * k,
                         .lda = k,
                         .b = image + group * k * positions_,
                         .ldb = positions_,
                         .c = planes + group * channels * positions_,
                         .ldc = positions_};
    if (imageIsColumns()) {
      multiply(product);
      return;
    }
    product.transposeB = Transpose::yes;
    product.b = values_.data();
    product.ldb = k;
    for (std::int64_t first = 0; first < positions_; first += block_, product.c += block_) {
      product.n = std::min(block_, positions_ - first);
      columns_.fill(image, group, first, product.n, values_.data(), k);
      multiply(product);
    }
  }

  const LayerInfo& info_;
  const LayerTensors& tensors_;
  const Tensor& input_;
  Tensor& output_;
  Columns<float> columns_;
  std::int64_t positions_;
  std::int64_t block_;
  std::vector<float> values_;
};

}  // namespace

namespace {

tl::unexpected<Error> badLayer(const LayerInfo& info, std::string expected, std::string found) {
  return fail(ErrorCode::wrongShape, {}, "/layers/" + info.name, std::move(expected), std::move(found));
}

}  // namespace

Status checkLayer(const LayerInfo& info) {
  if (!within(info.channels, 1) || !within(info.inputs, 1) || !isSound(info.conv)) {
    return badLayer(info, "sizes, stride, dilation and groups of at least 1 and padding of at least 0", "others");
  }
  if (info.channels % info.groups() != 0 || info.inputs % info.groups() != 0) {
    return badLayer(info, fmt::format("{} groups that divide the channels", info.groups()),
                    fmt::format("{} inputs and {} outputs", info.inputs, info.channels));
  }
  return {};
}

Status checkLayer(const LayerInfo& info, const LayerTensors& tensors) {
  if (tensors.weight.rows() != info.channels || tensors.weight.cols() != info.k()) {
    return badLayer(info, fmt::format("a weight of {}x{}", info.channels, info.k()),
                    fmt::format("{}x{}", tensors.weight.rows(), tensors.weight.cols()));
  }
  if (!tensors.bias.empty() && static_cast<std::int64_t>(tensors.bias.size()) != info.channels) {
    return badLayer(info, fmt::format("a bias of {} values", info.channels), fmt::format("{}", tensors.bias.size()));
  }
  return {};
}

Result<Shape> layerOutputShape(const LayerInfo& info, const Shape& input) {
  if (info.kind == LayerKind::linear) {
    if (input.size() == 4 && input[1] == info.inputs && input[2] == 1 && input[3] == 1) {
      return Shape{input[0], info.channels};
    }
    if (input.size() < 2 || input.back() != info.inputs) {
      return shapeMismatch(fmt::format("{} features on the last axis", info.inputs), input);
    }
    Shape shape = input;
    shape.back() = info.channels;
    return shape;
  }
  if (input.size() != 4 || input[1] != info.inputs) {
    return shapeMismatch(fmt::format("images [N, {}, H, W]", info.inputs), input);
  }
  const ConvGeometry& conv = info.conv;
  if (!fits(input[2], conv.padTop, conv.padBottom, conv.kernelHeight, conv.dilationY) ||
      !fits(input[3], conv.padLeft, conv.padRight, conv.kernelWidth, conv.dilationX)) {
    return shapeMismatch(
        fmt::format("images that hold a {}x{} kernel with their padding", conv.kernelHeight, conv.kernelWidth), input);
  }
  return Shape{input[0], info.channels, conv.outputHeight(input[2]), conv.outputWidth(input[3])};
}

Status runFloatLayer(const LayerInfo& info, const LayerTensors& tensors, const Tensor& input, Tensor& output,
                     const SizedConvolution<float>* direct) {
  auto shape = layerOutputShape(info, input.shape);
  if (!shape) {
    shape.error().object = "/layers/" + info.name;
    return fail(std::move(shape).error());
  }
  prepare(output, *shape);
  if (info.kind == LayerKind::linear) {
    linearLayer(info, tensors, input, output);
    return {};
  }
  std::optional<Convolution<float>> convolution;
  if (direct != nullptr && info.k() <= mostDirectTerms) {
    const auto count = static_cast<std::size_t>(tensors.weight.size());
    convolution = direct->at(input.shape[2], input.shape[3], {tensors.weight.data(), count});
  }
  if (convolution) {
    convolveDirectly(*convolution, tensors, input, output);
  } else {
    ConvLayer(info, tensors, input, output).run();
  }
  return {};
}

}  // namespace axescope
