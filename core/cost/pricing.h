// SPDX-License-Identifier: GPL-3.0-or-later
// Prices of counted operations under a cost model.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/cost/cost_model.h"
#include "core/cost/operation_count.h"

namespace axescope {

/// In the model's unit, by CostShare.
struct SharedCost {
  std::array<double, 3> of{};
  double total() const { return of[0] + of[1] + of[2]; }
  double operator[](CostShare share) const { return of[static_cast<std::size_t>(share)]; }
};

struct NetworkCost {
  std::vector<SharedCost> nodes;  // as NetworkCounts::nodes
  SharedCost all;
};

/// A model's formulas, compiled. Used by one thread at a time.
class Pricing {
 public:
  /// What a bad table is refused for, without file: `object` is a JSON pointer into it. See costModelFromJson().
  static Result<Pricing> compile(const CostModel& model);
  Pricing(Pricing&&) noexcept;
  Pricing& operator=(Pricing&&) noexcept;
  ~Pricing();

  /// Of one operation. Errors: numerical, invalidArgument (below zero), with the operation as object.
  Result<double> price(const OperationCount& operation, const LayerWidthsUsed& widths) const;
  /// Count times price, summed. Errors: those of price(), with the node.
  Result<NetworkCost> price(const NetworkCounts& counts) const;

 private:
  class Formulas;
  explicit Pricing(std::unique_ptr<Formulas> formulas);
  std::unique_ptr<Formulas> formulas_;
};

}  // namespace axescope
