// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/pricing.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace axescope {

namespace {

constexpr std::size_t firstWidth = 2;  // of costVariables(): those before are operands
constexpr std::size_t mostNames = 200;

// Widths a table is tried with before it is believed: the ends and some between.
constexpr std::array<int, 5> triedBits{1, 2, 8, 17, 63};
constexpr std::array<std::int64_t, 3> triedTiles{1, 64, 4096};

bool isName(const std::string& text) {
  const auto isWordSign = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) == 0 &&
         std::all_of(text.begin(), text.end(), isWordSign);
}

Error at(Error error, std::string pointer) {
  error.object = std::move(pointer);
  return error;
}

// Roles that a rule without roles, or with none of layers, may meet.
bool meetsOthersThanLayers(const CostRule& rule) {
  return rule.roles.empty() ||
         std::any_of(rule.roles.begin(), rule.roles.end(), [](OperationRole role) { return !isOfLayers(role); });
}

std::vector<double> valuesOf(const OperationCount& operation, const LayerWidthsUsed& widths) {
  return {static_cast<double>(operation.a.bits),  static_cast<double>(operation.b.bits),
          static_cast<double>(widths.weightBits), static_cast<double>(widths.activationBits),
          static_cast<double>(widths.innerBits),  static_cast<double>(widths.outerBits),
          static_cast<double>(widths.tileSize),   static_cast<double>(widths.k)};
}

}  // namespace

class Pricing::Formulas {
 public:
  explicit Formulas(const CostModel& model) : model_(model), names_(costVariables()) {}

  Status compile() {
    AXESCOPE_CHECK(nameCoefficients());
    for (const auto& [name, formula] : model_.coefficients) {
      AXESCOPE_TRY(Formula compiled, compileAt(formula, "/coefficients/" + name));
      coefficients_.push_back(std::move(compiled));
    }
    AXESCOPE_CHECK(orderCoefficients());
    for (std::size_t i = 0; i < model_.rules.size(); ++i) {
      const std::string pointer = fmt::format("/rules/{}/price", i);
      AXESCOPE_TRY(Formula compiled, compileAt(model_.rules[i].price, pointer));
      AXESCOPE_CHECK(checkWidths(compiled, meetsOthersThanLayers(model_.rules[i]), pointer));
      prices_.push_back(std::move(compiled));
    }
    AXESCOPE_TRY(Formula otherwise, compileAt(model_.otherwise, "/otherwise"));
    AXESCOPE_CHECK(checkWidths(otherwise, true, "/otherwise"));
    prices_.push_back(std::move(otherwise));
    return tryAll();
  }

  Result<double> price(const OperationCount& operation, const LayerWidthsUsed& widths) const {
    const auto fitting = std::find_if(model_.rules.begin(), model_.rules.end(),
                                      [&](const CostRule& rule) { return rule.fits(operation); });
    return evaluate(static_cast<std::size_t>(fitting - model_.rules.begin()), operation, widths);
  }

 private:
  Status nameCoefficients() {
    if (model_.coefficients.size() > mostNames) {
      return fail(ErrorCode::tooLarge, {}, "/coefficients", fmt::format("at most {} of them", mostNames),
                  fmt::format("{}", model_.coefficients.size()));
    }
    for (const auto& [name, formula] : model_.coefficients) {
      const std::string pointer = "/coefficients/" + name;
      if (!isName(name)) {
        return fail(ErrorCode::invalidArgument, {}, pointer, "a name of letters, digits and _", "'" + name + "'");
      }
      if (std::find(names_.begin(), names_.end(), name) != names_.end()) {
        return fail(ErrorCode::invalidArgument, {}, pointer, "a name that is not taken", "'" + name + "'");
      }
      names_.push_back(name);
    }
    return {};
  }

  Result<Formula> compileAt(const std::string& text, const std::string& pointer) const {
    auto formula = Formula::compile(text, names_);
    if (!formula) return fail(at(std::move(formula).error(), pointer));
    return formula;
  }

  // Coefficients in an order in which each names earlier ones only.
  Status orderCoefficients() {
    std::vector<int> state(coefficients_.size(), 0);  // 1: being visited, 2: done
    for (std::size_t i = 0; i < coefficients_.size(); ++i) AXESCOPE_CHECK(visit(i, state));
    return {};
  }

