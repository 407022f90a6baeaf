// SPDX-License-Identifier: GPL-3.0-or-later
// The layout of a results file; results_reader.cpp is its other side.
#pragma once

#include <filesystem>
#include <vector>

#include "core/study/point_result.h"
#include "core/study/provenance.h"

namespace axescope {

/// A whole new file in place of the old one, by renaming. Errors: writeFailed.
Status writeResults(const std::filesystem::path& path, const Provenance& provenance,
                    const std::vector<PointResult>& points);

}  // namespace axescope
