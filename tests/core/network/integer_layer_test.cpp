// SPDX-License-Identifier: GPL-3.0-or-later
// Every way of running a quantized layer gives the bits of its definition: one code, one addition, one output at a
// time.
#include "core/network/integer_layer.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "core/base/parallel.h"
#include "core/datapath/reference_emulator.h"
#include "core/linalg/convolution.h"
#include "core/linalg/product.h"
#include "core/network/float_layer.h"
#include "tests/core/network/small_network.h"

namespace axescope {
namespace {

using Random = std::mt19937;

std::int64_t among(Random& random, std::initializer_list<std::int64_t> values) {
  return *(values.begin() + static_cast<std::ptrdiff_t>(random() % values.size()));
}

struct Case {
  LayerInfo info;
  QuantizedLayer layer;
  Datapath datapath;
  Tensor input;
};

LayerInfo randomInfo(Random& random) {
  if (random() % 4 == 0) return linearInfo("layer", among(random, {1, 7, 16, 130}), among(random, {1, 3, 17}));
  ConvGeometry conv;
  conv.groups = among(random, {1, 1, 1, 2, 3, 4});
  conv.kernelHeight = among(random, {1, 2, 3, 5});
  conv.kernelWidth = among(random, {1, 1, 3, 4});
  conv.strideY = among(random, {1, 1, 2, 3});
  conv.strideX = among(random, {1, 1, 2});
  conv.dilationY = among(random, {1, 1, 2});
  conv.dilationX = among(random, {1, 1, 3});
  conv.padTop = among(random, {0, 1, 2});
  conv.padBottom = among(random, {0, 1, 3});
  conv.padLeft = among(random, {0, 1, 2});
  conv.padRight = among(random, {0, 1});
  return convInfo("layer", conv.groups * among(random, {1, 2, 3, 5, 16}), conv.groups * among(random, {1, 3, 4, 8, 19}),
                  conv);
}

Case randomCase(unsigned seed) {
  Random random(seed);
  Case c;
  c.info = randomInfo(random);
  constexpr ActivationEncoding encodings[] = {ActivationEncoding::asymmetric, ActivationEncoding::centred,
                                              ActivationEncoding::signedSymmetric,
                                              ActivationEncoding::unsignedSymmetric};
  const ActivationEncoding encoding = encodings[random() % 4];
  const int bits = static_cast<int>(
      2 + random() %
              (encoding == ActivationEncoding::centred || encoding == ActivationEncoding::signedSymmetric ? 15 : 14));
  c.layer.input = activationQuantizer(-1.3, 1.7, random() % 2 == 0 ? 8 : bits, encoding);
  c.layer.weightBits = static_cast<int>(2 + random() % 7);
  const IntegerRange codes = weightCodeRange(c.layer.weightBits, WeightRange::full);
  std::uniform_int_distribution<int> code(static_cast<int>(codes.low), static_cast<int>(codes.high));
  c.layer.codes.resize(c.info.channels, c.info.k());
  for (std::int16_t& q : c.layer.codes.reshaped()) q = static_cast<std::int16_t>(code(random));
  for (std::int64_t channel = 0; channel < c.info.channels; ++channel) {
    c.layer.scales.push_back(0.01 + 1e-6 * static_cast<double>(random() % 1000));
  }
  if (random() % 2 == 0) c.layer.bias = randomTensor({c.info.channels}, seed).data;
  const Overflow overflow = random() % 2 == 0 ? Overflow::wrap : Overflow::saturate;
  c.datapath = {.innerBits = random() % 2 == 0 ? 40 : static_cast<int>(8 + random() % 10),
                .outerBits = 0,
                .tileSize = among(random, {0, 0, 5, 16}),
                .innerOverflow = overflow,
                .outerOverflow = overflow};
  const std::int64_t samples = among(random, {1, 2, 5});
  const Shape shape = c.info.kind == LayerKind::linear
                          ? Shape{samples, c.info.inputs}
                          : Shape{samples, c.info.inputs, among(random, {9, 12}), among(random, {10, 17})};
  c.input = randomTensor(shape, seed + 1);
  if (seed % 2 == 1) {
    const Tiling tiling = Tiling::of(c.info.k(), c.datapath.tileSize);
    CodeMatrix multipliers(c.info.channels, tiling.tiles());
    for (std::int16_t& m : multipliers.reshaped()) m = static_cast<std::int16_t>(1 + random() % 15);
    c.layer.multipliers = {tiling, multipliers};
  }
  return c;
}

std::int64_t definedSum(const Case& c, const IntegerLayer& layer, std::int64_t channel,
                        std::span<const std::int16_t> x) {
  const std::int64_t perGroup = c.info.channelsPerGroup();
  const LayerEmulator& emulator = layer.emulators()[static_cast<std::size_t>(channel / perGroup)];
  const std::span q(c.layer.codes.row(channel).data(), x.size());
  return emulateDotProduct(q, x, emulator.datapath(), AccumulationOrder::natural(emulator.certificate().tiling()),
                           c.layer.multipliers.ofTiles(channel))
      .result;
}

float definedOutput(const Case& c, const IntegerLayer& layer, std::int64_t channel, std::span<const std::int16_t> x) {
  const std::int64_t sum = definedSum(c, layer, channel, x);
  const std::span q(c.layer.codes.row(channel).data(), x.size());
  std::int64_t codes = 0;
  for (std::size_t k = 0; k < q.size(); ++k) {
    codes += q[k] * c.layer.multipliers.ofColumn(channel, static_cast<std::int64_t>(k));
  }
  const double scale = c.layer.input.scale * c.layer.scales[static_cast<std::size_t>(channel)];
  const float bias = c.layer.bias.empty() ? 0.0F : c.layer.bias[static_cast<std::size_t>(channel)];
  return static_cast<float>(scale * static_cast<double>(sum - c.layer.input.zeroPoint * codes) +
                            static_cast<double>(bias));
}

// output(channel, input codes) for each of the layer's dot products.
template <class Output>
auto definedOutputs(const Case& c, const Output& outputOf) {
  const Shape shape = *layerOutputShape(c.info, c.input.shape);
  std::vector<decltype(outputOf(0, std::span<const std::int16_t>()))> output;
  std::vector<std::int16_t> x(static_cast<std::size_t>(c.info.k()));
  if (c.info.kind == LayerKind::linear) {
    for (std::int64_t row = 0; row < c.input.samples(); ++row) {
      for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = c.layer.input.quantize(c.input.data[static_cast<std::size_t>(row) * x.size() + i]);
      }
      for (std::int64_t o = 0; o < c.info.channels; ++o) output.push_back(outputOf(o, x));
    }
    return output;
  }
  const ConvGeometry& g = c.info.conv;
  const std::int64_t inputs = c.info.inputs / g.groups;
  const std::int64_t height = c.input.shape[2];
  const std::int64_t width = c.input.shape[3];
  for (std::int64_t n = 0; n < shape[0]; ++n) {
    for (std::int64_t o = 0; o < c.info.channels; ++o) {
      for (std::int64_t oy = 0; oy < shape[2]; ++oy) {
        for (std::int64_t ox = 0; ox < shape[3]; ++ox) {
          for (std::int64_t k = 0; k < c.info.k(); ++k) {
            const std::int64_t y = oy * g.strideY + k / g.kernelWidth % g.kernelHeight * g.dilationY - g.padTop;
            const std::int64_t column = ox * g.strideX + k % g.kernelWidth * g.dilationX - g.padLeft;
            const std::int64_t channel = o / c.info.channelsPerGroup() * inputs + k / (g.kernelHeight * g.kernelWidth);
            const bool inside = y >= 0 && y < height && column >= 0 && column < width;
            const std::int64_t at = ((n * c.info.inputs + channel) * height + y) * width + column;
            x[static_cast<std::size_t>(k)] =
                c.layer.input.quantize(inside ? c.input.data[static_cast<std::size_t>(at)] : 0.0F);
          }
          output.push_back(outputOf(o, x));
        }
      }
    }
  }
  return output;
}

Tensor definedOutputs(const Case& c, const IntegerLayer& layer) {
  const auto outputOf = [&](std::int64_t channel, std::span<const std::int16_t> x) {
    return definedOutput(c, layer, channel, x);
  };
  return {*layerOutputShape(c.info, c.input.shape), definedOutputs(c, outputOf)};
}

TEST(IntegerLayer, EveryPathGivesTheBitsOfTheDefinition) {
  std::array<int, 3> ran{};
  for (unsigned seed = 0; seed < 250; ++seed) {
    const Case c = randomCase(seed);
    const IntegerLayer layer(c.info, c.layer, c.datapath);
    const Tensor expected = definedOutputs(c, layer);
    const LayerPath path = layer.path(c.input.shape, CountOverflows::no);
    ++ran[static_cast<std::size_t>(path)];
    EXPECT_TRUE(path != LayerPath::convolution || layer.guaranteed()) << "seed " << seed;
    Tensor output;
    ASSERT_TRUE(layer.run(c.input, output, nullptr));
    ASSERT_EQ(output.shape, expected.shape);
    ASSERT_EQ(output.data, expected.data) << "seed " << seed << " path " << static_cast<int>(path);

    OverflowStatistics statistics;
    EXPECT_NE(layer.path(c.input.shape, CountOverflows::yes), LayerPath::convolution);
    ASSERT_TRUE(layer.run(c.input, output, &statistics));
    ASSERT_EQ(output.data, expected.data) << "counting, seed " << seed;
    const std::int64_t products = output.size() / c.info.channels;
    for (const ChannelOverflow& channel : statistics.channels) ASSERT_EQ(channel.dotProducts, products);
  }
  EXPECT_GT(ran[static_cast<std::size_t>(LayerPath::rows)], 20);
  EXPECT_GT(ran[static_cast<std::size_t>(LayerPath::columns)], 50);
  const ConvolutionShape usual{.inputs = 16, .channels = 16, .height = 9, .width = 9};
  if (Convolution<std::uint8_t>::make(usual, std::vector<std::int8_t>(256))) {
    EXPECT_GT(ran[static_cast<std::size_t>(LayerPath::convolution)], 30);
  }
}

TEST(IntegerLayer, EveryPathGivesTheBitsOfTheDefinitionFromCodesToCodes) {
  std::array<int, 3> ran{};
  for (unsigned seed = 0; seed < 250; ++seed) {
    const Case c = randomCase(seed);
    const IntegerLayer layer(c.info, c.layer, c.datapath);
    CodeTensor input{c.input.shape, {}};
    for (const float x : c.input.data) input.codes.push_back(c.layer.input.quantize(x));
    Random random(seed);
    const auto draw = [&](std::int64_t low, std::int64_t high) {
      return std::uniform_int_distribution<std::int64_t>(low, high)(random);
    };
    std::vector<Requantizer> channels;
    for (std::int64_t channel = 0; channel < c.info.channels; ++channel) {
      channels.push_back({.multiplier = draw(1, 200),
                          .addend = draw(-2500, 2500),
                          .zero = draw(0, 6),
                          .low = -200,
                          .high = 300,
                          .shift = static_cast<int>(draw(0, 11))});
    }
    const auto outputOf = [&](std::int64_t channel, std::span<const std::int16_t> x) {
      return channels[static_cast<std::size_t>(channel)](definedSum(c, layer, channel, x));
    };
    const std::vector<std::int16_t> expected = definedOutputs(c, outputOf);
    ++ran[static_cast<std::size_t>(layer.path(c.input.shape, CountOverflows::no))];
    CodeTensor output;
    ASSERT_TRUE(layer.run(input, CodeScaling(channels), output, nullptr));
    EXPECT_EQ(output.shape, *layerOutputShape(c.info, c.input.shape));
    ASSERT_EQ(output.codes, expected) << "seed " << seed;
    OverflowStatistics statistics;
    ASSERT_TRUE(layer.run(input, CodeScaling(channels), output, &statistics));
    ASSERT_EQ(output.codes, expected) << "counting, seed " << seed;
  }
  for (const LayerPath path : {LayerPath::rows, LayerPath::columns}) EXPECT_GT(ran[static_cast<std::size_t>(path)], 20);
  if (integerKernelsAreExact()) {
    EXPECT_GT(ran[static_cast<std::size_t>(LayerPath::convolution)], 30);
  }
}

// Rows of a linear layer, each with the scale and zero point of its own least and greatest value.
TEST(IntegerLayer, DynamicRowsGiveTheBitsOfTheDefinition) {
  int ran = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    Case c = randomCase(seed);
    if (c.info.kind != LayerKind::linear) continue;
    ++ran;
    c.layer.dynamicInput = true;
    const std::int64_t k = c.info.inputs;
    for (std::int64_t i = 0; i < c.input.size(); ++i) {
      c.input.data[static_cast<std::size_t>(i)] *= static_cast<float>(1 + i / k);
    }
    const IntegerLayer layer(c.info, c.layer, c.datapath);
    std::vector<float> expected;
    for (std::int64_t row = 0; row < c.input.samples(); ++row) {
      const auto begin = c.input.data.begin() + row * k;
      const auto [least, greatest] = std::minmax_element(begin, begin + k);
      Case own = c;
      own.layer.input = activationQuantizer(*least, *greatest, c.layer.input.bits, c.layer.input.encoding);
      own.input = {{1, k}, {begin, begin + k}};
      const Tensor one = definedOutputs(own, layer);
      expected.insert(expected.end(), one.data.begin(), one.data.end());
    }
    Tensor output;
    ASSERT_TRUE(layer.run(c.input, output, nullptr));
    ASSERT_EQ(output.data, expected) << "seed " << seed;
    OverflowStatistics statistics;
    ASSERT_TRUE(layer.run(c.input, output, &statistics));
    ASSERT_EQ(output.data, expected) << "counting, seed " << seed;
    c.layer.dynamicInput = false;  // the certificate knows nothing of scales
    EXPECT_EQ(layer.guaranteed(), IntegerLayer(c.info, c.layer, c.datapath).guaranteed());
  }
  EXPECT_GT(ran, 20);
}

