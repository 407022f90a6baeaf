// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/results_file.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <new>
#include <stop_token>
#include <thread>
#include <unordered_map>

#include "core/hdf5/replacement_file.h"
#include "core/study/results_folder.h"
#include "core/study/results_journal.h"
#include "core/study/results_writer.h"
#include "core/study/study.h"
#include "core/study/write_lock.h"

namespace axescope {

namespace {

using Clock = std::chrono::steady_clock;

// Between two times the file is written: at least this, and so long that writing takes a tenth of the time.
constexpr std::chrono::milliseconds leastPause{50};
constexpr int pausePerWrite = 9;

Error noMemory(const std::filesystem::path& path) {
  return {ErrorCode::tooLarge, path.string(), {}, "memory for all points", "not enough"};
}

Status writeCsv(const std::filesystem::path& path, const std::string& text) {
  AXESCOPE_TRY(hdf5::ReplacementFile file, hdf5::ReplacementFile::create(path));
  return file.commit(std::as_bytes(std::span(text)));
}

Status writeFiles(const ResultsFile::Options& options, const Provenance& provenance,
                  const std::vector<PointResult>& points) {
  AXESCOPE_CHECK(writeResults(options.path, provenance, points));
  if (options.csv) AXESCOPE_CHECK(writeCsv(*options.csv, resultsCsv(provenance, points)));
  return {};
}

class JournaledResultsFile final : public ResultsFile {
 public:
  JournaledResultsFile(Options options, Provenance provenance, std::vector<PointResult> points, WriteLock lock,
                       ResultsJournal journal)
      : options_(std::move(options)),
        provenance_(std::move(provenance)),
        points_(std::move(points)),
        found_(points_),
        lock_(std::move(lock)),
        journal_(std::move(journal)) {
    for (std::size_t row = 0; row < points_.size(); ++row) {
      if (points_[row].failed()) failedRows_.emplace(toJson(points_[row].settings), row);
    }
    writer_ = std::jthread([this](const std::stop_token& stop) { writeWhileAdded(stop); });
  }
  ~JournaledResultsFile() override { static_cast<void>(end()); }
  JournaledResultsFile(const JournaledResultsFile&) = delete;
  JournaledResultsFile& operator=(const JournaledResultsFile&) = delete;

  const std::vector<PointResult>& points() const override { return found_; }
  const Provenance& provenance() const override { return provenance_; }

  Status add(PointResult result) override {
    try {
      const std::string description = ResultsJournal::describe(result);
      const std::string identity = failedRows_.empty() ? std::string{} : toJson(result.settings);
      const std::scoped_lock lock(mutex_);
      if (failure_) return fail(*failure_);
      const auto failedRow = failedRows_.find(identity);
      const std::size_t row = failedRow == failedRows_.end() ? points_.size() : failedRow->second;
      const std::string line = ResultsJournal::line(row, description);
      const Status status = keep(row, std::move(result), line);
      if (!status) failure_ = status.error();
      changed_.notify_all();
      return status;
    } catch (const std::bad_alloc&) {
      return fail(noMemory(options_.path));
    }
  }

  Status finish() override { return end(); }

 private:
  Status end() {
    if (writer_.joinable()) {
      writer_.request_stop();
      writer_.join();
      if (!failure_) journal_.remove();
    }
    return failure_ ? Status(fail(*failure_)) : Status{};
  }

  // A line that is missing would make those behind it worthless: after a failure nothing more is taken.
  Status keep(std::size_t row, PointResult result, const std::string& line) {
    try {
      pending_.push_back(line);
      if (row == points_.size()) {
        points_.push_back(std::move(result));
      } else {
        points_[row] = std::move(result);
      }
    } catch (const std::bad_alloc&) {
      return fail(noMemory(options_.path));
    }
    return journal_.append(line);
  }

  void writeWhileAdded(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    auto next = Clock::now();
    while (!failure_) {
      changed_.wait(lock, stop, [this] { return !pending_.empty(); });
      if (pending_.empty()) return;
      changed_.wait_until(lock, stop, next, [] { return false; });
      const auto start = Clock::now();
      if (auto status = writePending(lock); !status) failure_ = status.error();
      const auto end = Clock::now();
      next = end + std::max<Clock::duration>(leastPause, pausePerWrite * (end - start));
    }
  }

  // Points go on being added while the file is written; their lines are what the journal is left with.
  Status writePending(std::unique_lock<std::mutex>& lock) {
    try {
      const std::vector<PointResult> snapshot = points_;
      const std::size_t written = pending_.size();
      lock.unlock();
      const Status status = writeFiles(options_, provenance_, snapshot);
      lock.lock();
      if (!status) return status;
      pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(written));
      AXESCOPE_TRY(journal_, ResultsJournal::start(options_.path, provenance_, pending_));
      return {};
    } catch (const std::bad_alloc&) {
      if (!lock.owns_lock()) lock.lock();
      return fail(noMemory(options_.path));
    }
  }

  Options options_;
  Provenance provenance_;
  std::vector<PointResult> points_;
  const std::vector<PointResult> found_;
  std::unordered_map<std::string, std::size_t> failedRows_;  // of points found, by settings
  WriteLock lock_;
  ResultsJournal journal_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::string> pending_;  // lines of the journal that are not in the file yet
  std::optional<Error> failure_;
  std::jthread writer_;
};

Status checkSameInput(const std::filesystem::path& path, const Provenance& stored, const Provenance& resuming) {
  const auto refuse = [&](std::string expected, std::string found) {
    return fail(ErrorCode::invalidArgument, path.string(), "--resume", std::move(expected), std::move(found));
  };
  constexpr std::size_t shown = 12;  // digits are enough to tell two files apart
  if (stored.inputSha256 != resuming.inputSha256) {
    return refuse("results of the same input (SHA-256 " + resuming.inputSha256.substr(0, shown) + "…)",
                  "those of " + stored.inputFile + " (" + stored.inputSha256.substr(0, shown) + "…)");
  }
  const auto text = [](const std::vector<std::string>& mappings) {
    std::string all;
    for (const std::string& mapping : mappings) all += (all.empty() ? "--map " : " --map ") + mapping;
    return all.empty() ? std::string("no --map") : all;
  };
  if (stored.mappings != resuming.mappings) {
    return refuse("results of the same layers: " + text(resuming.mappings), text(stored.mappings));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<ResultsFile>> ResultsFile::open(const Options& options, const Provenance& provenance) {
  AXESCOPE_TRY(WriteLock lock, WriteLock::take(options.path));
  removeLeftovers(options.path, options.csv);
  std::vector<PointResult> found;
  Provenance kept = provenance;
  std::error_code ignored;
  if (options.resume && std::filesystem::exists(options.path, ignored)) {
    AXESCOPE_TRY(StoredResults stored, readResults(options.path, options.processes));
    AXESCOPE_CHECK(checkSameInput(options.path, stored.provenance, provenance));
    found = std::move(stored.points);
    if (!found.empty()) kept = resumedProvenance(std::move(stored.provenance), provenance);
  } else {
    AXESCOPE_CHECK(moveAside(options.path, options.csv, options.processes));
  }
  AXESCOPE_CHECK(writeFiles(options, kept, found));
  AXESCOPE_TRY(ResultsJournal journal, ResultsJournal::start(options.path, kept, {}));
  return std::make_unique<JournaledResultsFile>(options, std::move(kept), std::move(found), std::move(lock),
                                                std::move(journal));
}

}  // namespace axescope
