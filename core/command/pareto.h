// SPDX-License-Identifier: GPL-3.0-or-later
// `pareto`: the points of a sweep that no other point beats.
#pragma once

#include <string>

#include "core/command/command.h"

namespace axescope {

struct ParetoOptions {
  std::string file;
  std::string x = "accumulator_bits";
  std::string y;  // empty: accuracy, or perplexity or error where there is none
  std::string csv;
  bool isolate = false;
  bool guaranteedOnly = false;
};

Result<int> runPareto(const ParetoOptions& options);
Command paretoCommand(CLI::App& program);

}  // namespace axescope
