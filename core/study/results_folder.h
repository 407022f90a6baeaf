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

/// Moves what is said to "<name>.previous-<n>", with the first number that is free for both. Errors: writeFailed.
Status moveToPrevious(const std::filesystem::path& results, const std::optional<std::filesystem::path>& csv,
                      bool movesResults, bool movesCsv);

/// Where the results really are: what a symbolic link to them leads to. Lock and journal lie beside the file itself,
/// whatever name a program was given for it.
std::filesystem::path realResultsPath(const std::filesystem::path& results);

/// Temporary files that a killed writer of these results left; the caller holds their lock.
void removeLeftovers(const std::filesystem::path& results, const std::optional<std::filesystem::path>& csv);

}  // namespace axescope
