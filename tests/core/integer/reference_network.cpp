// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference_network.h"

#include <cmath>
#include <map>
#include <stdexcept>

namespace axescope {

namespace {

__extension__ typedef __int128 Wide;

struct Codes {
  Shape shape;
  std::vector<std::int64_t> values;
  ActivationQuantizer format;
  std::int64_t at(std::initializer_list<std::int64_t> index) const {
    std::int64_t place = 0;
    std::size_t axis = 0;
    for (const std::int64_t i : index) place = place * shape[axis++] + i;
    return values[static_cast<std::size_t>(place)];
  }
};

int bitWidth(std::int64_t value) {
  int bits = 0;
  for (; value > 0; value /= 2) ++bits;
  return bits;
}

struct Factor {
  std::int64_t integer = 0;
  int shift = 0;
};

int bitsFor(int bits, std::int64_t largest) {
  return std::max(1, std::min(bits, 60 - bitWidth(std::max<std::int64_t>(largest, 1))));
}

// The largest shift at which that many bits hold the value, then as few of them as say the same.
Factor factorOf(double value, int bits, std::int64_t largest) {
  if (value == 0.0) return {};
  bits = bitsFor(bits, largest);
  int shift = -80;
  while (std::abs(std::nearbyint(std::ldexp(value, shift + 1))) < std::ldexp(1.0, bits)) ++shift;
  auto integer = static_cast<std::int64_t>(std::nearbyint(std::ldexp(value, shift)));
  while (integer % 2 == 0 && shift > 0) {
    integer /= 2;
    --shift;
  }
  if (shift < 0 || shift > 60) throw std::logic_error("a factor that the reference does not know");
  return {integer, shift};
}

std::int64_t halfUp(Wide value, int shift) {
  const Wide unit = Wide{1} << shift;
  const Wide shifted = 2 * value + unit;  // floor((value + unit/2) / unit)
  Wide quotient = shifted / (2 * unit);
  if (shifted % (2 * unit) < 0) --quotient;
  return static_cast<std::int64_t>(quotient);
}

std::int64_t clipped(std::int64_t value, const ActivationQuantizer& format) {
  return std::clamp(value, format.range().low, format.range().high);
}

std::int64_t farthest(const ActivationQuantizer& format) {
  return std::max(format.zeroPoint - format.range().low, format.range().high - format.zeroPoint);
}

Codes converted(const Codes& x, const ActivationQuantizer& to, int bits) {
  if (x.format == to) return x;
  Codes y{x.shape, x.values, to};
  const Factor factor = factorOf(x.format.scale / to.scale, bits, farthest(x.format));
  for (std::int64_t& v : y.values) {
    v = clipped(halfUp(Wide{v - x.format.zeroPoint} * factor.integer, factor.shift) + to.zeroPoint, to);
  }
  return y;
}

class Reference {
 public:
  Reference(const QuantizedNetwork& network, const IntegerPlan& plan) : network_(network), plan_(plan) {}

  Tensor run(const Tensor& samples) {
    const Graph& graph = network_.description.graph;
    std::map<std::string, std::size_t> numbers{{graph.inputs.front(), 0}};
    std::vector<Codes> values(graph.nodes.size() + 1);
    values[0] = quantized(samples, *plan_.format(0));
    for (std::size_t node = 0; node < graph.nodes.size(); ++node) {
      numbers[graph.nodes[node].name] = node + 1;
      std::vector<Codes> inputs;
      for (const std::string& name : graph.nodes[node].inputs) inputs.push_back(values[numbers.at(name)]);
      values[node + 1] = compute(node, graph.nodes[node], inputs);
    }
    return dequantized(values.back());
  }

 private:
  static Codes quantized(const Tensor& x, const ActivationQuantizer& format) {
    Codes codes{x.shape, {}, format};
    for (const float v : x.data) {
      const double steps = std::nearbyint(static_cast<double>(v) / format.scale);
      codes.values.push_back(clipped(static_cast<std::int64_t>(steps) + format.zeroPoint, format));
    }
    return codes;
  }

