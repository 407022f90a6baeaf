// SPDX-License-Identifier: GPL-3.0-or-later
// Mixed precision: which of several widths each layer gets, so that a cost buys the least noise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/study/model.h"
#include "core/study/sensitivity.h"

namespace axescope {

/// What one layer may have.
struct LayerChoice {
  std::size_t candidate = 0;
  double cost = 0.0;
  double noise = 0.0;
};

struct Allocation {
  std::vector<std::size_t> candidates;  // by layer
  double cost = 0.0;                    // sums over layers
  double noise = 0.0;
};

/// All allocations on the convex front of total cost and total noise, cheapest first: those that minimise
/// noise + λ·cost for some λ (Shoham and Gersho, 1988). Each layer goes up its own lower convex hull, the steepest step
/// of all first. Noises are taken to add up. Every layer has at least one choice.
std::vector<Allocation> allocate(const std::vector<std::vector<LayerChoice>>& layers);

/// What allocations are bought with: result columns "mean_inner_bits", "mean_weight_bits" and "mean_activation_bits".
std::span<const std::string_view> allocationCosts();
/// Errors: invalidArgument for any other name.
Status checkAllocationCost(std::string_view cost);

/// Widths of layers as text for --overrides, of `points` allocations spread evenly over the front's costs (fewer where
/// it has fewer). `candidates` differ in widths alone. Errors: invalidArgument for an unknown cost, empty when no
/// layer has a choice.
struct AllocatedPoint {
  std::string overrides;
  double cost = 0.0;  // the column's value
  double noise = 0.0;
};
Result<std::vector<AllocatedPoint>> allocatePoints(const Model& model, std::span<const PointSettings> candidates,
                                                   const Sensitivities& sensitivities, std::string_view cost,
                                                   std::size_t points);

}  // namespace axescope
