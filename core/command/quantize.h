// SPDX-License-Identifier: GPL-3.0-or-later
// `quantize`: one point's integer codes, scales and certificates as a file.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "core/command/command.h"
#include "core/command/model_source.h"
#include "core/command/setting_flags.h"

namespace axescope {

struct QuantizeOptions {
  ModelSource source;
  SettingFlags flags{SettingFlags::Values::one};
  std::string out;
  std::int64_t inputSamples = 64;
};

Result<int> runQuantize(const QuantizeOptions& options, const std::stop_token& stop);
Command quantizeCommand(CLI::App& program);

}  // namespace axescope
