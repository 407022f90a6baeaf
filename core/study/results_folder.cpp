// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/results_folder.h"

#include <algorithm>
#include <fstream>
#include <string>

#include <fmt/format.h>

#include "core/hdf5/replacement_file.h"
#include "core/study/results_file.h"
#include "core/study/results_journal.h"
#include "core/study/results_writer.h"
#include "core/study/write_lock.h"

namespace axescope {

namespace {

namespace fs = std::filesystem;

constexpr const char* previousMark = ".previous-";

fs::path previousName(const fs::path& path, int number) {
  fs::path name = path;
  return name.replace_extension(fmt::format("{}{}{}", previousMark, number, path.extension().string()));
}

bool isThere(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

// Provenance and header are no points.
bool hasRows(const fs::path& csv) {
  std::ifstream file(csv);
  std::size_t lines = 0;
  for (std::string line; lines < 2 && std::getline(file, line);) {
    if (!line.empty() && line.front() != '#') ++lines;
  }
  return lines == 2;
}

Status moveFile(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::rename(from, to, failed);
  if (!failed) return {};
  return fail(ErrorCode::writeFailed, from.string(), {}, "a file that can be moved aside", failed.message());
}

}  // namespace

Status moveAside(const fs::path& results, const std::optional<fs::path>& csv,
                 const std::shared_ptr<hdf5::ReaderProcesses>& processes) {
  bool movesResults = isThere(results);
  if (movesResults) {
    // A file that cannot be read may be anything: it is kept as it is.
    const auto stored = readResults(results, processes);
    movesResults = !stored || !stored->points.empty();
    const bool wasKilled = isThere(ResultsJournal::pathOf(results));
    if (stored && movesResults && wasKilled) {
      AXESCOPE_CHECK(writeResults(results, stored->provenance, stored->points));
    }
  }
  return moveToPrevious(results, csv, movesResults, csv && hasRows(*csv));
}

Status moveToPrevious(const fs::path& results, const std::optional<fs::path>& csv, bool movesResults, bool movesCsv) {
  if (!movesResults && !movesCsv) return {};
  int number = 1;
  while (isThere(previousName(results, number)) || (csv && isThere(previousName(*csv, number)))) ++number;
  if (movesResults) AXESCOPE_CHECK(moveFile(results, previousName(results, number)));
  if (movesCsv) AXESCOPE_CHECK(moveFile(*csv, previousName(*csv, number)));
  return {};
}

fs::path realResultsPath(const fs::path& results) {
  std::error_code failed;
  if (!fs::is_symlink(results, failed)) return results;
  const fs::path real = fs::weakly_canonical(results, failed);
  return failed ? results : real;
}

void removeLeftovers(const fs::path& results, const std::optional<fs::path>& csv) {
  hdf5::ReplacementFile::removeLeftovers(results);
  hdf5::ReplacementFile::removeLeftovers(ResultsJournal::pathOf(results));
  if (csv) hdf5::ReplacementFile::removeLeftovers(*csv);
}

bool isResultsCompanion(const fs::path& results, const fs::path& other) {
  std::error_code ignored;
  const fs::path own = fs::weakly_canonical(results, ignored);
  const fs::path name = fs::weakly_canonical(other, ignored);
  if (name == WriteLock::pathOf(own) || name == ResultsJournal::pathOf(own)) return true;
  const std::string text = name.string();
  const std::string start = (own.parent_path() / own.stem()).string() + previousMark;
  const std::string end = own.extension().string();
  if (!text.starts_with(start) || !text.ends_with(end) || text.size() <= start.size() + end.size()) return false;
  const std::string number = text.substr(start.size(), text.size() - start.size() - end.size());
  return std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace axescope
