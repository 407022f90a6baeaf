// SPDX-License-Identifier: GPL-3.0-or-later
// The files that a growing set of results is written to, again and again.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "core/base/error.h"
#include "core/study/file_identity.h"
#include "core/study/point_result.h"
#include "core/study/provenance.h"

namespace axescope {

class ResultsOutputs {
 public:
  ResultsOutputs(std::filesystem::path results, std::optional<std::filesystem::path> csv)
      : results_(std::move(results)), csv_(std::move(csv)) {}

  const std::filesystem::path& results() const { return results_; }
  /// Both files, each whole and by renaming. From the second time on, what others wrote to their names or into them
  /// meanwhile moves aside first (results_folder.h). Errors: writeFailed, tooLarge.
  Status write(const Provenance& provenance, const std::vector<PointResult>& points);

 private:
  Status moveReplaced();

  std::filesystem::path results_;
  std::optional<std::filesystem::path> csv_;
  bool written_ = false;
  std::optional<FileIdentity> ourResults_;  // as last written
  std::optional<FileIdentity> ourCsv_;
};

}  // namespace axescope