  static Tensor dequantized(const Codes& codes) {
    Tensor x{codes.shape, {}};
    for (const std::int64_t v : codes.values) {
      x.data.push_back(static_cast<float>(codes.format.scale * static_cast<double>(v - codes.format.zeroPoint)));
    }
    return x;
  }

  int bits() const {
    const ScaleQuantization rule = network_.options.rule.scales;
    return rule == ScaleQuantization::fixedPoint || rule == ScaleQuantization::shared ? network_.options.rule.scaleBits
                                                                                      : 31;
  }

  Codes compute(std::size_t node, const GraphNode& n, std::vector<Codes> inputs) {
    Codes y;
    y.format = *plan_.format(node + 1);
    y.shape = network_.network.valueShape(node + 1);
    y.shape.insert(y.shape.begin(), inputs.front().shape.front());
    if (!plan_.floatReason(node).empty()) return inFloat(node, inputs, y);
    if (n.op == "conv2d" || n.op == "linear") return layer(*network_.network.nodes()[node].layer, inputs.front(), y);
    if (n.op == "add") return sum(inputs[0], inputs[1], y);
    if (n.op == "mul") return product(inputs[0], inputs[1], y);
    if (n.op == "normalize" || n.op == "batch_norm") return channels(n, inputs.front(), y);
    if (n.op == "avg_pool2d" || n.op == "global_avg_pool2d") return averages(n, inputs.front(), y);
    for (Codes& x : inputs) {
      if (!isFunction(n.op)) x = converted(x, y.format, bits());
    }
    if (isFunction(n.op)) return function(n, inputs.front(), y);
    if (n.op == "max_pool2d") return maxima(n, inputs.front(), y);
    if (n.op == "relu" || n.op == "relu6") {
      const std::int64_t six =
          clipped(static_cast<std::int64_t>(std::nearbyint(6.0 / y.format.scale)) + y.format.zeroPoint, y.format);
      for (const std::int64_t v : inputs.front().values) {
        const std::int64_t positive = std::max(v, y.format.zeroPoint);
        y.values.push_back(n.op == "relu6" ? std::min(positive, six) : positive);
      }
      return y;
    }
    return moved(n, inputs, y);
  }

  Codes inFloat(std::size_t node, const std::vector<Codes>& inputs, const Codes& y) {
    std::vector<Tensor> tensors;
    for (const Codes& x : inputs) tensors.push_back(dequantized(x));
    std::vector<const Tensor*> pointers;
    for (const Tensor& x : tensors) pointers.push_back(&x);
    Tensor output;
    const Status status = network_.network.runNode(node, pointers, output, network_.layerFunctions().floats);
    if (!status) throw std::runtime_error(status.error().line());
    return quantized(output, y.format);
  }

