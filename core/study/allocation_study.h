// SPDX-License-Identifier: GPL-3.0-or-later
// Mixed precision from a study: its lists of widths are what each layer may choose from, its answer is another study.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/study/allocation.h"
#include "core/study/study.h"

namespace axescope {

struct AllocationRequest {
  Study study;
  std::string cost = "mean_inner_bits";  // one of allocationCosts()
  std::size_t points = 12;               // allocations wanted, from the cheapest to the best
  std::int64_t samples = 256;            // calibration samples that tell a layer's noise
};

struct AllocatedStudy {
  Study study;  // the request's with one width each and the allocations as overrides
  std::vector<AllocatedPoint> points;
  std::size_t candidates = 0;  // ways in which each layer was measured
};

/// Whether layers can choose among the study's points: they differ in widths alone, of which none is automatic, and
/// have no overrides. Errors: invalidArgument, with the flag.
Status checkAllocationStudy(const Study& study);

/// Measures every layer alone under every point of the study, without error propagation, and chooses. Progress counts
/// candidates. Errors: those of checkAllocationStudy(), measureSensitivities() and allocatePoints().
Result<AllocatedStudy> allocateStudy(const Model& model, const AllocationRequest& request, const Job& job);

}  // namespace axescope
