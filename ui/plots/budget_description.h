// SPDX-License-Identifier: GPL-3.0-or-later
// Each channel's integers against what its accumulators can take.
#pragma once

#include <QString>
#include <vector>

#include "ui/state/inspection.h"

namespace axescope::ui {

enum class BudgetQuantity {
  codeSums,  // Σ positive and Σ negative codes against L / max(|μ|, ν)
  extremes,  // the highest and lowest possible partial sum against ±L
};
enum class ChannelOrder { byIndex, byUse };

struct BudgetView {
  std::int64_t tile = -1;  // −1: of each channel its fullest tile
  BudgetQuantity quantity = BudgetQuantity::codeSums;
  ChannelOrder order = ChannelOrder::byUse;
  bool positive = true;
  bool negative = true;
};

struct ChannelBudget {
  std::int64_t channel = 0;
  std::int64_t tile = 0;
  double above = 0.0;  // of the quantity, ≥ 0
  double below = 0.0;  // ≤ 0
  double use = 0.0;    // of the inner accumulator; above 1 is unproven
};

struct BudgetDescription {
  QString title;
  BudgetView view;
  std::vector<ChannelBudget> channels;  // in the order shown
  double limit = 0.0;                   // ± of the quantity
  QString limitText;
  std::int64_t tiles = 0;
  std::vector<float> use;  // channels × tiles in the order shown
};

BudgetDescription budgetOf(const Inspection& inspection, std::size_t layer, const BudgetView& view);

}  // namespace axescope::ui