  Codes layer(std::size_t index, const Codes& given, Codes y) {
    const LayerInfo& info = network_.network.layerInfo(index);
    const QuantizedLayer& q = *network_.quantized[index];
    const Codes x = converted(given, q.input, bits());
    const auto channel = [&](std::int64_t c, auto&& inputAt) {
      std::int64_t total = 0;
      std::int64_t codeSum = 0;
      std::int64_t magnitude = 0;
      for (Eigen::Index k = 0; k < q.codes.cols(); ++k) {
        const std::int64_t w = q.codes(c, k);
        total += w * inputAt(k);
        codeSum += w;
        magnitude += std::abs(w);
      }
      const double scale = q.input.scale * q.scales[static_cast<std::size_t>(c)];
      const double bias = q.bias.empty() ? 0.0 : q.bias[static_cast<std::size_t>(c)];
      const std::int64_t offset = static_cast<std::int64_t>(std::nearbyint(bias / scale)) - q.input.zeroPoint * codeSum;
      y.values.push_back(scaled(q, c, total + offset, y.format));
    };
    const std::int64_t perGroup = info.channelsPerGroup();
    if (info.kind == LayerKind::linear) {
      for (std::int64_t row = 0; row < static_cast<std::int64_t>(x.values.size()) / info.inputs; ++row) {
        for (std::int64_t c = 0; c < info.channels; ++c) {
          channel(c, [&](Eigen::Index k) { return x.values[static_cast<std::size_t>(row * info.inputs + k)]; });
        }
      }
      return y;
    }
    const ConvGeometry& conv = info.conv;
    for (std::int64_t n = 0; n < y.shape[0]; ++n) {
      for (std::int64_t c = 0; c < info.channels; ++c) {
        for (std::int64_t oy = 0; oy < y.shape[2]; ++oy) {
          for (std::int64_t ox = 0; ox < y.shape[3]; ++ox) {
            channel(c, [&](Eigen::Index k) {
              const std::int64_t kx = k % conv.kernelWidth;
              const std::int64_t ky = k / conv.kernelWidth % conv.kernelHeight;
              const std::int64_t input =
                  c / perGroup * (info.inputs / conv.groups) + k / (conv.kernelWidth * conv.kernelHeight);
              const std::int64_t iy = oy * conv.strideY + ky * conv.dilationY - conv.padTop;
              const std::int64_t ix = ox * conv.strideX + kx * conv.dilationX - conv.padLeft;
              const bool inside = iy >= 0 && iy < x.shape[2] && ix >= 0 && ix < x.shape[3];
              return inside ? x.at({n, input, iy, ix}) : q.input.zeroPoint;
            });
          }
        }
      }
    }
    return y;
  }

  // The largest accumulator of a channel that there can be, its offset included.
  static std::int64_t largest(const QuantizedLayer& q, std::int64_t c) {
    std::int64_t magnitude = 0;
    std::int64_t codeSum = 0;
    for (Eigen::Index k = 0; k < q.codes.cols(); ++k) {
      magnitude += std::abs(q.codes(c, k));
      codeSum += q.codes(c, k);
    }
    const double scale = q.input.scale * q.scales[static_cast<std::size_t>(c)];
    const double bias = q.bias.empty() ? 0.0 : q.bias[static_cast<std::size_t>(c)];
    const std::int64_t offset = static_cast<std::int64_t>(std::nearbyint(bias / scale)) - q.input.zeroPoint * codeSum;
    return magnitude * std::max(-q.input.range().low, q.input.range().high) + std::abs(offset);
  }

  std::int64_t scaled(const QuantizedLayer& q, std::int64_t c, std::int64_t sum, const ActivationQuantizer& to) const {
    Factor factor;
    std::int64_t most = 1;
    for (std::int64_t other = 0; other < q.codes.rows(); ++other) most = std::max(most, largest(q, other));
    const int scaleBits = network_.options.rule.scaleBits;
    const bool fits = Wide{most} << (scaleBits + 16) <= Wide{1} << 59;
    if (network_.options.rule.scales == ScaleQuantization::shared && fits) {
      factor = factorOf(q.input.scale * q.scaleUnit / to.scale, 31, most << scaleBits);
      factor.integer *= std::llround(q.scales[static_cast<std::size_t>(c)] / q.scaleUnit);
    } else {
      factor = factorOf(q.input.scale * q.scales[static_cast<std::size_t>(c)] / to.scale, bits(), largest(q, c));
    }
    return clipped(halfUp(Wide{sum} * factor.integer, factor.shift) + to.zeroPoint, to);
  }

  // Calls use(a's element, b's element) for each element of the output, an axis of size 1 standing still.
  template <class Use>
  static void pairs(const Codes& a, const Codes& b, const Codes& y, const Use& use) {
    for (std::int64_t i = 0; i < elements(y.shape); ++i) {
      std::int64_t rest = i;
      std::int64_t placeA = 0;
      std::int64_t placeB = 0;
      std::int64_t strideA = 1;
      std::int64_t strideB = 1;
      for (std::size_t axis = y.shape.size(); axis-- > 0;) {
        const std::int64_t index = rest % y.shape[axis];
        rest /= y.shape[axis];
        placeA += (a.shape[axis] == 1 ? 0 : index) * strideA;
        placeB += (b.shape[axis] == 1 ? 0 : index) * strideB;
        strideA *= a.shape[axis];
        strideB *= b.shape[axis];
      }
      use(a.values[static_cast<std::size_t>(placeA)] - a.format.zeroPoint,
          b.values[static_cast<std::size_t>(placeB)] - b.format.zeroPoint);
    }
  }