Case usualConvolution() {
  Case c;
  c.info = convInfo("layer", 16, 32, {3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1});
  c.layer.input = activationQuantizer(-1.0, 2.0, 8, ActivationEncoding::asymmetric);
  c.layer.codes.setConstant(32, 144, 1);
  c.layer.scales.assign(32, 0.5);
  c.datapath = {.innerBits = 32, .outerBits = 32, .tileSize = 0};
  c.input = randomTensor({1, 16, 8, 8}, 1);
  return c;
}

TEST(IntegerLayer, AGuaranteedConvolutionNeedsNoColumns) {
  if (!integerKernelsAreExact()) GTEST_SKIP() << "no exact 8-bit kernels on this machine";
  const Case c = usualConvolution();
  const IntegerLayer layer(c.info, c.layer, c.datapath);
  EXPECT_EQ(layer.path(c.input.shape, CountOverflows::no), LayerPath::convolution);
}

// Kernels pass sums through float32, which has 24 bits.
TEST(IntegerLayer, SumsThatAKernelCouldRoundGoThroughColumns) {
  Case c = usualConvolution();
  c.info.inputs = 64;
  c.layer.codes.setConstant(32, 576, 127);
  c.input = randomTensor({1, 64, 8, 8}, 1);
  for (float& value : c.input.data) value = 2.0F;
  c.input.data.front() = 0.001F;
  const IntegerLayer layer(c.info, c.layer, c.datapath);
  ASSERT_TRUE(layer.guaranteed());
  EXPECT_EQ(layer.path(c.input.shape, CountOverflows::no), LayerPath::columns);
  Tensor output;
  ASSERT_TRUE(layer.run(c.input, output, nullptr));
  EXPECT_EQ(output.data, definedOutputs(c, layer).data);
}

