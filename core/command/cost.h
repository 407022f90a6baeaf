// SPDX-License-Identifier: GPL-3.0-or-later
// `cost`: operations of a network under one setting, and their prices.
#pragma once

#include <string>
#include <vector>

#include "core/command/command.h"
#include "core/command/model_source.h"
#include "core/command/setting_flags.h"

namespace axescope {

struct CostOptions {
  ModelSource source;
  SettingFlags flags{SettingFlags::Values::one};
  std::vector<std::string> models;  // names or files; empty: all that come with the program
  bool nodes = false;
  bool json = false;
};

Result<int> runCost(const CostOptions& options, const std::stop_token& stop);
Command costCommand(CLI::App& program);

}  // namespace axescope
