// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/accumulation_order.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdlib>
#include <numeric>
#include <utility>

namespace axescope {

namespace {

using Columns = std::vector<std::int64_t>;

/// Columns by descending value of `key`.
template <class Key>
void sortDescending(Columns& columns, const Key& key) {
  std::stable_sort(columns.begin(), columns.end(), [&](std::int64_t a, std::int64_t b) { return key(a) > key(b); });
}

/// Output number `column` of SplitMix64 started from the seed.
std::uint64_t randomKey(std::uint64_t seed, std::int64_t column) {
  std::uint64_t z = seed + (static_cast<std::uint64_t>(column) + 1) * 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

/// Positive and negative codes in turn, each sign by descending magnitude, the larger magnitude first; what one sign
/// has more than the other comes after them, zeros last. With unsigned activations products have the signs of their
/// codes, and partial sums stay small. Each channel has an order of its own, which hardware that streams one order of
/// activations past all channels cannot offer: an ideal that shows what reordering might gain.
Columns alternatingColumns(Columns columns, std::span<const std::int16_t> codes) {
  const auto codeOf = [&](std::int64_t column) { return int{codes[static_cast<std::size_t>(column)]}; };
  const auto magnitudeOf = [&](std::int64_t column) { return std::abs(codeOf(column)); };
  sortDescending(columns, magnitudeOf);
  const auto firstNegative =
      std::stable_partition(columns.begin(), columns.end(), [&](std::int64_t column) { return codeOf(column) > 0; });
  const auto firstZero =
      std::stable_partition(firstNegative, columns.end(), [&](std::int64_t column) { return codeOf(column) < 0; });
  std::span positive(columns.begin(), firstNegative);
  std::span negative(firstNegative, firstZero);
  const bool negativeLeads =
      !negative.empty() && (positive.empty() || magnitudeOf(negative.front()) > magnitudeOf(positive.front()));
  if (negativeLeads) std::swap(positive, negative);
  Columns mixed;
  mixed.reserve(columns.size());
  for (std::size_t i = 0; i < std::max(positive.size(), negative.size()); ++i) {
    if (i < positive.size()) mixed.push_back(positive[i]);
    if (i < negative.size()) mixed.push_back(negative[i]);
  }
  mixed.insert(mixed.end(), firstZero, columns.end());
  return mixed;
}

}  // namespace

AccumulationOrder AccumulationOrder::natural(const Tiling& tiling) {
  AccumulationOrder order;
  order.tiles.resize(static_cast<std::size_t>(tiling.tiles()));
  for (std::int64_t t = 0; t < tiling.tiles(); ++t) {
    Columns& columns = order.tiles[static_cast<std::size_t>(t)];
    columns.resize(static_cast<std::size_t>(tiling.end(t) - tiling.begin(t)));
    std::iota(columns.begin(), columns.end(), tiling.begin(t));
  }
  return order;
}

std::vector<std::int64_t> AccumulationOrder::columns() const {
  Columns all;
  for (const Columns& tile : tiles) all.insert(all.end(), tile.begin(), tile.end());
  return all;
}

std::string_view name(OrderRule rule) {
  switch (rule) {
    case OrderRule::natural:
      return "natural";
    case OrderRule::reversed:
      return "reversed";
    case OrderRule::random:
      return "random";
    case OrderRule::actOrder:
      return "act-order";
    case OrderRule::alternating:
      return "alternating";
  }
  return {};
}

std::optional<OrderRule> orderRuleNamed(std::string_view wanted) {
  for (const OrderRule rule : orderRules) {
    if (name(rule) == wanted) return rule;
  }
  return std::nullopt;
}

AccumulationOrder accumulationOrder(OrderChoice choice, const Tiling& tiling, const OrderBasis& basis) {
  AccumulationOrder order = AccumulationOrder::natural(tiling);
  for (Columns& columns : order.tiles) {
    switch (choice.rule) {
      case OrderRule::natural:
        break;
      case OrderRule::reversed:
        std::reverse(columns.begin(), columns.end());
        break;
      case OrderRule::random:
        sortDescending(columns, [&](std::int64_t column) { return randomKey(choice.seed, column); });
        break;
      case OrderRule::actOrder:
        assert(static_cast<std::int64_t>(basis.energies.size()) == tiling.k);
        sortDescending(columns, [&](std::int64_t column) { return basis.energies[static_cast<std::size_t>(column)]; });
        break;
      case OrderRule::alternating:
        assert(static_cast<std::int64_t>(basis.codes.size()) == tiling.k);
        columns = alternatingColumns(std::move(columns), basis.codes);
        break;
    }
  }
  return order;
}

std::vector<AccumulationOrder> channelOrders(OrderChoice choice, const Tiling& tiling, const CodeMatrix& codes,
                                             std::span<const std::int64_t> energies) {
  if (choice.rule == OrderRule::natural) return {};
  if (choice.rule != OrderRule::alternating) return {accumulationOrder(choice, tiling, {{}, energies})};
  std::vector<AccumulationOrder> orders;
  orders.reserve(static_cast<std::size_t>(codes.rows()));
  for (Eigen::Index channel = 0; channel < codes.rows(); ++channel) {
    const std::span row(codes.row(channel).data(), static_cast<std::size_t>(codes.cols()));
    orders.push_back(accumulationOrder(choice, tiling, {row, energies}));
  }
  return orders;
}

}  // namespace axescope
