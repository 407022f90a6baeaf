// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/formula.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <muParser.h>

namespace axescope {

namespace {

constexpr std::size_t longestFormula = 1000;

double floorOf(double x) {
  return std::floor(x);
}

double ceilOf(double x) {
  return std::ceil(x);
}

// muParser's calling convention for any number of arguments.
double snap(const double* arguments, int count) {
  const double x = arguments[0];
  const double* const found = std::find_if(arguments + 1, arguments + count, [x](double step) { return step >= x; });
  if (count < 2) return x;
  return found == arguments + count ? arguments[count - 1] : *found;
}

tl::unexpected<Error> notAFormula(std::string found) {
  return fail(ErrorCode::invalidArgument, {}, {}, "a formula", std::move(found));
}

// A lone = would write into a name, and a text in quotes is no number.
bool hasForeignSigns(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') return true;
    if (text[i] != '=') continue;
    const bool before = i > 0 && std::string("<>!=").find(text[i - 1]) != std::string::npos;
    const bool after = i + 1 < text.size() && text[i + 1] == '=';
    if (!before && !after) return true;
  }
  return false;
}

}  // namespace

struct Formula::Compiled {
  mu::Parser parser;
  std::vector<double> values;  // what the parser reads, by name
};

Formula::Formula(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Formula::Formula(Formula&&) noexcept = default;
Formula& Formula::operator=(Formula&&) noexcept = default;
Formula::~Formula() = default;

Result<Formula> Formula::compile(const std::string& text, const FormulaNames& names) {
  if (text.size() > longestFormula) {
    return fail(ErrorCode::tooLarge, {}, {}, fmt::format("a formula of at most {} characters", longestFormula),
                fmt::format("{}", text.size()));
  }
  if (hasForeignSigns(text)) return notAFormula(fmt::format("'{}': assignments and quotes are not part of one", text));
  auto compiled = std::make_unique<Compiled>();
  compiled->values.assign(names.size(), 1.0);
  try {
    mu::Parser& parser = compiled->parser;
    parser.DefineFun("floor", floorOf);
    parser.DefineFun("ceil", ceilOf);
    parser.DefineFun("snap", snap);
    for (std::size_t i = 0; i < names.size(); ++i) parser.DefineVar(names[i], &compiled->values[i]);
    parser.SetExpr(text);
    const mu::varmap_type used = parser.GetUsedVar();  // GetUsedVar tolerates unknown names, Eval does not
    parser.Eval();
    if (parser.GetNumResults() != 1) return notAFormula(fmt::format("'{}': several values", text));
    Formula formula(std::move(compiled));
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (used.contains(names[i])) formula.uses_.push_back(i);
    }
    return formula;
  } catch (const mu::ParserError& error) {
    return notAFormula(fmt::format("'{}': {}", text, error.GetMsg()));
  }
}

Result<double> Formula::evaluate(std::span<const double> values) const {
  std::copy(values.begin(), values.end(), compiled_->values.begin());
  double value = 0.0;
  try {
    value = compiled_->parser.Eval();
  } catch (const mu::ParserError& error) {
    return fail(ErrorCode::numerical, {}, {}, "a finite price", error.GetMsg());
  }
  if (std::isfinite(value)) return value;
  return fail(ErrorCode::numerical, {}, {}, "a finite price", "a division by zero, or a number beyond all bounds");
}

}  // namespace axescope
