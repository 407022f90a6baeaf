// SPDX-License-Identifier: GPL-3.0-or-later
// What a benchmark row is. The rows themselves are in *_workloads.cpp, collected by workloads(), and both front ends,
// `axescope-cli bench` and tests/bench, run them from there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace axescope::bench {

struct BenchOptions {
  bool quick = false;           // small sizes: that everything runs, not how fast
  int threads = 0;              // 0: all of the machine's
  std::filesystem::path model;  // dump with a graph and evaluation data; empty: no evaluation rows
  bool large = false;           // rows on a dump of 10 GB
};

/// What a row's figure compares the workload with. Each is measured right beside it in every repetition.
enum class Yardstick {
  floatProduct,    // the machine's sgemm: figure = share of its multiply-adds per second
  integerProduct,  // the machine's u8s8s32, likewise
  otherTime,       // another workload: figure = time / its time
  otherRate,       // another workload: figure = work per second / its work per second
  clock,           // figure = seconds
  memory,          // figure = MiB at the peak, over what was held before
};

/// What a figure of this kind is: "share", "time ratio", "rate ratio", "seconds", "MiB".
const char* name(Yardstick yardstick);

struct Target {
  enum class Sense { none, atLeast, atMost };
  Sense sense = Sense::none;
  double value = 0.0;

  static Target atLeast(double value) { return {Sense::atLeast, value}; }
  static Target atMost(double value) { return {Sense::atMost, value}; }
  bool met(double figure) const {
    if (sense == Sense::none) return true;
    return sense == Sense::atLeast ? figure >= value : figure <= value;
  }
};

/// Something to be timed, with its data at hand; run any number of times within the arena of the caller.
struct TimedWork {
  std::function<Status()> run;
  double amount = 0.0;  // in the workload's unit; 0: not counted
};

/// A workload with its data.
struct ReadyWorkload {
  TimedWork work;
  TimedWork other;  // for the yardsticks that compare with another workload
};

struct Workload {
  std::string name;     // group/what
  std::string against;  // the yardstick in words: "sgemm", "unconstrained"
  Yardstick yardstick = Yardstick::clock;
  Target target;
  std::string size;  // of one run, for people: "K 4096, C 1024"
  std::function<Result<ReadyWorkload>()> setup;
  std::string unit = "multiply-adds";
};

/// What stands before the slash.
std::string groupOf(const std::string& name);

/// One size of a growth series.
struct GrowthStep {
  std::int64_t value = 0;
  std::function<Result<TimedWork>()> setup;
};

/// The same work along one parameter; time is to grow like value^exponent.
struct GrowthSeries {
  std::string name;       // group/what; the group is "growth"
  std::string parameter;  // "K"
  double exponent = 1.0;
  std::vector<GrowthStep> steps;
};

}  // namespace axescope::bench