  Codes sum(const Codes& a, const Codes& b, Codes y) const {
    const double f1 = a.format.scale / y.format.scale;
    const double f2 = b.format.scale / y.format.scale;
    const int most = bitsFor(bits(), farthest(a.format) + farthest(b.format));
    int shift = 0;
    while (std::ldexp(std::max(f1, f2), shift) < std::ldexp(1.0, most - 1)) ++shift;
    const auto m1 = static_cast<std::int64_t>(std::nearbyint(std::ldexp(f1, shift)));
    const auto m2 = static_cast<std::int64_t>(std::nearbyint(std::ldexp(f2, shift)));
    pairs(a, b, y, [&](std::int64_t v, std::int64_t w) {
      y.values.push_back(clipped(halfUp(Wide{v} * m1 + Wide{w} * m2, shift) + y.format.zeroPoint, y.format));
    });
    return y;
  }

  Codes product(const Codes& a, const Codes& b, Codes y) const {
    const Factor factor =
        factorOf(a.format.scale * b.format.scale / y.format.scale, bits(), farthest(a.format) * farthest(b.format));
    pairs(a, b, y, [&](std::int64_t v, std::int64_t w) {
      y.values.push_back(clipped(halfUp(Wide{v} * w * factor.integer, factor.shift) + y.format.zeroPoint, y.format));
    });
    return y;
  }

  Codes channels(const GraphNode& n, const Codes& x, Codes y) const {
    const std::int64_t inner = elements(std::span(x.shape).subspan(2));
    for (std::size_t i = 0; i < x.values.size(); ++i) {
      const auto c = static_cast<std::size_t>(static_cast<std::int64_t>(i) / inner % x.shape[1]);
      double a = 0.0;
      double b = 0.0;
      if (n.op == "normalize") {
        const float deviation = n.attributes["std"][c];
        const float mean = n.attributes["mean"][c];
        const float divisor = n.attributes.value("divisor", 1.0F);
        a = 1.0 / (static_cast<double>(divisor) * static_cast<double>(deviation));
        b = -static_cast<double>(mean) / static_cast<double>(deviation);
      } else {
        const auto param = [&](const char* role) {
          return static_cast<double>(network_.description.params.at(n.params.at(role)).data[c]);
        };
        const double slope = param("weight") / std::sqrt(param("var") + n.attributes.value("eps", 1e-5));
        a = static_cast<float>(slope);
        b = static_cast<float>(param("bias") - slope * param("mean"));
      }
      const Factor factor = factorOf(a * x.format.scale / y.format.scale, bits(), farthest(x.format));
      const auto shift = static_cast<std::int64_t>(std::nearbyint(std::ldexp(b / y.format.scale, factor.shift)));
      const Wide sum = Wide{x.values[i] - x.format.zeroPoint} * factor.integer + shift;
      y.values.push_back(clipped(halfUp(sum, factor.shift) + y.format.zeroPoint, y.format));
    }
    return y;
  }

