// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/allocation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/study/layer_overrides.h"

namespace axescope {

namespace {

constexpr std::array<std::string_view, 3> costs{"mean_inner_bits", "mean_weight_bits", "mean_activation_bits"};

double widthOf(const PointSettings& settings, const std::string& layer, std::string_view cost) {
  const LayerWidths widths = widthsOf(settings, layer);
  return cost == costs[0] ? widths.innerBits : cost == costs[1] ? widths.weightBits : widths.activationBits;
}

double slope(const LayerChoice& from, const LayerChoice& to) {
  return (from.noise - to.noise) / (to.cost - from.cost);
}

// Choices on the lower convex hull, cost ascending, noise descending.
std::vector<LayerChoice> hullOf(std::vector<LayerChoice> choices) {
  std::stable_sort(choices.begin(), choices.end(), [](const LayerChoice& a, const LayerChoice& b) {
    return a.cost != b.cost ? a.cost < b.cost : a.noise < b.noise;
  });
  std::vector<LayerChoice> hull;
  for (const LayerChoice& choice : choices) {
    if (!hull.empty() && choice.noise >= hull.back().noise) continue;
    while (hull.size() >= 2 && slope(hull[hull.size() - 2], hull.back()) <= slope(hull.back(), choice)) hull.pop_back();
    hull.push_back(choice);
  }
  return hull;
}

// The widths in which candidates differ.
std::string overrideOf(const std::string& layer, const PointSettings& chosen,
                       std::span<const PointSettings> candidates) {
  const auto differ = [&](auto member) {
    return std::any_of(candidates.begin(), candidates.end(),
                       [&](const PointSettings& c) { return c.*member != candidates.front().*member; });
  };
  LayerOverride own;
  own.layers = layer;
  if (differ(&PointSettings::weightBits)) own.weightBits = chosen.weightBits;
  if (differ(&PointSettings::activationBits)) own.activationBits = chosen.activationBits;
  if (differ(&PointSettings::innerBits)) own.innerBits = chosen.innerBits;
  if (differ(&PointSettings::tileSize)) own.tileSize = chosen.tileSize;
  return toText(std::vector{own});
}

}  // namespace

std::span<const std::string_view> allocationCosts() {
  return costs;
}

Status checkAllocationCost(std::string_view cost) {
  if (std::find(costs.begin(), costs.end(), cost) != costs.end()) return {};
  return fail(ErrorCode::invalidArgument, {}, "--cost", "mean_inner_bits, mean_weight_bits or mean_activation_bits",
              fmt::format("'{}'", cost));
}

std::vector<Allocation> allocate(const std::vector<std::vector<LayerChoice>>& layers) {
  std::vector<std::vector<LayerChoice>> hulls;
  std::vector<std::size_t> at(layers.size());  // on each hull
  Allocation now;
  for (const auto& choices : layers) {
    hulls.push_back(hullOf(choices));
    now.candidates.push_back(hulls.back().front().candidate);
    now.cost += hulls.back().front().cost;
    now.noise += hulls.back().front().noise;
  }
  std::vector<Allocation> front{now};
  while (true) {
    double steepest = 0.0;
    std::size_t next = layers.size();
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
      if (at[layer] + 1 == hulls[layer].size()) continue;
      const double gain = slope(hulls[layer][at[layer]], hulls[layer][at[layer] + 1]);
      if (gain <= steepest) continue;
      steepest = gain;
      next = layer;
    }
    if (next == layers.size()) return front;
    const LayerChoice& from = hulls[next][at[next]];
    const LayerChoice& to = hulls[next][++at[next]];
    now.candidates[next] = to.candidate;
    now.cost += to.cost - from.cost;
    now.noise += to.noise - from.noise;
    front.push_back(now);
  }
}

Result<std::vector<AllocatedPoint>> allocatePoints(const Model& model, std::span<const PointSettings> candidates,
                                                   const Sensitivities& sensitivities, std::string_view cost,
                                                   std::size_t points) {
  AXESCOPE_CHECK(checkAllocationCost(cost));
  std::vector<std::string> names;
  std::vector<std::vector<LayerChoice>> layers;
  double macs = 0.0;
  for (std::size_t layer = 0; layer < model.dump().layers().size(); ++layer) {
    const auto own = static_cast<double>(model.macsPerSample(layer));
    const std::string& name = model.dump().layers()[layer].name;
    std::vector<LayerChoice> choices;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (!sensitivities[i][layer]) continue;
      choices.push_back({i, own * widthOf(candidates[i], name, cost), *sensitivities[i][layer]});
    }
    if (choices.empty()) continue;
    macs += own;
    names.push_back(name);
    layers.push_back(std::move(choices));
  }
  if (layers.empty()) {
    return fail(ErrorCode::empty, model.dump().fileName(), {}, "layers with widths to choose from", "none");
  }
  const std::vector<Allocation> front = allocate(layers);
  const double lowest = front.front().cost;
  const double step = points > 1 ? (front.back().cost - lowest) / static_cast<double>(points - 1) : 0.0;
  std::vector<AllocatedPoint> chosen;
  for (std::size_t point = 0; point < points; ++point) {
    // The best that this much buys.
    const double most = points > 1 ? lowest + static_cast<double>(point) * step : front.back().cost;
    const auto beyond = std::partition_point(front.begin(), front.end(),
                                             [&](const Allocation& a) { return a.cost <= most * (1.0 + 1e-12); });
    const Allocation& best = *std::prev(beyond);
    std::string overrides;
    for (std::size_t layer = 0; layer < names.size(); ++layer) {
      const std::string own = overrideOf(names[layer], candidates[best.candidates[layer]], candidates);
      overrides += (overrides.empty() ? "" : ";") + own;
    }
    if (!chosen.empty() && chosen.back().overrides == overrides) continue;
    chosen.push_back({std::move(overrides), best.cost / macs, best.noise});
  }
  return chosen;
}

}  // namespace axescope
