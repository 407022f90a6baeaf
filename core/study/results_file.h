// SPDX-License-Identifier: GPL-3.0-or-later
// The results of a sweep on disk: no finished point is lost, no file is ever half-written.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/error.h"
#include "core/hdf5/reader.h"
#include "core/study/point_result.h"
#include "core/study/provenance.h"

namespace axescope {

inline constexpr const char* resultsFormatName = "axescope-results";
inline constexpr std::int64_t resultsFormatVersion = 1;

struct StoredResults {
  Provenance provenance;
  std::vector<PointResult> points;
};

/// With what a running or killed sweep has finished since it last wrote the file.
/// Errors: those of reading; unsupported for another format or a newer version.
Result<StoredResults> readResults(const std::filesystem::path& path,
                                  const std::shared_ptr<hdf5::ReaderProcesses>& processes = nullptr);

/// One line of provenance behind #, then a header and a row for each point.
std::string resultsCsv(const Provenance& provenance, const std::vector<PointResult>& points);

/// A sweep's growing results. A point is safe once add() returns: it is in a journal beside the file, which survives
/// the end of the process at any moment, kill -9 included; only a machine that loses power may lose what was added
/// since the file was last written. The file itself is rewritten, whole and by renaming, at most twenty times a second
/// while points arrive, soon after the last of them, and by finish(); writing takes at most a tenth of the
/// time where files are large. readResults() sees file and journal as one.
/// A file that someone else put in its place meanwhile moves to a previous name; lock and journal that someone removed
/// are made anew.
class ResultsFile {
 public:
  struct Options {
    std::filesystem::path path;
    std::optional<std::filesystem::path> csv;
    bool resume = false;
    std::shared_ptr<hdf5::ReaderProcesses> processes = nullptr;  // that read a file which is there already
  };
  /// With resume, the points already in the file are kept; they must come from the same input, mapped in the same way.
  /// Without, results that are in the way move to "<name>.previous-1.h5", -2 and so on, a table at `csv` likewise,
  /// unless they have no points; nothing is ever overwritten. Errors: inUse when another program is writing this file,
  /// writeFailed, unsupported and invalidArgument on resume of another input.
  static Result<std::unique_ptr<ResultsFile>> open(const Options& options, const Provenance& provenance);
  /// As finish(), but without an answer.
  virtual ~ResultsFile() = default;

  /// Points found on resume, failed ones too; after finish() all that are in the file.
  virtual const std::vector<PointResult>& points() const = 0;
  /// What the file says of its rows: the runs it resumes are in `earlier`.
  virtual const Provenance& provenance() const = 0;
  /// Safe from several threads. Takes the place of a point found failed with the same settings. Errors: tooLarge, where
  /// there is no memory now: the point is not taken, and may be offered again. writeFailed and inUse, also those of
  /// rewriting the file, after which nothing more is taken.
  virtual Status add(const PointResult& result) = 0;
  /// Writes what is not in the file yet and ends the journal; to be called when all points are there or the run was
  /// stopped. Nothing can be added afterwards. Errors: writeFailed, tooLarge; then the journal stays.
  virtual Status finish() = 0;
};

/// Whether `other` is a name that a results file takes beside itself: its lock, its journal, a previous file.
bool isResultsCompanion(const std::filesystem::path& results, const std::filesystem::path& other);

}  // namespace axescope
