// SPDX-License-Identifier: GPL-3.0-or-later
// `datapaths`: which datapaths are worth their price, and what a narrow accumulator buys.
#pragma once

#include <string>

#include "core/command/command.h"

namespace axescope {

struct DatapathsOptions {
  std::string file;
  std::string price = "cost_simd";
  std::string metric;     // empty: accuracy, or perplexity or error where there is none
  std::string costTable;  // of the user's; needs the dump
  std::string dump;
  int accumulatorBits = 16;
  int registerBits = 256;
  bool guaranteedOnly = false;
  bool isolate = false;
};

Result<int> runDatapaths(const DatapathsOptions& options, const std::stop_token& stop);
Command datapathsCommand(CLI::App& program);

}  // namespace axescope
