// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/quantize_norm.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "core/network/batch_norm.h"
#include "core/number/scale_grid.h"
#include "core/number/weight_quantizer.h"

namespace axescope {

namespace {

class NormRewriter {
 public:
  NormRewriter(TransformedModel& model, NormQuantization rule, int bits) : model_(model), rule_(rule), bits_(bits) {
    for (const GraphNode& node : model.source->graph.nodes) {
      for (const auto& [role, name] : node.params) names_.insert(name);
    }
  }

  Status run() {
    for (GraphNode& node : model_.source->graph.nodes) {
      Status status;
      if (node.op == "batch_norm") status = rewriteBatchNorm(node);
      if (node.op == "layer_norm" || node.op == "rms_norm") status = rewriteFeatureNorm(node);
      if (!status) return fail(atNode(std::move(status).error(), model_.source->file, node.name));
    }
    model_.source->loadParam = [made = std::make_shared<const std::map<std::string, Tensor>>(std::move(made_)),
                                others = model_.source->loadParam](const std::string& name) -> Result<Tensor> {
      const auto found = made->find(name);
      if (found != made->end()) return found->second;
      return others(name);
    };
    return {};
  }

 private:
  Status rewriteBatchNorm(GraphNode& node) {
    AXESCOPE_TRY(BatchNormScaling norm, readBatchNorm({.node = node, .loadParam = model_.source->loadParam}));
    const std::size_t channels = norm.scale.size();
    node.params.clear();
    node.attributes["eps"] = 0.0;
    set(node, "weight", quantizeNormValues(norm.scale, rule_ == NormQuantization::powerOfTwo, bits_));
    set(node, "bias", quantizeNormValues(norm.shift, false, bits_));
    set(node, "mean", std::vector<float>(channels, 0.0F));
    set(node, "var", std::vector<float>(channels, 1.0F));
    return {};
  }

  Status rewriteFeatureNorm(GraphNode& node) {
    const OperationContext context{.node = node, .loadParam = model_.source->loadParam};
    AXESCOPE_TRY(const auto gain, context.param({"weight"}));
    std::vector<float> bias;
    if (context.hasParam("bias")) {
      AXESCOPE_TRY(bias, context.param({"bias"}));
    }
    set(node, "weight", quantizeNormValues(gain, rule_ == NormQuantization::powerOfTwo, bits_));
    if (!bias.empty()) set(node, "bias", quantizeNormValues(bias, false, bits_));
    return {};
  }

  void set(GraphNode& node, const std::string& role, std::vector<float> values) {
    std::string name = node.name + ": quantized " + role;
    while (!names_.insert(name).second) name += '\'';
    const auto count = static_cast<std::int64_t>(values.size());
    made_.emplace(name, Tensor{.shape = {count}, .data = std::move(values)});
    node.params[role] = std::move(name);
  }

  TransformedModel& model_;
  NormQuantization rule_;
  int bits_;
  std::set<std::string> names_;
  std::map<std::string, Tensor> made_;
};

}  // namespace

std::vector<float> quantizeNormValues(const std::vector<float>& values, bool exponents, int bits) {
  const double unit = largestMagnitude(values) / static_cast<double>(accumulatorLimit(bits));
  std::vector<float> quantized(values.size(), 0.0F);
  if (!(unit > 0.0)) return quantized;
  std::transform(values.begin(), values.end(), quantized.begin(), [&](float value) {
    const auto v = static_cast<double>(value);
    if (!exponents) return static_cast<float>(unit * roundHalfEven(v / unit));
    return v == 0.0 ? 0.0F : static_cast<float>(std::copysign(nearestPowerOfTwo(std::abs(v)), v));
  });
  return quantized;
}

Status quantizeNorms(TransformedModel& model, NormQuantization rule, int bits) {
  if (!model.source || rule == NormQuantization::off) return {};
  return NormRewriter(model, rule, bits).run();
}

}  // namespace axescope
