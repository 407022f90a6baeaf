// SPDX-License-Identifier: GPL-3.0-or-later
// A table of prices as any text, or, where that does not begin with a brace, a formula of any tokens. A table that is
// accepted survives its own JSON; prices are finite numbers.
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/cost/cost_model.h"

namespace axescope {
namespace {

constexpr std::array<std::string_view, 48> tokens{
    "a",     "b",      "M",    "N",      "P_I",   "P_O",  "T",    "K",    "0",     "1",    "2",    "1.5",
    "1e308", "1e-308", "0x1f", "8",      "+",     "-",    "*",    "/",    "^",     "(",    ")",    ",",
    "?",     ":",      "<",    ">=",     "==",    "!=",   "&&",   "||",   "snap(", "min(", "max(", "abs(",
    "sqrt(", "log2(",  "ln(",  "floor(", "ceil(", "sum(", "avg(", "sin(", " ",     "!",    "_pi",  "="};

bool isOneLine(const Error& error) {
  return error.line().find('\n') == std::string::npos;
}

void readTable(const std::string& text) {
  const auto model = costModelFromJson(text, "fuzzed");
  if (!model) {
    if (!isOneLine(model.error())) std::abort();
    return;
  }
  const auto again = costModelFromJson(toJson(*model), "fuzzed");
  if (!again || !(*again == *model)) std::abort();
}

void compute(std::string_view choices) {
  std::string text;
  for (const char choice : choices) text += tokens[static_cast<unsigned char>(choice) % tokens.size()];
  const auto formula = Formula::compile(text, costVariables());
  if (!formula) {
    if (!isOneLine(formula.error())) std::abort();
    return;
  }
  for (const double value : {0.0, 1.0, 8.0, 63.0}) {
    const std::vector<double> values(costVariables().size(), value);
    const auto price = formula->evaluate(values);
    if (price ? !std::isfinite(*price) : !isOneLine(price.error())) std::abort();
  }
}

}  // namespace
}  // namespace axescope

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.starts_with('{')) {
    axescope::readTable(std::string(text));
  } else {
    axescope::compute(text);
  }
  return 0;
}
