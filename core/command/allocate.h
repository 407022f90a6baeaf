// SPDX-License-Identifier: GPL-3.0-or-later
// `allocate`: widths for each layer, chosen from a grid by what each layer alone costs the network.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "core/command/command.h"
#include "core/command/model_source.h"
#include "core/command/setting_flags.h"

namespace axescope {

struct AllocateOptions {
  ModelSource source;
  SettingFlags flags{SettingFlags::Values::list};
  std::string cost = "mean_inner_bits";
  std::int64_t points = 12;
  std::int64_t samples = 256;
  std::string out;
  bool quiet = false;
};

Result<int> runAllocate(const AllocateOptions& options, const std::stop_token& stop);
Command allocateCommand(CLI::App& program);

}  // namespace axescope
