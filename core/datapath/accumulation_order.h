// SPDX-License-Identifier: GPL-3.0-or-later
// The order in which a dot product is accumulated, and the rules that give one. Orders act within tiles: which columns
// a tile adds, and the order of the tiles, never change.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/budget/certificate.h"
#include "core/linalg/matrix.h"

namespace axescope {

/// For each tile in turn, its columns in turn. Each tile's columns must be those of the tiling, in any order.
struct AccumulationOrder {
  std::vector<std::vector<std::int64_t>> tiles;
  static AccumulationOrder natural(const Tiling& tiling);
  /// All tiles' columns after one another.
  std::vector<std::int64_t> columns() const;
};

/// Ties go to the lower column, everywhere.
enum class OrderRule {
  natural,
  reversed,     // within each tile
  random,       // by keys that depend on seed and column alone, so that every machine draws the same
  actOrder,     // descending input energy, as a quantizer with act-order visits columns
  alternating,  // see alternatingColumns: an order of each channel's own
};
inline constexpr std::array orderRules{OrderRule::natural, OrderRule::reversed, OrderRule::random, OrderRule::actOrder,
                                       OrderRule::alternating};
/// As on the command line.
std::string_view name(OrderRule rule);
std::optional<OrderRule> orderRuleNamed(std::string_view name);

struct OrderChoice {
  OrderRule rule = OrderRule::natural;
  std::uint64_t seed = 0;  // of random
};

/// What rules look at; K of each.
struct OrderBasis {
  std::span<const std::int16_t> codes;     // of the channel: alternating
  std::span<const std::int64_t> energies;  // Σ x² of each input's codes: act-order
};

AccumulationOrder accumulationOrder(OrderChoice choice, const Tiling& tiling, const OrderBasis& basis);

/// Orders for the channels of codes[C×K]: none stands for natural, one for all channels, else C. energies[K] are
/// needed by act-order only.
std::vector<AccumulationOrder> channelOrders(OrderChoice choice, const Tiling& tiling, const CodeMatrix& codes,
                                             std::span<const std::int64_t> energies);

}  // namespace axescope
