// SPDX-License-Identifier: GPL-3.0-or-later
// `self-test`: whether the program computes on this machine what it says it does.
#pragma once

#include <span>
#include <stop_token>

#include "core/command/command.h"
#include "core/selftest/check.h"

namespace axescope {

struct SelfTestOptions {
  bool json = false;
  bool quiet = false;
  int threads = 0;
};

/// Runs the checks, each to its end, and prints them. Exit status 4 where one of them found a difference or could not
/// be run. Errors: cancelled.
Result<int> runSelfTest(const SelfTestOptions& options, std::span<const selftest::Check> checks,
                        const std::stop_token& stop);
Command selfTestCommand(CLI::App& program);

}  // namespace axescope
