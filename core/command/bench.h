// SPDX-License-Identifier: GPL-3.0-or-later
// `bench`: how fast this machine does the program's work, as shares of what it can do.
#pragma once

#include <stop_token>
#include <string>

#include "core/bench/workload.h"
#include "core/command/command.h"

namespace axescope {

struct BenchCommandOptions {
  bench::BenchOptions bench;
  std::string only = "*";
  int repetitions = 0;  // 0: as many as the sizes ask for
  bool json = false;
};

Result<int> runBenchCommand(const BenchCommandOptions& options, const std::stop_token& stop);
Command benchCommand(CLI::App& program);

}  // namespace axescope
