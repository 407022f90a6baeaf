// SPDX-License-Identifier: GPL-3.0-or-later
// The machine's own speed, by which everything else is judged: large matrix products through oneDNN, cut over the
// threads of the arena.
#pragma once

#include "core/bench/workload.h"

namespace axescope::bench {

/// A square float32 product, C = A·B.
TimedWork floatReference(bool quick);
/// The same of unsigned by signed bytes.
TimedWork integerReference(bool quick);

}  // namespace axescope::bench
