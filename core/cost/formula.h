// SPDX-License-Identifier: GPL-3.0-or-later
// A price as its author writes it: "a * b", "1 / floor(register_bits / snap(P_I, 8, 16, 32))".
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace axescope {

/// What a formula may name. The same for all formulas of a table.
using FormulaNames = std::vector<std::string>;

/// Numbers, + − * / ^, comparisons, condition ? x : y, min, max, abs, sqrt, log2, ln, floor, ceil, and snap(x, s₁, s₂,
/// …): the first s that is not below x, else the last. Evaluated by one thread at a time.
class Formula {
 public:
  /// Errors, without file and object: invalidArgument (not a formula of these names).
  static Result<Formula> compile(const std::string& text, const FormulaNames& names);
  Formula(Formula&&) noexcept;
  Formula& operator=(Formula&&) noexcept;
  ~Formula();

  /// Which of the names it uses, as indices.
  const std::vector<std::size_t>& uses() const { return uses_; }
  /// `values` are parallel to the names. Errors: numerical (not finite: a division by zero, a logarithm of one).
  Result<double> evaluate(std::span<const double> values) const;

 private:
  struct Compiled;
  explicit Formula(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
  std::vector<std::size_t> uses_;
};

}  // namespace axescope
