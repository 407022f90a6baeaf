// SPDX-License-Identifier: GPL-3.0-or-later
// `certify`: the smallest safe accumulators of a quantized file, all bounds side by side.
#pragma once

#include <string>

#include "core/command/command.h"

namespace axescope {

struct CertifyOptions {
  std::string file;
  bool isolate = false;
  bool json = false;
};

Result<int> runCertify(const CertifyOptions& options);
Command certifyCommand(CLI::App& program);

}  // namespace axescope
