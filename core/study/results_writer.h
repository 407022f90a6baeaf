// SPDX-License-Identifier: GPL-3.0-or-later
// The layout of a results file; results_reader.cpp is its other side.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "core/study/point_result.h"
#include "core/study/provenance.h"

namespace axescope {

/// A whole new file in place of the old one, by renaming; `beforeRename` is asked right before that, and an error of it
/// leaves everything as it is. Errors: writeFailed, tooLarge.
Status writeResults(const std::filesystem::path& path, const Provenance& provenance,
                    const std::vector<PointResult>& points, const std::function<Status()>& beforeRename = {});

}  // namespace axescope
