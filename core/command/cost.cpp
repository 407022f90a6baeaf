// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/cost.h"

#include <map>
#include <tuple>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/command/terminal.h"
#include "core/command/text_table.h"
#include "core/cost/short_number.h"
#include "core/study/point_costs.h"

namespace axescope {

namespace {

using Json = nlohmann::ordered_json;
using enum TextTable::Align;

struct Priced {
  CostModel model;
  NetworkCost cost;
};

std::string operandText(const Operand& operand) {
  return fmt::format("{}{}",
                     operand.type == NumberType::floating     ? "float"
                     : operand.type == NumberType::powerOfTwo ? "shift"
                                                              : "int",
                     operand.bits);
}

// Equal operations of all nodes together, in the order of roles.
std::string countsTable(const NetworkCounts& counts) {
  using Key = std::tuple<OperationRole, OperationKind, std::string>;
  std::map<Key, std::int64_t> totals;
  for (const NodeCounts& node : counts.nodes) {
    for (const OperationCount& operation : node.operations) {
      const std::string a = operandText(operation.a);
      const std::string operands = operation.a == operation.b ? a : a + ", " + operandText(operation.b);
      totals[{operation.role, operation.kind, operands}] += operation.count;
    }
  }
  TextTable table({{"For", left}, {"Operation", left}, {"Operands", left}, {"Count"}});
  for (const auto& [key, count] : totals) {
    table.addRow({std::string(name(std::get<0>(key))), std::string(name(std::get<1>(key))), std::get<2>(key),
                  fmt::format("{}", count)});
  }
  return table.text();
}

std::string costsTable(const std::vector<Priced>& priced) {
  TextTable table({{"Cost model", left}, {"Products"}, {"Element-wise"}, {"Memory"}, {"Total"}, {"Unit", left}});
  for (const Priced& one : priced) {
    const SharedCost& all = one.cost.all;
    table.addRow({one.model.title, shortNumber(all[CostShare::products]), shortNumber(all[CostShare::elementwise]),
                  shortNumber(all[CostShare::memory]), shortNumber(all.total()), one.model.unit});
  }
  return table.text();
}

std::string nodesTable(const NetworkCounts& counts, const Priced& priced) {
  TextTable table({{"Node", left}, {"Operation", left}, {"Products"}, {"Element-wise"}, {"Memory"}, {"Share"}});
  for (std::size_t i = 0; i < counts.nodes.size(); ++i) {
    const SharedCost& cost = priced.cost.nodes[i];
    if (counts.nodes[i].operations.empty()) continue;
    const double all = priced.cost.all.total();
    table.addRow({counts.nodes[i].node, counts.nodes[i].op, shortNumber(cost[CostShare::products]),
                  shortNumber(cost[CostShare::elementwise]), shortNumber(cost[CostShare::memory]),
                  fmt::format("{:.1f} %", all > 0.0 ? 100.0 * cost.total() / all : 0.0)});
  }
  return fmt::format("{} of each node in {}\n", priced.model.title, priced.model.unit) + table.text();
}

Json asJson(const SharedCost& cost) {
  return {{"products", cost[CostShare::products]},
          {"element_wise", cost[CostShare::elementwise]},
          {"memory", cost[CostShare::memory]},
          {"total", cost.total()}};
}

Json asJson(const Operand& operand) {
  return {{"type", name(operand.type)}, {"bits", operand.bits}};
}

std::string asJson(const NetworkCounts& counts, const std::vector<Priced>& priced) {
  Json nodes = Json::array();
  for (std::size_t i = 0; i < counts.nodes.size(); ++i) {
    const NodeCounts& node = counts.nodes[i];
    Json operations = Json::array();
    for (const OperationCount& one : node.operations) {
      operations.push_back({{"operation", name(one.kind)},
                            {"role", name(one.role)},
                            {"a", asJson(one.a)},
                            {"b", asJson(one.b)},
                            {"count", one.count}});
    }
    Json costs = Json::object();
    for (const Priced& one : priced) costs[one.model.name] = asJson(one.cost.nodes[i]);
    nodes.push_back({{"node", node.node}, {"op", node.op}, {"operations", operations}, {"costs", costs}});
  }
  Json costs = Json::array();
  for (const Priced& one : priced) {
    Json all{{"model", one.model.name}, {"title", one.model.title}, {"unit", one.model.unit}};
    all.update(asJson(one.cost.all));
    costs.push_back(std::move(all));
  }
  return Json{{"costs", costs}, {"nodes", nodes}}.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

Result<std::vector<CostModel>> chosenModels(const std::vector<std::string>& names) {
  if (names.empty()) return builtinCostModels();
  std::vector<CostModel> models;
  for (const std::string& name : names) {
    AXESCOPE_TRY(CostModel model, findCostModel(name));
    models.push_back(std::move(model));
  }
  return models;
}

}  // namespace

Result<int> runCost(const CostOptions& options, const std::stop_token& stop) {
  AXESCOPE_TRY(const Study study, options.flags.study());  // wrong flags are wrong whatever the file
  AXESCOPE_TRY(const auto models, chosenModels(options.models));
  AXESCOPE_TRY(const auto model, openModel(options.source));
  AXESCOPE_TRY(const auto points, study.points(model->studyDefaults()));
  PointResult point;
  point.settings = points.front();
  point.layers = expectedLayers(*model, point.settings);
  AXESCOPE_TRY(const NetworkCounts counts, PointCounter(*model).count(point, {.stop = stop, .onProgress = {}}));
  std::vector<Priced> priced;
  for (const CostModel& one : models) {
    AXESCOPE_TRY(const Pricing pricing, Pricing::compile(one));
    AXESCOPE_TRY(NetworkCost cost, pricing.price(counts));
    priced.push_back({one, std::move(cost)});
  }
  if (options.json) {
    print(asJson(counts, priced));
    return 0;
  }
  std::string text = countsTable(counts) + '\n' + costsTable(priced);
  for (std::size_t i = 0; options.nodes && i < priced.size(); ++i) text += '\n' + nodesTable(counts, priced[i]);
  print(text + "\nFor one sample. Outer widths that are auto count as P_I + log2(K/T); a sweep uses the exact ones.\n");
  return 0;
}

Command costCommand(CLI::App& program) {
  CLI::App* app = program.add_subcommand("cost", "Count the operations of one setting and price them");
  const auto options = std::make_shared<CostOptions>();
  addModelSource(*app, options->source);
  app->add_option("--model", options->models,
                  "ace, ace-v2, aqt, energy, gates, simd, dsp, or a table of your own;\nseveral may be given (default: "
                  "all of these)")
      ->option_text("NAME|TABLE.json");
  app->add_flag("--nodes", options->nodes, "Also the cost of every node of the graph");
  app->add_flag("--json", options->json, "Machine-readable output");
  options->flags.addAll(*app);
  app->footer(
      "Each setting takes one value. Tables that come with the program are in resources/cost; copy one to change "
      "it.\n\n"
      "Examples:\n"
      "  axescope-cli cost samples/digits-cnn.h5 --weight-bits 4 --inner-bits 14 --tile 64\n"
      "  axescope-cli cost net.h5 --model ace-v2 --model mine.json --nodes");
  return {app, [options](const std::stop_token& stop) { return runCost(*options, stop); }};
}

}  // namespace axescope
