// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/bench/workload.h"

namespace axescope::bench {

/// MiB that one run held at its peak beyond what the process held before it. Errors: those of the work, and
/// unsupported where the system does not tell.
Result<double> peakMemoryOf(const TimedWork& work);

}  // namespace axescope::bench
