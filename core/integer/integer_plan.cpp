// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/integer/integer_plan.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace axescope {

namespace {

struct Reason {
  std::string_view op;
  const char* text;
};

constexpr std::array floatOps{
    Reason{"attention", "a softmax of products of its inputs"},
    Reason{"embedding", "rows of a float table"},
    Reason{"hadamard", "a rotation whose entries are no integers"},
    Reason{"layer_norm", "a division by the root of each row's own variance"},
    Reason{"position_embedding", "rows of a float table"},
    Reason{"rms_norm", "a division by the root of each row's own mean square"},
    Reason{"softmax", "exponentials and a division by their sum"},
};

// Places within a sample are followed through the float operation, which tells whole numbers apart up to here.
constexpr std::int64_t mostMovedElements = std::int64_t{1} << 24;

std::string reasonOf(const Network& network, const QuantizedLayers& quantized, std::size_t node) {
  const Network::Node& n = network.nodes()[node];
  if (n.layer) {
    const auto& layer = quantized[*n.layer];
    if (!layer) return "a layer that is not quantized";
    return layer->dynamicInput ? "inputs scaled by each row's own range" : "";
  }
  const auto* const found =
      std::find_if(floatOps.begin(), floatOps.end(), [&](const Reason& r) { return r.op == n.op; });
  if (found != floatOps.end()) return found->text;
  std::int64_t inputs = 0;
  for (const std::size_t value : n.inputs) inputs += elements(network.valueShape(value));
  if (handsCodesOn(n.op) && inputs > mostMovedElements) return "more elements than can be followed";
  return "";
}

// What a value's readers ask of it.
struct Demand {
  std::optional<ActivationQuantizer> codes;
  bool anyCodes = false;   // of a reader that scales what it reads
  bool different = false;  // readers ask for different codes
  bool inFloat = false;    // of a reader in float
  bool inIntegers = false;

  void add(const ActivationQuantizer& asked) {
    different = different || (codes && *codes != asked);
    codes = asked;
  }
};

}  // namespace

bool handsCodesOn(const std::string& op) {
  static constexpr std::array<std::string_view, 10> names{"concat", "flatten", "max_pool2d", "pad",   "relu",
                                                          "relu6",  "reorder", "reshape",    "slice", "transpose"};
  return std::find(names.begin(), names.end(), op) != names.end();
}

IntegerPlan::IntegerPlan(const Network& network, const QuantizedLayers& quantized,
                         std::vector<ActivationQuantizer> elements)
    : formats_(network.nodes().size() + 1) {
  const auto& nodes = network.nodes();
  for (std::size_t node = 0; node < nodes.size(); ++node) reasons_.push_back(reasonOf(network, quantized, node));
  std::vector<Demand> demands(formats_.size());
  // From the outputs to the input: whoever hands codes on asks for what it is asked for.
  for (std::size_t value = formats_.size(); value-- > 0;) {
    const Demand& demand = demands[value];
    const bool madeInFloat = value == 0 ? network.readsTokens() : !reasons_[value - 1].empty();
    const bool agreed = demand.codes && !demand.different && !demand.anyCodes && !demand.inFloat;
    if (!madeInFloat || demand.inIntegers) formats_[value] = agreed ? *demand.codes : elements[value];
    if (value == 0) break;
    const Network::Node& maker = nodes[value - 1];
    for (const std::size_t input : maker.inputs) {
      Demand& asked = demands[input];
      if (madeInFloat) {
        asked.inFloat = true;
        continue;
      }
      asked.inIntegers = true;
      if (maker.layer) {
        asked.add(quantized[*maker.layer]->input);
      } else if (handsCodesOn(maker.op)) {
        asked.add(*formats_[value]);
      } else {
        asked.anyCodes = true;
      }
    }
  }
}

std::vector<FloatOperation> IntegerPlan::floatOperations(const Network& network) const {
  std::vector<FloatOperation> operations;
  for (std::size_t node = 0; node < reasons_.size(); ++node) {
    if (reasons_[node].empty()) continue;
    operations.push_back({network.nodes()[node].name, network.nodes()[node].op, reasons_[node]});
  }
  return operations;
}

}  // namespace axescope
