// SPDX-License-Identifier: GPL-3.0-or-later
// What lies in the way of a new results file or beside it, and what becomes of it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/error.h"
#include "core/hdf5/reader.h"
#include "core/study/point_result.h"

namespace axescope {

/// Moves results and table that are in the way to "<name>.previous-<n>", both with the first number that is free for
/// both; a file without points is left to be replaced. Errors: writeFailed.
Status moveAside(const std::filesystem::path& results, const std::optional<std::filesystem::path>& csv,
                 const std::shared_ptr<hdf5::ReaderProcesses>& processes);

/// Temporary files that a killed writer of these results left; the caller holds their lock.
void removeLeftovers(const std::filesystem::path& results, const std::optional<std::filesystem::path>& csv);

}  // namespace axescope
