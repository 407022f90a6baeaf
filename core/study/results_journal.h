// SPDX-License-Identifier: GPL-3.0-or-later
// Points that have finished but are not in the results file yet: rewriting a file of thousands of points after each one
// costs more than the points. One line of JSON for each in "<name>.journal" beside the results, appended in one write.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "core/study/point_result.h"
#include "core/study/provenance.h"

namespace axescope {

struct JournalEntry {
  std::size_t row = 0;  // of /points: at most one behind the last, or that of a point which was run again
  PointResult point;
};

class ResultsJournal {
 public:
  static std::filesystem::path pathOf(const std::filesystem::path& results);

  /// A new journal with these lines in place of an old one, by renaming. It belongs to results of this provenance.
  /// Errors: writeFailed.
  static Result<ResultsJournal> start(const std::filesystem::path& results, const Provenance& provenance,
                                      const std::vector<std::string>& lines);
  ResultsJournal(ResultsJournal&& other) noexcept;
  ResultsJournal& operator=(ResultsJournal&& other) noexcept;
  ResultsJournal(const ResultsJournal&) = delete;
  ResultsJournal& operator=(const ResultsJournal&) = delete;
  ~ResultsJournal();

  /// What a line says but its row, which may be known later.
  static std::string describe(const PointResult& point);
  static std::string line(std::size_t row, const std::string& description);
  /// The line is with the system: it survives the end of the process. Errors: writeFailed, after which the journal
  /// takes no more lines.
  Status append(const std::string& line);
  /// Whether someone removed its file: it would keep nothing then.
  bool lostItsFile() const;
  /// The results file has it all. Forgets the file too.
  void remove();

 private:
  ResultsJournal() = default;
  std::filesystem::path results_;
  int descriptor_ = -1;
};

/// The entries of the journal beside `results`, if there is one, it belongs to results of `provenance` (one line of
/// JSON) and is whole up to there: a line that was cut off ends it.
struct StoredJournal {
  std::string provenance;
  std::vector<JournalEntry> entries;
};
StoredJournal readJournal(const std::filesystem::path& results);

/// Puts entries where they belong; doing so twice changes nothing.
void applyJournal(const std::vector<JournalEntry>& entries, std::vector<PointResult>& points);

}  // namespace axescope
