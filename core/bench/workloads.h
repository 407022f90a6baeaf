// SPDX-License-Identifier: GPL-3.0-or-later
// The list of all benchmark rows. To add one: an entry in the *_workloads.cpp of its group.
#pragma once

#include <vector>

#include "core/bench/workload.h"

namespace axescope::bench {

/// Rows that the options allow, in the order in which they are shown.
std::vector<Workload> workloads(const BenchOptions& options);

// By group.
std::vector<Workload> recurrenceWorkloads(const BenchOptions& options);
std::vector<Workload> statisticsWorkloads(const BenchOptions& options);
std::vector<Workload> emulationWorkloads(const BenchOptions& options);

}  // namespace axescope::bench
