// SPDX-License-Identifier: GPL-3.0-or-later
// `sweep`: runs all points of a study, each kept on disk as it ends.
#pragma once

#include <stop_token>
#include <string>

#include "core/command/command.h"
#include "core/command/model_source.h"
#include "core/command/setting_flags.h"

namespace axescope {

struct SweepOptions {
  ModelSource source;
  SettingFlags flags{SettingFlags::Values::list};
  std::string out;
  std::string csv;
  bool resume = false;
  bool quiet = false;
  bool dryRun = false;
};

/// When every point failed: the status of their reason where they have one, else 4.
Result<int> runSweep(const SweepOptions& options, const std::stop_token& stop);
Command sweepCommand(CLI::App& program);

}  // namespace axescope
