// SPDX-License-Identifier: GPL-3.0-or-later
// `info`: what is in a file, what can be done with it, and what its network scores in float.
#pragma once

#include <stop_token>
#include <string>

#include "core/command/command.h"
#include "core/command/model_source.h"

namespace axescope {

struct InfoOptions {
  ModelSource source;
  bool json = false;
  bool evaluate = false;
  std::string logits;  // file for the float outputs of the evaluation samples, or empty
};

Result<int> runInfo(const InfoOptions& options, const std::stop_token& stop);
Command infoCommand(CLI::App& program);

}  // namespace axescope