  // Calls use(values inside the window, elements of image and padding in it).
  template <class Use>
  static void windows(const GraphNode& n, const Codes& x, const Codes& y, const Use& use) {
    const bool global = n.op == "global_avg_pool2d";
    const std::int64_t kernelY = global ? x.shape[2] : n.attributes["kernel"].get<std::int64_t>();
    const std::int64_t kernelX = global ? x.shape[3] : kernelY;
    const std::int64_t stride = global ? 1 : n.attributes.value("stride", kernelY);
    const std::int64_t padding = global ? 0 : n.attributes.value("padding", std::int64_t{0});
    const std::int64_t rows = global ? 1 : y.shape[2];
    const std::int64_t columns = global ? 1 : y.shape[3];
    for (std::int64_t image = 0; image < x.shape[0]; ++image) {
      for (std::int64_t c = 0; c < x.shape[1]; ++c) {
        for (std::int64_t oy = 0; oy < rows; ++oy) {
          for (std::int64_t ox = 0; ox < columns; ++ox) {
            std::vector<std::int64_t> inside;
            std::int64_t padded = 0;
            for (std::int64_t ky = 0; ky < kernelY; ++ky) {
              for (std::int64_t kx = 0; kx < kernelX; ++kx) {
                const std::int64_t iy = oy * stride + ky - padding;
                const std::int64_t ix = ox * stride + kx - padding;
                if (iy < x.shape[2] + padding && ix < x.shape[3] + padding) ++padded;
                if (iy < 0 || iy >= x.shape[2] || ix < 0 || ix >= x.shape[3]) continue;
                inside.push_back(x.at({image, c, iy, ix}));
              }
            }
            use(inside, padded);
          }
        }
      }
    }
  }

  Codes maxima(const GraphNode& n, const Codes& x, Codes y) const {
    windows(n, x, y, [&](const std::vector<std::int64_t>& inside, std::int64_t) {
      y.values.push_back(*std::max_element(inside.begin(), inside.end()));
    });
    return y;
  }

  Codes averages(const GraphNode& n, const Codes& x, Codes y) const {
    windows(n, x, y, [&](const std::vector<std::int64_t>& inside, std::int64_t padded) {
      const bool countsPadding = n.op == "avg_pool2d" && n.attributes.value("count_include_pad", true);
      const std::int64_t count = countsPadding ? padded : static_cast<std::int64_t>(inside.size());
      std::int64_t sum = 0;
      for (const std::int64_t v : inside) sum += v - x.format.zeroPoint;
      const Factor factor =
          factorOf(x.format.scale / (static_cast<double>(count) * y.format.scale), bits(), count * farthest(x.format));
      y.values.push_back(clipped(halfUp(Wide{sum} * factor.integer, factor.shift) + y.format.zeroPoint, y.format));
    });
    return y;
  }

  static bool isFunction(const std::string& op) {
    return op == "gelu" || op == "silu" || op == "hardswish" || op == "sigmoid" || op == "tanh";
  }

  // The float operation on one value after the other.
  static Codes function(const GraphNode& n, const Codes& x, Codes y) {
    for (const std::int64_t v : x.values) {
      const Tensor one{{1, 1}, {dequantized({{1, 1}, {v}, x.format}).data.front()}};
      const auto result = runOperation(n.op, one, n.attributes.dump());
      y.values.push_back(quantized(*result, y.format).values.front());
    }
    return y;
  }

  // Codes are whole numbers that floats hold: the float operation moves them as it moves any number.
  static Codes moved(const GraphNode& n, const std::vector<Codes>& inputs, Codes y) {
    std::vector<Tensor> tensors;
    for (const Codes& x : inputs) {
      Tensor& tensor = tensors.emplace_back(Tensor{x.shape, {}});
      for (const std::int64_t v : x.values) tensor.data.push_back(static_cast<float>(v));
    }
    nlohmann::json attributes = n.attributes;
    if (n.op == "pad") {
      const Tensor value{{1, 1}, {attributes.value("value", 0.0F)}};
      attributes["value"] = quantized(value, y.format).values.front();
    }
    const auto result = runOperation(n.op, tensors, attributes.dump());
    if (!result) throw std::runtime_error(result.error().line());
    for (const float v : result->data) y.values.push_back(static_cast<std::int64_t>(v));
    return y;
  }

  const QuantizedNetwork& network_;
  const IntegerPlan& plan_;
};

}  // namespace

Tensor referenceOutput(const QuantizedNetwork& network, const IntegerPlan& plan, const Tensor& samples) {
  return Reference(network, plan).run(samples);
}

}  // namespace axescope
