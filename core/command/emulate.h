// SPDX-License-Identifier: GPL-3.0-or-later
// `emulate`: the input codes of a quantized file through a datapath, addition by addition where it could overflow.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "core/command/command.h"
#include "core/command/setting_flags.h"
#include "core/datapath/accumulation_order.h"

namespace axescope {

struct EmulateOptions {
  std::string file;
  SettingFlags flags{SettingFlags::Values::one};  // of the datapath; what is not given is as in the file
  std::string out;
  std::string order{name(OrderRule::natural)};
  std::int64_t seed = 0;  // of the random order
  bool json = false;
  int threads = 0;
};

Result<int> runEmulate(const EmulateOptions& options, const std::stop_token& stop);
Command emulateCommand(CLI::App& program);

}  // namespace axescope