  Status visit(std::size_t coefficient, std::vector<int>& state) {
    const auto& [name, formula] = model_.coefficients[coefficient];
    if (state[coefficient] == 2) return {};
    if (state[coefficient] == 1) {
      return fail(ErrorCode::invalidArgument, {}, "/coefficients/" + name, "a formula that does not need itself",
                  fmt::format("a circle through '{}'", name));
    }
    state[coefficient] = 1;
    for (const std::size_t used : coefficients_[coefficient].uses()) {
      if (used < costVariables().size()) {
        return fail(ErrorCode::invalidArgument, {}, "/coefficients/" + name, "numbers and other coefficients",
                    fmt::format("'{}', which operations differ in", names_[used]));
      }
      AXESCOPE_CHECK(visit(used - costVariables().size(), state));
    }
    state[coefficient] = 2;
    order_.push_back(coefficient);
    return {};
  }

  Status checkWidths(const Formula& formula, bool meetsOthers, const std::string& pointer) const {
    if (!meetsOthers) return {};
    for (const std::size_t used : formula.uses()) {
      if (used < firstWidth || used >= costVariables().size()) continue;
      return fail(ErrorCode::invalidArgument, {}, pointer,
                  "widths of layers only where all roles are of layers (product, inner-accumulation, …)",
                  fmt::format("'{}'", names_[used]));
    }
    return {};
  }

  Status tryAll() {
    values_.assign(names_.size(), 0.0);
    for (const std::size_t coefficient : order_) {
      const auto value = coefficients_[coefficient].evaluate(values_);
      if (!value) return fail(at(value.error(), "/coefficients/" + model_.coefficients[coefficient].first));
      values_[costVariables().size() + coefficient] = *value;
    }
    for (std::size_t i = 0; i < prices_.size(); ++i) {
      const std::string pointer = i < model_.rules.size() ? fmt::format("/rules/{}/price", i) : "/otherwise";
      for (const int a : triedBits) {
        for (const int b : triedBits) {
          for (const std::int64_t tile : triedTiles) {
            const LayerWidthsUsed widths{
                .weightBits = b, .activationBits = a, .innerBits = b, .outerBits = a, .tileSize = tile, .k = tile};
            const auto price = evaluate(i, {.a = integerOf(a), .b = integerOf(b)}, widths);
            if (!price) return fail(at(price.error(), pointer));
          }
        }
      }
    }
    return {};
  }

  Result<double> evaluate(std::size_t formula, const OperationCount& operation, const LayerWidthsUsed& widths) const {
    std::vector<double> values = values_;
    const std::vector<double> own = valuesOf(operation, widths);
    std::copy(own.begin(), own.end(), values.begin());
    const auto price = prices_[formula].evaluate(values);
    if (!price) {
      Error error = price.error();
      error.found += fmt::format(" at a = {}, b = {}", operation.a.bits, operation.b.bits);
      return fail(std::move(error));
    }
    if (*price >= 0.0) return *price;
    return fail(ErrorCode::invalidArgument, {}, {}, "a price of at least 0",
                fmt::format("{} at a = {}, b = {}", *price, operation.a.bits, operation.b.bits));
  }

  const CostModel model_;
  FormulaNames names_;
  std::vector<Formula> coefficients_;
  std::vector<std::size_t> order_;
  std::vector<Formula> prices_;  // of the rules, then of everything else
  std::vector<double> values_;   // by name; variables are filled in for each operation
};

Pricing::Pricing(std::unique_ptr<Formulas> formulas) : formulas_(std::move(formulas)) {}
Pricing::Pricing(Pricing&&) noexcept = default;
Pricing& Pricing::operator=(Pricing&&) noexcept = default;
Pricing::~Pricing() = default;

Result<Pricing> Pricing::compile(const CostModel& model) {
  auto formulas = std::make_unique<Formulas>(model);
  AXESCOPE_CHECK(formulas->compile());
  return Pricing(std::move(formulas));
}

Result<double> Pricing::price(const OperationCount& operation, const LayerWidthsUsed& widths) const {
  auto price = formulas_->price(operation, widths);
  if (!price) price.error().object = fmt::format("{} ({})", name(operation.kind), name(operation.role));
  return price;
}

Result<NetworkCost> Pricing::price(const NetworkCounts& counts) const {
  NetworkCost cost;
  for (const NodeCounts& node : counts.nodes) {
    SharedCost of;
    for (const OperationCount& operation : node.operations) {
      auto each = price(operation, node.widths);
      if (!each) {
        each.error().object = fmt::format("node '{}': {}", node.node, each.error().object);
        return fail(std::move(each).error());
      }
      const auto share = static_cast<std::size_t>(shareOf(operation.role));
      const double sum = static_cast<double>(operation.count) * *each;
      of.of[share] += sum;
      cost.all.of[share] += sum;
    }
    cost.nodes.push_back(of);
  }
  return cost;
}

}  // namespace axescope
