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

#include "core/base/thread_start.h"
#include "core/study/results_folder.h"
#include "core/study/results_journal.h"
#include "core/study/results_outputs.h"
#include "core/study/study.h"
#include "core/study/write_lock.h"

namespace axescope {

namespace {

using Clock = std::chrono::steady_clock;

// Between two times the file is written: at least this, and so long that writing takes a tenth of the time.
constexpr std::chrono::milliseconds leastPause{50};
constexpr int pausePerWrite = 9;

// The next `count` that are put in move nothing and take no memory.
template <class Value>
void makeRoom(std::vector<Value>& values, std::size_t count = 1) {
  constexpr std::size_t few = 16;
  if (values.capacity() - values.size() < count)
    values.reserve(std::max({few, 2 * values.size(), values.size() + count}));
}

Error noMemory(const std::filesystem::path& path) {
  return {ErrorCode::tooLarge, path.string(), {}, "memory for all points", "not enough"};
}

class JournaledResultsFile final : public ResultsFile {
 public:
  JournaledResultsFile(ResultsOutputs outputs, Provenance provenance, std::vector<PointResult> points, WriteLock lock,
                       ResultsJournal journal)
      : outputs_(std::move(outputs)),
        provenance_(std::move(provenance)),
        points_(std::move(points)),
        rows_(points_.size()),
        found_(points_),
        lock_(std::move(lock)),
        journal_(std::move(journal)) {
    for (std::size_t row = 0; row < points_.size(); ++row) {
      if (points_[row].failed()) failedRows_.emplace(toJson(points_[row].settings), row);
    }
    writer_ = startThread<std::jthread>([this](const std::stop_token& stop) { writeWhileAdded(stop); });
  }
  ~JournaledResultsFile() override { static_cast<void>(end()); }
  JournaledResultsFile(const JournaledResultsFile&) = delete;
  JournaledResultsFile& operator=(const JournaledResultsFile&) = delete;

  const std::vector<PointResult>& points() const override { return writer_.joinable() ? found_ : points_; }
  const Provenance& provenance() const override { return provenance_; }

  Status add(const PointResult& result) override {
    try {
      const std::string description = ResultsJournal::describe(result);
      const std::string identity = failedRows_.empty() ? std::string{} : toJson(result.settings);
      const std::scoped_lock lock(mutex_);
      if (failure_) return fail(*failure_);
      const auto failedRow = failedRows_.find(identity);
      const std::size_t row = failedRow == failedRows_.end() ? rows_ : failedRow->second;
      const std::string line = ResultsJournal::line(row, description);
      Status status = keep(row, result, line);
      if (!status && status.error().code != ErrorCode::tooLarge) failure_ = status.error();
      changed_.notify_all();
      return status;
    } catch (const std::bad_alloc&) {
      return fail(noMemory(outputs_.results()));
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

  // A line that is missing would make those behind it worthless: after a failure nothing more is taken. Want of memory
  // is none: it shows before anything has changed.
  Status keep(std::size_t row, const PointResult& result, const std::string& line) {
    try {
      PointResult kept = result;
      makeRoom(arrived_);
      makeRoom(pending_);
      AXESCOPE_CHECK(lock_.keep());
      pending_.push_back(line);
      if (Status status = inJournal(line); !status) {
        pending_.pop_back();
        return status;
      }
      arrived_.emplace_back(row, std::move(kept));
      rows_ = std::max(rows_, row + 1);
      return {};
    } catch (const std::bad_alloc&) {
      return fail(noMemory(outputs_.results()));
    }
  }

  /// The last line of those that are pending.
  Status inJournal(const std::string& line) {
    try {
      if (!journal_.lostItsFile()) return journal_.append(line);
      AXESCOPE_TRY(journal_, ResultsJournal::start(outputs_.results(), provenance_, pending_));
      return {};
    } catch (const std::bad_alloc&) {
      return fail(noMemory(outputs_.results()));
    }
  }

  void writeWhileAdded(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    auto next = Clock::now();
    while (!failure_) {
      changed_.wait(lock, stop, [this] { return !pending_.empty(); });
      if (pending_.empty()) return;
      changed_.wait_until(lock, stop, next, [] { return false; });
      const auto start = Clock::now();
      // Memory that is missing now may be there later: until the end the journal holds what the file does not.
      if (auto status = writePending(lock);
          !status && (status.error().code != ErrorCode::tooLarge || stop.stop_requested())) {
        failure_ = status.error();
      }
      const auto end = Clock::now();
      next = end + std::max<Clock::duration>(leastPause, pausePerWrite * (end - start));
    }
  }

  void takeArrived() {
    makeRoom(points_, rows_ - points_.size());
    for (auto& [row, result] : arrived_) {
      if (row == points_.size()) {
        points_.push_back(std::move(result));
      } else {
        points_[row] = std::move(result);
      }
    }
    arrived_.clear();
  }

  // Points go on being added while the file is written; their lines are what the journal is left with.
  Status writePending(std::unique_lock<std::mutex>& lock) {
    try {
      AXESCOPE_CHECK(lock_.keep());
      takeArrived();
      const std::size_t written = pending_.size();
      lock.unlock();
      Status status = outputs_.write(provenance_, points_);
      lock.lock();
      if (!status) return status;
      pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(written));
      AXESCOPE_TRY(journal_, ResultsJournal::start(outputs_.results(), provenance_, pending_));
      return {};
    } catch (const std::bad_alloc&) {
      if (!lock.owns_lock()) lock.lock();
      return fail(noMemory(outputs_.results()));
    }
  }

  ResultsOutputs outputs_;
  Provenance provenance_;
  std::vector<PointResult> points_;                           // the writer's alone while it runs
  std::vector<std::pair<std::size_t, PointResult>> arrived_;  // with their rows; not among these yet
  std::size_t rows_;                                          // of both
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
  const std::filesystem::path path = realResultsPath(options.path);
  AXESCOPE_TRY(WriteLock lock, WriteLock::take(path));
  removeLeftovers(path, options.csv);
  std::vector<PointResult> found;
  Provenance kept = provenance;
  std::error_code ignored;
  if (options.resume && std::filesystem::exists(path, ignored)) {
    AXESCOPE_TRY(StoredResults stored, readResults(path, options.processes));
    AXESCOPE_CHECK(checkSameInput(path, stored.provenance, provenance));
    found = std::move(stored.points);
    if (!found.empty()) kept = resumedProvenance(std::move(stored.provenance), provenance);
  } else {
    AXESCOPE_CHECK(moveAside(path, options.csv, options.processes));
  }
  ResultsOutputs outputs(path, options.csv);
  AXESCOPE_CHECK(outputs.write(kept, found));
  AXESCOPE_TRY(ResultsJournal journal, ResultsJournal::start(path, kept, {}));
  try {
    return std::make_unique<JournaledResultsFile>(std::move(outputs), std::move(kept), std::move(found),
                                                  std::move(lock), std::move(journal));
  } catch (const std::bad_alloc&) {
    return fail(noMemory(path));
  }
}

}  // namespace axescope
