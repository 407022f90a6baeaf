// SPDX-License-Identifier: GPL-3.0-or-later
// What a command is to the program. To add one: a .h/.cpp pair like pareto.{h,cpp}, and a line in command_line.cpp.
#pragma once

#include <functional>
#include <stop_token>

#include "core/base/error.h"
#include "core/command/cli_app.h"

namespace axescope {

struct Command {
  CLI::App* app = nullptr;  // its flags and help; owned by the program
  /// Exit status of a run whose arguments are parsed. What an error's code means as status says exitStatus().
  std::function<Result<int>(const std::stop_token& stop)> run;
};

}  // namespace axescope