TEST(IntegerLayer, TheExactLayerAddsWithoutAnyOverflow) {
  int differing = 0;
  for (unsigned seed = 0; seed < 120; ++seed) {
    Case c = randomCase(seed);
    const IntegerLayer exact = IntegerLayer::exact(c.info, c.layer);
    EXPECT_TRUE(exact.guaranteed());
    Tensor output;
    ASSERT_TRUE(exact.run(c.input, output, nullptr));
    Tensor narrow;
    ASSERT_TRUE(IntegerLayer(c.info, c.layer, c.datapath).run(c.input, narrow, nullptr));
    differing += narrow.data != output.data ? 1 : 0;
    c.datapath.innerBits = c.datapath.outerBits = 60;
    const IntegerLayer wide(c.info, c.layer, c.datapath);
    ASSERT_EQ(output.data, definedOutputs(c, wide).data) << "seed " << seed;
  }
  EXPECT_GT(differing, 10);
}

TEST(IntegerLayer, ASampleDoesNotDependOnItsBatchNorOnOtherThreads) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    Case c = randomCase(seed);
    const IntegerLayer layer(c.info, c.layer, c.datapath);
    c.input.shape.front() = 6;
    c.input = randomTensor(c.input.shape, seed);
    Tensor together;
    ASSERT_TRUE(layer.run(c.input, together, nullptr));
    for (const int threads : {1, 2}) {
      std::vector<Tensor> alone(6);
      withThreads(threads, [&] {
        parallelFor(alone.size(), [&](std::size_t i) {
          Tensor one = c.input;
          one.shape.front() = 1;
          const auto begin = c.input.data.begin() + static_cast<std::ptrdiff_t>(i) * c.input.sampleSize();
          one.data.assign(begin, begin + c.input.sampleSize());
          EXPECT_TRUE(layer.run(one, alone[i], nullptr));
        });
      });
      std::vector<float> joined;
      for (const Tensor& one : alone) joined.insert(joined.end(), one.data.begin(), one.data.end());
      ASSERT_EQ(joined, together.data) << "seed " << seed << " threads " << threads;
    }
  }
}

}  // namespace
}  // namespace axescope
