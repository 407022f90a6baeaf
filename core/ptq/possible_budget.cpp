// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/possible_budget.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "core/budget/bounds.h"

namespace axescope {

namespace {

bool admitsACode(const LayerOptions& options, int innerBits) {
  const IntegerRange activations = options.activations;
  if (const auto rule = l1BudgetOf(options)) {
    const TileSums one{.positive = 1};
    return l1Budget(*rule, innerBits, activations) >= 1.0 && fits(one.extremes(activations), innerBits);
  }
  const BudgetLeft left =
      budgetLeft({}, {.innerBits = innerBits, .tiling = {}, .activations = activations, .slack = options.slack});
  return roundHalfEven(std::max(left.down, left.up)) >= 1.0;
}

}  // namespace

Status checkBudgetIsPossible(const LayerOptions& options) {
  if (!promisesCertificate(options) || admitsACode(options, options.innerBits)) return {};
  int enough = options.innerBits;
  while (enough < mostAccumulatorBits && !admitsACode(options, enough)) ++enough;
  const auto largest = static_cast<std::uint64_t>(options.activations.high - options.activations.low);
  const auto activationBits = static_cast<int>(std::bit_width(largest));
  return fail(ErrorCode::numerical, {}, {},
              fmt::format("an accumulator that holds one product with code ±1, of at least {} bits", enough),
              fmt::format("P_I = {} bits with {}-bit activations", options.innerBits, activationBits));
}

}  // namespace axescope
