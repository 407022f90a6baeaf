// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/cost_model.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace axescope {

namespace {

using Json = nlohmann::ordered_json;

template <class Values, class Value>
bool fitsAny(const Values& values, const Value& value) {
  return values.empty() || std::find(values.begin(), values.end(), value) != values.end();
}

template <class Value>
Json namesOf(const std::vector<Value>& values) {
  Json names = Json::array();
  for (const Value value : values) names.push_back(name(value));
  return names;
}

}  // namespace

bool CostRule::fits(const OperationCount& operation) const {
  return fitsAny(operations, operation.kind) && fitsAny(roles, operation.role) && (!a || *a == operation.a.type) &&
         (!b || *b == operation.b.type);
}

const FormulaNames& costVariables() {
  static const FormulaNames names{"a", "b", "M", "N", "P_I", "P_O", "T", "K"};
  return names;
}

std::string toJson(const CostModel& model) {
  Json json{{"format", costModelFormatName},
            {"version", 1},
            {"name", model.name},
            {"title", model.title},
            {"unit", model.unit},
            {"source", model.source},
            {"assumptions", model.assumptions},
            {"coefficients", Json::object()}};
  for (const auto& [name, formula] : model.coefficients) json["coefficients"][name] = formula;
  Json rules = Json::array();
  for (const CostRule& rule : model.rules) {
    Json one = Json::object();
    if (!rule.operations.empty()) one["operations"] = namesOf(rule.operations);
    if (!rule.roles.empty()) one["roles"] = namesOf(rule.roles);
    if (rule.a) one["a"] = name(*rule.a);
    if (rule.b) one["b"] = name(*rule.b);
    one["price"] = rule.price;
    rules.push_back(std::move(one));
  }
  json["rules"] = std::move(rules);
  json["otherwise"] = model.otherwise;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace axescope
