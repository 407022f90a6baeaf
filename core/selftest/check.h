// SPDX-License-Identifier: GPL-3.0-or-later
// What the program claims of its own arithmetic, tried on this machine: a check compares a fast way with a slow one
// that shares nothing with it, on seeded cases that are the same on every machine.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/job.h"

namespace axescope::selftest {

/// What a check went through.
struct Comparison {
  std::int64_t cases = 0;      // layers, channels, files
  std::int64_t values = 0;     // numbers compared
  std::int64_t different = 0;  // of them
  std::string first;           // where the first one differed, and how

  /// Counts one value; `where` is asked only for the first difference.
  void expect(bool same, const std::function<std::string()>& where);
  bool passed() const { return different == 0; }
};

struct Check {
  std::string name;     // what is under test
  std::string against;  // what it is compared with
  /// Errors: cancelled; those of files that cannot be written.
  std::function<Result<Comparison>(const Job& job)> run;
};

/// In the order of the table; those of the emulator once for each instruction set of the machine. About ten seconds
/// altogether.
std::vector<Check> allChecks();

// One file for each kind.
std::vector<Check> productChecks();
std::vector<Check> emulatorChecks();
std::vector<Check> certificateChecks();
std::vector<Check> recurrenceChecks();
std::vector<Check> fileChecks();
std::vector<Check> threadChecks();

}  // namespace axescope::selftest
