// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/builtin_cost_models.h"

#include <algorithm>
#include <cassert>

namespace axescope {

const std::vector<CostModel>& builtinCostModels() {
  static const std::vector<CostModel> models = [] {
    std::vector<CostModel> all;
    for (const BuiltinTable& table : builtinTables()) {
      auto model = costModelFromJson(std::string(table.text), std::string(table.name));
      assert(model);  // a test reads them all
      all.push_back(*std::move(model));
    }
    return all;
  }();
  return models;
}

Result<CostModel> findCostModel(const std::string& nameOrPath) {
  const auto& models = builtinCostModels();
  const auto found =
      std::find_if(models.begin(), models.end(), [&](const CostModel& model) { return model.name == nameOrPath; });
  if (found != models.end()) return *found;
  return readCostModel(nameOrPath);
}

}  // namespace axescope
