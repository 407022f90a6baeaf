// SPDX-License-Identifier: GPL-3.0-or-later
// The results of a sweep on disk: complete after each point, never half-written.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/error.h"
#include "core/study/point_result.h"
#include "core/study/provenance.h"

namespace axescope {

inline constexpr const char* resultsFormatName = "axescope-results";
inline constexpr std::int64_t resultsFormatVersion = 1;

struct StoredResults {
  Provenance provenance;
  std::vector<PointResult> points;
};

/// Errors: those of reading; unsupported for another format or a newer version.
Result<StoredResults> readResults(const std::filesystem::path& path);

/// One line of provenance behind #, then a header and a row for each point.
std::string resultsCsv(const Provenance& provenance, const std::vector<PointResult>& points);

/// A sweep's growing results. Every add() leaves a whole new file in place of the old one, by renaming.
class ResultsFile {
 public:
  struct Options {
    std::filesystem::path path;
    std::optional<std::filesystem::path> csv;
    bool resume = false;
  };
  /// With resume, the points already in the file are kept; they must come from the same input. Without, a results file
  /// that is in the way moves to "<name>.previous.h5" so that no finished point is lost. Errors: inUse when
  /// another program is writing this file, writeFailed, unsupported and invalidArgument on resume of another input.
  static Result<std::unique_ptr<ResultsFile>> open(const Options& options, const Provenance& provenance);
  virtual ~ResultsFile() = default;

  /// Points found on resume.
  virtual const std::vector<PointResult>& points() const = 0;
  /// Safe from several threads; returns when the point is on disk. Calls that overlap share one write.
  virtual Status add(PointResult result) = 0;
};

}  // namespace axescope
