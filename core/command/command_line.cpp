// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/command_line.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>

#include "axescope_version.h"
#include "core/command/allocate.h"
#include "core/command/bench.h"
#include "core/command/certify.h"
#include "core/command/cost.h"
#include "core/command/datapaths.h"
#include "core/command/emulate.h"
#include "core/command/info.h"
#include "core/command/interruption.h"
#include "core/command/pareto.h"
#include "core/command/quantize.h"
#include "core/command/self_test.h"
#include "core/command/setting_flags.h"
#include "core/command/sweep.h"
#include "core/command/terminal.h"
#include "core/hdf5/read_worker.h"

namespace axescope {

namespace {

Error plainError(ErrorCode code, std::string what) {
  return {code, {}, {}, {}, std::move(what)};
}

class Program {
 public:
  Program() : app_("What narrow accumulators cost a quantized neural network.", "axescope-cli") {
    constexpr std::size_t flagColumn = 30;
    app_.get_formatter()->column_width(flagColumn);
    app_.get_formatter()->label("SUBCOMMAND", "COMMAND");
    app_.get_formatter()->label("Positionals", "Arguments");
    app_.set_version_flag("--version", std::string("axescope-cli ") + versionString, "Print the version and end");
    app_.set_help_flag("-h,--help", "Print this help and end");
    app_.footer(
        "axescope-cli COMMAND --help says more about a command.\n\n"
        "Example:\n"
        "  axescope-cli info samples/digits-cnn.h5\n"
        "  axescope-cli sweep samples/digits-cnn.h5 --out results.h5\n"
        "  axescope-cli pareto results.h5\n\n"
        "Exit status: 0 done, 2 wrong arguments, 3 unreadable or refused input, 4 numerical failure, 130 interrupted.");
    commands_ = {infoCommand(app_),      sweepCommand(app_),  quantizeCommand(app_), certifyCommand(app_),
                 emulateCommand(app_),   paretoCommand(app_), allocateCommand(app_), costCommand(app_),
                 datapathsCommand(app_), benchCommand(app_),  selfTestCommand(app_)};
    for (const Command& command : commands_) command.app->group("Commands");
  }

  int run(std::vector<std::string> arguments, const std::stop_token& stop) {
    arguments = withSwitchValues(std::move(arguments));
    if (arguments.empty()) {
      print(help());
      return exitStatus(ErrorCode::invalidArgument);
    }
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    try {
      app_.parse(arguments);
    } catch (const CLI::CallForHelp&) {
      print(help());
      return 0;
    } catch (const CLI::CallForVersion& version) {
      print(std::string(version.what()) + '\n');
      return 0;
    } catch (const CLI::ParseError& error) {
      return wrongArguments(error.what());
    }
    for (const Command& command : commands_) {
      if (command.app->parsed()) return status(command.run(stop));
    }
    return wrongArguments(
        "a command is needed: info, sweep, quantize, certify, emulate, pareto, allocate, cost, datapaths, bench or "
        "self-test");
  }

 private:
  // Without the doubled empty lines between CLI11's groups.
  std::string help() const { return CLI::detail::find_and_replace(app_.help(), "\n\n\n", "\n\n"); }

  int wrongArguments(const std::string& what) const {
    const auto parsed = app_.get_subcommands();
    const std::string command = parsed.empty() ? "" : parsed.front()->get_name() + ": ";
    printError(plainError(ErrorCode::invalidArgument, command + what + " (see --help)"));
    return exitStatus(ErrorCode::invalidArgument);
  }

  static int status(const Result<int>& result) {
    if (result) return *result;
    printError(result.error());
    return exitStatus(result.error().code);
  }

  CLI::App app_;
  std::vector<Command> commands_;
};

// Output that did not arrive is a failure; a reader that went away is not.
int flushed(int status) {
  errno = 0;
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (written || errno == EPIPE || status != 0) return status;
  printError(
      {ErrorCode::writeFailed, "standard output", {}, "room for the answer", std::generic_category().message(errno)});
  return exitStatus(ErrorCode::writeFailed);
}

}  // namespace

int runCommandLine(int argc, const char* const* argv) {
  if (argc == 2 && std::string_view(argv[1]) == hdf5::readWorkerCommand) return hdf5::runReadWorker();
  try {
    const Interruption interruption;
    return flushed(
        Program().run(std::vector<std::string>(argv + std::min(argc, 1), argv + argc), interruption.token()));
  } catch (const std::bad_alloc&) {
    printError(plainError(ErrorCode::tooLarge, "not enough memory"));
    return exitStatus(ErrorCode::tooLarge);
  } catch (const std::exception& error) {
    printError(plainError(ErrorCode::refused, error.what()));
    return exitStatus(ErrorCode::refused);
  }
}

}  // namespace axescope
