// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/setting_schema.h"

#include <algorithm>
#include <array>

namespace axescope {

namespace {

template <class E>
struct Names;  // enum values in the order of their names

template <class E>
SettingValue nameOf(E value) {
  return std::string(Names<E>::list[static_cast<std::size_t>(value)]);
}

template <class E>
E fromName(const SettingValue& value) {
  const auto& list = Names<E>::list;
  const auto found = std::find(list.begin(), list.end(), std::get<std::string>(value));
  return static_cast<E>(found - list.begin());
}

using List = std::vector<std::string_view>;
template <>
struct Names<Algorithm> {
  inline static const List list{"rtn", "gpfq", "optq", "optq-corrected", "qronos", "a2q", "a2q-plus"};
};
template <>
struct Names<Constraint> {
  inline static const List list{"none", "ep-init", "ep-init-a2q", "axe-soft", "axe-strict", "axe", "axe-inputs"};
};
template <>
struct Names<Overflow> {
  inline static const List list{"wrap", "saturate"};
};
template <>
struct Names<ActivationEncoding> {
  inline static const List list{"asymmetric", "centred", "signed", "unsigned"};
};
template <>
struct Names<ActivationRangeRule> {
  inline static const List list{"percentile", "mse"};
};
template <>
struct Names<WeightScale> {
  inline static const List list{"absmax", "mse", "budget"};
};
template <>
struct Names<GroupScale> {
  inline static const List list{"off", "integer", "power-of-two"};
};
template <>
struct Names<ScaleQuantization> {
  inline static const List list{"off", "fixed-point", "shared", "power-of-two"};
};
template <>
struct Names<NormQuantization> {
  inline static const List list{"off", "fixed-point", "power-of-two"};
};
template <>
struct Names<Arithmetic> {
  inline static const List list{"float", "integer"};
};
template <>
struct Names<Preprocess> {
  inline static const List list{"none", "magr"};
};
template <>
struct Names<WeightRange> {
  inline static const List list{"narrow", "full"};
};
template <>
struct Names<WeightQuantizer> {
  inline static const List list{name(WeightQuantizer::uniform), name(WeightQuantizer::powerOfTwo),
                                name(WeightQuantizer::additivePowerOfTwo), name(WeightQuantizer::automatic)};
};
template <>
struct Names<ActOrder> {
  inline static const List list{"off", "on", "best"};
};
template <>
struct Names<ErrorReference> {
  inline static const List list{"original", "shaped"};
};
template <>
struct Names<Slack> {
  inline static const List list{"floor", "half"};
};
template <>
struct Names<Propagation> {
  inline static const List list{"auto", "on", "off"};
};
template <>
struct Names<LastLayer> {
  inline static const List list{"auto", "quantized", "float"};
};
template <>
struct Names<bool> {
  inline static const List list{"off", "on"};
};

template <auto Member>
using MemberType = std::remove_cvref_t<decltype(std::declval<PointSettings>().*Member)>;

template <auto Member>
SettingInfo choice(std::string_view key, std::string_view title, std::string_view symbol, std::string_view help) {
  using E = MemberType<Member>;
  SettingInfo info{
      .key = key, .title = title, .symbol = symbol, .help = help, .kind = SettingKind::choice, .choices = {}};
  info.choices = Names<E>::list;
  info.get = [](const PointSettings& s) { return nameOf<E>(s.*Member); };
  info.set = [](PointSettings& s, const SettingValue& v) { s.*Member = fromName<E>(v); };
  return info;
}

template <auto Member>
SettingInfo integer(std::string_view key, std::string_view title, std::string_view symbol, std::string_view help,
                    double least, double most) {
  SettingInfo info{
      .key = key, .title = title, .symbol = symbol, .help = help, .choices = {}, .least = least, .most = most};
  info.get = [](const PointSettings& s) { return SettingValue{static_cast<std::int64_t>(s.*Member)}; };
  info.set = [](PointSettings& s, const SettingValue& v) {
    s.*Member = static_cast<MemberType<Member>>(std::get<std::int64_t>(v));
  };
  return info;
}

// 0 has a name: "auto", "full", "all", "off".
enum class ZeroName { automatic, full, all, off };
constexpr std::array<std::string_view, 4> zeroNames{"auto", "full", "all", "off"};

template <auto Member, ZeroName Zero>
SettingInfo integerOr(std::string_view key, std::string_view title, std::string_view symbol, std::string_view help,
                      double least, double most) {
  SettingInfo info = integer<Member>(key, title, symbol, help, least, most);
  info.choices = {zeroNames[static_cast<std::size_t>(Zero)]};
  info.get = [](const PointSettings& s) -> SettingValue {
    if (s.*Member == 0) return std::string(zeroNames[static_cast<std::size_t>(Zero)]);
    return static_cast<std::int64_t>(s.*Member);
  };
  info.set = [](PointSettings& s, const SettingValue& v) {
    const auto* number = std::get_if<std::int64_t>(&v);
    s.*Member = number == nullptr ? 0 : static_cast<MemberType<Member>>(*number);
  };
  return info;
}

template <auto Member>
SettingInfo real(std::string_view key, std::string_view title, std::string_view symbol, std::string_view help,
                 double least, double most) {
  SettingInfo info{.key = key,
                   .title = title,
                   .symbol = symbol,
                   .help = help,
                   .kind = SettingKind::real,
                   .choices = {},
                   .least = least,
                   .most = most};
  info.get = [](const PointSettings& s) { return SettingValue{s.*Member}; };
  info.set = [](PointSettings& s, const SettingValue& v) { s.*Member = std::get<double>(v); };
  return info;
}

template <auto Member>
SettingInfo text(std::string_view key, std::string_view title, std::string_view help) {
  SettingInfo info{.key = key, .title = title, .symbol = {}, .help = help, .kind = SettingKind::text, .choices = {}};
  info.sweepable = false;
  info.perStudy = true;
  info.get = [](const PointSettings& s) { return SettingValue{s.*Member}; };
  info.set = [](PointSettings& s, const SettingValue& v) { s.*Member = std::get<std::string>(v); };
  return info;
}

// A text that may have several values, with | between them.
SettingInfo alternatives(SettingInfo info) {
  info.sweepable = true;
  info.perStudy = false;
  return info;
}

SettingInfo perStudy(SettingInfo info) {
  info.sweepable = false;
  info.perStudy = true;
  return info;
}

constexpr double manySamples = 1e12;

std::vector<SettingInfo> makeSchema() {
  using P = PointSettings;
  return {
      choice<&P::algorithm>(
          "algorithm", "Algorithm", "",
          "rtn: round to nearest. gpfq: greedy path following (Lybrand & Saab). optq: second-order error "
          "feedback (arXiv 2210.17323). optq-corrected: optq towards the least-squares target. qronos: the same "
          "with a first code of its own (arXiv 2505.11695). a2q, a2q-plus: trained on the layer's error within an ℓ₁ "
          "budget (arXiv 2308.13504, 2401.10432)."),
      choice<&P::constraint>(
          "constraint", "Constraint", "",
          "none: the accumulator is ignored. ep-init: projection and rounding toward zero (arXiv "
          "2401.10432), ep-init-a2q with the older, smaller budget (arXiv 2308.13504); a2q and a2q-plus, whose "
          "constraint is their own, take any but none for theirs. axe: soft threshold and strict clip (arXiv "
          "2409.17092); axe-soft and axe-strict "
          "are its halves. axe-inputs: the soft step in the metric of the layer's inputs."),
      integer<&P::weightBits>("weight_bits", "Weight bits", "M", "Bits of a weight code.", 1, mostCodeBits),
      integer<&P::activationBits>("activation_bits", "Activation bits", "N", "Bits of an activation code.", 1,
                                  mostCodeBits),
      integerOr<&P::innerBits, ZeroName::automatic>("inner_bits", "Inner width", "P_I",
                                                    "Bits of the accumulator of each tile; auto is the exact smallest "
                                                    "safe width of each layer's codes, without a "
                                                    "constraint.",
                                                    leastAccumulatorBits, mostAccumulatorBits),
      integerOr<&P::outerBits, ZeroName::automatic>(
          "outer_bits", "Outer width", "P_O",
          "Bits of the accumulator that adds the tiles; auto is the exact smallest safe width.", leastAccumulatorBits,
          mostAccumulatorBits),
      integerOr<&P::tileSize, ZeroName::full>(
          "tile", "Tile size", "T", "Products added in one inner accumulator; full is the whole dot product.", 1, 1e9),
      choice<&P::overflow>("overflow", "Overflow", "",
                           "What an accumulator does at its ends: wrap around (two's complement) or saturate."),
      choice<&P::activation>(
          "activation", "Activation codes", "",
          "asymmetric: 0 … 2^N − 1 with a zero point. centred: the same quantizer with codes stored as "
          "−2^(N−1) … 2^(N−1) − 1. signed and unsigned: symmetric, zero point 0."),
      choice<&P::activationRange>(
          "activation_range", "Activation range", "",
          "percentile: between two percentiles of the calibration values. mse: the range with the least mean squared "
          "error of their codes."),
      real<&P::percentile>(
          "percentile", "Percentile", "",
          "Upper percentile of the calibration values that the activation range covers; the lower end is "
          "100 minus it. 100 is minimum and maximum.",
          50, 100),
      choice<&P::activationDynamic>("activation_dynamic", "Dynamic activations", "",
                                    "on: each row of a linear layer's inputs, a sample or a token, has a scale and "
                                    "zero point of its own, from its "
                                    "least and greatest value. Convolutions stay static."),
      choice<&P::weightScale>(
          "weight_scale", "Weight scale", "s",
          "absmax: the range of the weights. mse: least squared rounding error. budget: each channel "
          "takes the multiple of its scale with the least output error under the constraint."),
      choice<&P::groupScale>(
          "group_scale", "Group scales", "m",
          "A tile's weights have a whole multiple m of their channel's scale, by which the outer accumulator counts "
          "the tile. integer: 1 to 15. power-of-two: 1, 2, 4, 8."),
      choice<&P::scaleQuantization>(
          "scale_quantization", "Double quantization", "",
          "Scales of weights are quantized too, before any code is chosen (arXiv 2404.00103). fixed-point: an integer "
          "times a power of two. shared: an integer times one scale of the layer. power-of-two: a shift; then scales "
          "of activations are powers of two as well."),
      integer<&P::scaleBits>("scale_bits", "Scale bits", "",
                             "Bits of the integers of fixed-point and shared scales, and with integer arithmetic of "
                             "the multipliers between nodes.",
                             leastScaleBits, mostScaleBits),
      integer<&P::refineSweeps>("refine", "Refinement", "",
                                "Sweeps of coordinate descent over the finished codes, within their budget.", 0, 1000),
      integer<&P::trainingSteps>("training_steps", "Training steps", "",
                                 "Steps of Adam on each layer's error (a2q, a2q-plus).", 1, 1e6),
      choice<&P::preprocess>("preprocess", "Preprocessing", "",
                             "magr: the largest weights are made smaller where the output hardly notices (arXiv "
                             "2406.00800), before scales and codes."),
      real<&P::magrAlpha>("magr_alpha", "MagR strength", "α",
                          "What MagR pays for the largest weight, relative to it; 0 changes nothing.", 0, 1e6),
      choice<&P::weightRange>("weight_range", "Weight range", "", "narrow: symmetric codes. full: also −2^(M−1)."),
      choice<&P::weightQuantizer>(
          "weight_quantizer", "Weight levels", "",
          "uniform: evenly spaced. power-of-two: 0 and ±2^i, whose products are shifts. additive-power-of-two: sums of "
          "powers of two (arXiv 1909.13144). auto: for each layer the one with the least output error under the "
          "constraint (arXiv 2404.00103). Codes count with their value in every accumulator budget."),
      choice<&P::actOrder>("act_order", "Act-order", "",
                           "on: inputs are visited by descending energy. best: in both orders, and each channel keeps "
                           "the answer with the smaller error."),
      real<&P::damping>("damping", "Damping", "η",
                        "Added to the diagonal of the input products, as a share of its mean (optq).", 0, 1e6),
      choice<&P::errorReference>("error_reference", "Error reference", "",
                                 "original: all error is fed on. shaped: what the constraint cut off is not, as in the "
                                 "authors' release."),
      choice<&P::slack>("slack", "Strict clip", "",
                        "floor: clip to the largest integer that fits. half: half a step off the real bound, as in the "
                        "paper."),
      choice<&P::foldBatchNorm>(
          "fold_batch_norm", "Fold batch norm", "",
          "on: a batch norm right after a layer becomes part of its weights and bias before it is "
          "quantized."),
      choice<&P::quantNorm>(
          "quant_norm", "QuantNorm", "",
          "Scales and shifts of batch norms, gains and biases of layer and RMS norms, are quantized (arXiv "
          "2404.00103). "
          "fixed-point: integers times one scale of the tensor. power-of-two: scales and gains are powers of two, "
          "shifts and biases fixed-point."),
      integer<&P::normBits>("norm_bits", "Norm bits", "", "Bits of a quantized parameter of a norm, with its sign.",
                            leastNormBits, mostNormBits),
      integerOr<&P::equalizeIterations, ZeroName::off>(
          "equalize", "Equalization", "",
          "Rounds of cross-layer weight equalization (arXiv 1906.04721), 20 as a rule: layers joined by a relu or a "
          "pool get equal ranges on both sides of each channel.",
          1, 1000),
      real<&P::smoothQuant>(
          "smooth_quant", "SmoothQuant", "α",
          "Migration strength of SmoothQuant (arXiv 2211.10438), 0.5 as a rule: outliers of inputs move "
          "into the weights. 0 is off.",
          0, 1),
      choice<&P::hadamard>("hadamard", "Hadamard rotation", "H",
                           "on: a linear layer's inputs, and its weights with them, are rotated by a Hadamard matrix "
                           "before they are quantized."),
      choice<&P::tileBalance>(
          "tile_balance", "Tile balancing", "",
          "on: a layer's inputs are put in the order in which the tiles of its channels press alike "
          "on their ℓ₁ budgets; whole channels of a convolution move together."),
      integerOr<&P::attentionBits, ZeroName::off>(
          "attention_bits", "Attention bits", "",
          "Operands of attention's two products, q·kᵀ and p·v, are rounded to this many bits, with a scale for each "
          "token or feature; their accumulators are not emulated. off leaves them in float.",
          2, mostCodeBits),
      choice<&P::biasCorrection>(
          "bias_correction", "Bias correction", "",
          "on: each bias takes up the mean output error over the calibration inputs, outside the "
          "accumulator (arXiv 1906.04721)."),
      choice<&P::arithmetic>(
          "arithmetic", "Arithmetic", "",
          "float: what lies between the layers' accumulators is float32. integer: the network runs in integers from "
          "the "
          "input's codes to the logits, scales as multiplier and shift; operations that cannot are counted."),
      integer<&P::elementBits>("element_bits", "Element bits", "",
                               "Bits of values between nodes that are no layer's codes, with integer arithmetic.",
                               leastElementBits, mostElementBits),
      choice<&P::propagation>("propagate", "Propagate error", "",
                              "on: a layer's inputs come from the network with the earlier layers quantized. off: from "
                              "the float network."),
      text<&P::layers>("layers", "Layers", "Glob of the layers to quantize; the others stay in float."),
      choice<&P::lastLayer>("last_layer", "Last layer", "",
                            "float: the layer that makes the network's outputs stays as it is, as the papers leave it "
                            "in language models. quantized: it is quantized like the others. auto is float for "
                            "language modeling."),
      text<&P::skipLayers>(
          "skip_layers", "Layers at skip bits",
          "Glob of layers kept at skip bits with 32-bit accumulators, for example the first and last."),
      perStudy(integer<&P::skipBits>("skip_bits", "Skip bits", "", "Weight and activation bits of those layers.", 2,
                                     mostCodeBits)),
      alternatives(text<&P::overrides>("overrides", "Layer overrides",
                                       "Widths and weight levels that single layers have of their own: "
                                       "conv1:weight_bits=8,inner_bits=20;layer3.*:tile=full;*.depthwise.*:weight_"
                                       "quantizer=power-of-two. Channels of a "
                                       "layer, counted from 0, may have weight and inner bits: "
                                       "conv1[0-7,12]:weight_bits=6. The last one that matches "
                                       "a layer or channel decides. Alternatives stand between |.")),
      perStudy(integerOr<&P::evaluationSamples, ZeroName::all>("eval_samples", "Evaluation samples", "",
                                                               "How many evaluation samples are run.", 1, manySamples)),
      perStudy(integerOr<&P::calibrationSamples, ZeroName::all>(
          "calibration_samples", "Calibration samples", "D", "How many calibration samples are used.", 1, manySamples)),
      perStudy(integer<&P::seed>("seed", "Seed", "",
                                 "0 takes the first calibration samples; any other number a random choice of them.", 0,
                                 manySamples)),
  };
}

}  // namespace

std::string SettingInfo::flag() const {
  std::string text = "--" + std::string(key);
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

std::span<const SettingInfo> settingSchema() {
  static const std::vector<SettingInfo> schema = makeSchema();
  return schema;
}

const SettingInfo* findSetting(std::string_view key) {
  for (const SettingInfo& info : settingSchema()) {
    if (info.key == key) return &info;
  }
  return nullptr;
}

}  // namespace axescope
