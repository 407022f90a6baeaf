// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bench/workloads.h"

#include <iterator>

namespace axescope::bench {

std::vector<Workload> workloads(const BenchOptions& options) {
  std::vector<Workload> all;
  for (std::vector<Workload> group :
       {recurrenceWorkloads(options), statisticsWorkloads(options), emulationWorkloads(options)}) {
    all.insert(all.end(), std::make_move_iterator(group.begin()), std::make_move_iterator(group.end()));
  }
  return all;
}

}  // namespace axescope::bench
