// SPDX-License-Identifier: GPL-3.0-or-later
// A table of prices: what an operation of some kind, on numbers of some type and width, costs. Tables are data, one
// JSON file each; the ones that come with the program are in resources/cost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/cost/formula.h"
#include "core/cost/operation_count.h"

namespace axescope {

inline constexpr const char* costModelFormatName = "axescope-cost-model";

/// A price for operations that all conditions fit; empty conditions fit everything.
struct CostRule {
  std::vector<OperationKind> operations;
  std::vector<OperationRole> roles;
  std::optional<NumberType> a;  // type of the first operand
  std::optional<NumberType> b;
  std::string price;  // formula of one operation

  bool fits(const OperationCount& operation) const;
  friend bool operator==(const CostRule&, const CostRule&) = default;
};

/// Formulas may name the operands' bits a and b, in rules for layers also M, N, P_I, P_O, T and K, and the
/// coefficients.
struct CostModel {
  std::string name;   // short, for columns and flags: "ace-v2"
  std::string title;  // "ACEv2"
  std::string unit;   // of all prices: "pJ"
  std::string source;
  std::vector<std::string> assumptions;
  std::vector<std::pair<std::string, std::string>> coefficients;  // name and formula, which may name others
  std::vector<CostRule> rules;                                    // the first that fits counts
  std::string otherwise = "0";                                    // price of what no rule fits

  friend bool operator==(const CostModel&, const CostModel&) = default;
};

/// A table as its author wrote it. `file` is for errors; each names the line and the member. Errors: refused (no JSON,
/// a key twice), unsupported (another format or version), wrongType, notFound (a member missing), invalidArgument (an
/// unknown member, operation, role or type; a name that formulas cannot use; widths in a rule beyond layers; formulas
/// that do not parse, divide by zero, or name themselves in a circle; prices below zero).
Result<CostModel> costModelFromJson(const std::string& text, const std::string& file);
/// From a file of at most a megabyte. Errors: also notFound, tooLarge.
Result<CostModel> readCostModel(const std::string& path);
/// The same table as text that costModelFromJson() reads.
std::string toJson(const CostModel& model);

/// Names that formulas may use besides coefficients, in the order of values: a, b, M, N, P_I, P_O, T, K.
const FormulaNames& costVariables();

}  // namespace axescope
