// SPDX-License-Identifier: GPL-3.0-or-later
// The cost models that come with the program, resources/cost/*.json.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/cost/cost_model.h"

namespace axescope {

inline constexpr std::size_t builtinCostModelCount = 7;
/// The one in which shares of element-wise work are told.
inline constexpr std::string_view shareCostModel = "ace-v2";

struct BuiltinTable {
  std::string_view name;
  std::string_view text;  // JSON
};
std::span<const BuiltinTable> builtinTables();

/// Parsed, in the order of builtinTables(): builtinCostModelCount of them.
const std::vector<CostModel>& builtinCostModels();

/// A table by the name of one that comes with the program, else by its path. Errors: those of readCostModel().
Result<CostModel> findCostModel(const std::string& nameOrPath);

}  // namespace axescope
