// SPDX-License-Identifier: GPL-3.0-or-later
// The list of all benchmark rows. To add one: an entry in the *_workloads.cpp of its group.
#pragma once

#include <vector>

#include "core/bench/workload.h"

namespace axescope::bench {

/// Rows that the options allow, in the order in which they are shown.
std::vector<Workload> workloads(const BenchOptions& options);
std::vector<GrowthSeries> growthSeries(const BenchOptions& options);

// By group.
std::vector<Workload> recurrenceWorkloads(const BenchOptions& options);
std::vector<GrowthSeries> recurrenceGrowth(const BenchOptions& options);
std::vector<Workload> statisticsWorkloads(const BenchOptions& options);
std::vector<GrowthSeries> statisticsGrowth(const BenchOptions& options);
std::vector<Workload> emulationWorkloads(const BenchOptions& options);
std::vector<GrowthSeries> emulationGrowth(const BenchOptions& options);
std::vector<Workload> studyWorkloads(const BenchOptions& options);
/// On options.model; none without.
std::vector<Workload> evaluationWorkloads(const BenchOptions& options);
/// On a dump of 10 GB that is made in the temporary folder; none unless options.large.
std::vector<Workload> largeDumpWorkloads(const BenchOptions& options);

/// The workload on two threads against itself on one.
Workload onTwoThreads(const Workload& workload);

}  // namespace axescope::bench
