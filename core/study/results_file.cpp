// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/results_file.h"

#include <condition_variable>
#include <limits>
#include <mutex>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/hdf5/replacement_file.h"
#include "core/hdf5/writer.h"

namespace axescope {

namespace {

// Names that stand for 0 in an integer column ("full", "auto", "all") are stored as 0.
hdf5::TableColumn pointsColumn(const ResultColumn& column, const std::vector<PointResult>& points) {
  hdf5::TableColumn out{std::string(column.name), {}};
  if (column.kind == SettingKind::integer) {
    std::vector<std::int64_t> values;
    for (const PointResult& point : points) {
      values.push_back(static_cast<std::int64_t>(numericValue(column, point).value_or(0.0)));
    }
    out.values = std::move(values);
  } else if (column.kind == SettingKind::real) {
    std::vector<double> values;
    for (const PointResult& point : points) {
      values.push_back(numericValue(column, point).value_or(std::numeric_limits<double>::quiet_NaN()));
    }
    out.values = std::move(values);
  } else {
    std::vector<std::string> values;
    for (const PointResult& point : points) {
      const Cell cell = column.get(point);
      values.push_back(cell ? toText(*cell) : std::string{});
    }
    out.values = std::move(values);
  }
  return out;
}

// One layer-table column from a member of LayerMeasurement.
template <class T>
hdf5::TableColumn layerColumn(const char* name, const std::vector<PointResult>& points, auto member) {
  std::vector<T> values;
  for (const PointResult& point : points) {
    for (const LayerMeasurement& layer : point.layers) values.push_back(static_cast<T>(layer.*member));
  }
  return {name, std::move(values)};
}

std::vector<hdf5::TableColumn> layerTable(const std::vector<PointResult>& points) {
  using L = LayerMeasurement;
  std::vector<std::int64_t> point;
  std::vector<std::string> layer;
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (const LayerMeasurement& row : points[i].layers) {
      point.push_back(static_cast<std::int64_t>(i));
      layer.push_back(row.layer);
    }
  }
  std::vector<hdf5::TableColumn> columns;
  columns.push_back({"point", std::move(point)});
  columns.push_back({"layer", std::move(layer)});
  columns.push_back(layerColumn<double>("error", points, &L::error));
  columns.push_back(layerColumn<std::int64_t>("guaranteed", points, &L::guaranteed));
  columns.push_back(layerColumn<double>("max_budget_use", points, &L::maxBudgetUse));
  columns.push_back(layerColumn<std::int64_t>("outer_bits", points, &L::outerBits));
  columns.push_back(layerColumn<std::int64_t>("smallest_inner_bits", points, &L::smallestInnerBits));
  columns.push_back(layerColumn<double>("overflow_rate", points, &L::overflowRate));
  columns.push_back(layerColumn<double>("sparsity", points, &L::sparsity));
  return columns;
}

Status writeResults(const std::filesystem::path& path, const Provenance& provenance,
                    const std::vector<PointResult>& points) {
  AXESCOPE_TRY(hdf5::Writer writer, hdf5::Writer::create(path));
  AXESCOPE_CHECK(writer.attribute("/", "format", std::string(resultsFormatName)));
  AXESCOPE_CHECK(writer.attribute("/", "version", resultsFormatVersion));
  AXESCOPE_CHECK(writer.group("/provenance"));
  AXESCOPE_CHECK(writer.string("/provenance/settings", provenance.settings));
  const std::pair<const char*, const std::string*> texts[] = {
      {"input", &provenance.inputFile}, {"input_sha256", &provenance.inputSha256}, {"model", &provenance.model},
      {"task", &provenance.task},       {"version", &provenance.version},          {"libraries", &provenance.libraries},
      {"created", &provenance.created}};
  for (const auto& [key, text] : texts) AXESCOPE_CHECK(writer.attribute("/provenance", key, *text));
  AXESCOPE_CHECK(writer.attribute("/provenance", "seed", provenance.seed));
  std::vector<hdf5::TableColumn> columns;
  for (const ResultColumn& column : resultColumns()) columns.push_back(pointsColumn(column, points));
  AXESCOPE_CHECK(writer.table("/points", columns));
  AXESCOPE_CHECK(writer.table("/layer_points", layerTable(points)));
  return writer.commit();
}

Status writeCsv(const std::filesystem::path& path, const std::string& text) {
  AXESCOPE_TRY(hdf5::ReplacementFile file, hdf5::ReplacementFile::create(path));
  return file.commit(std::as_bytes(std::span(text)));
}

// Held while a sweep writes; the kernel lets go of it whatever happens to the process.
class WriteLock {
 public:
  static Result<WriteLock> take(const std::filesystem::path& target) {
    WriteLock lock;
    lock.path_ = target.string() + ".lock";
    lock.descriptor_ = ::open(lock.path_.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
    if (lock.descriptor_ < 0) {
      return fail(ErrorCode::writeFailed, target.string(), {}, "a folder that can be written to", "none");
    }
    if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
      ::close(std::exchange(lock.descriptor_, -1));
      return fail(ErrorCode::inUse, target.string(), {}, "a results file no other program is writing", "one in use");
    }
    return lock;
  }
  WriteLock(WriteLock&& other) noexcept
      : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
  WriteLock& operator=(WriteLock&&) = delete;
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;
  ~WriteLock() {
    if (descriptor_ < 0) return;
    ::unlink(path_.c_str());
    ::close(descriptor_);
  }

 private:
  WriteLock() = default;
  std::string path_;
  int descriptor_ = -1;
};

class LockedResultsFile final : public ResultsFile {
 public:
  LockedResultsFile(Options options, Provenance provenance, std::vector<PointResult> points, WriteLock lock)
      : options_(std::move(options)),
        provenance_(std::move(provenance)),
        points_(std::move(points)),
        found_(points_),
        lock_(std::move(lock)) {}

  const std::vector<PointResult>& points() const override { return found_; }

  Status add(PointResult result) override {
    std::unique_lock lock(mutex_);
    points_.push_back(std::move(result));
    const std::size_t mine = points_.size();
    while (written_ < mine) {
      if (failure_) return fail(*failure_);
      if (writing_) {
        changed_.wait(lock);
        continue;
      }
      writing_ = true;
      const std::vector<PointResult> snapshot = points_;
      lock.unlock();
      const Status status = write(snapshot);
      lock.lock();
      writing_ = false;
      if (status) {
        written_ = snapshot.size();
      } else {
        failure_ = status.error();
      }
      changed_.notify_all();
    }
    return {};
  }

  Status write(const std::vector<PointResult>& points) const {
    AXESCOPE_CHECK(writeResults(options_.path, provenance_, points));
    if (options_.csv) AXESCOPE_CHECK(writeCsv(*options_.csv, resultsCsv(provenance_, points)));
    return {};
  }

 private:
  Options options_;
  Provenance provenance_;
  std::vector<PointResult> points_;
  std::vector<PointResult> found_;
  WriteLock lock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t written_ = 0;
  bool writing_ = false;
  std::optional<Error> failure_;
};

}  // namespace

Result<std::unique_ptr<ResultsFile>> ResultsFile::open(const Options& options, const Provenance& provenance) {
  AXESCOPE_TRY(WriteLock lock, WriteLock::take(options.path));
  std::vector<PointResult> found;
  Provenance kept = provenance;
  std::error_code ignored;
  const bool exists = std::filesystem::exists(options.path, ignored);
  if (exists && options.resume) {
    AXESCOPE_TRY(StoredResults stored, readResults(options.path));
    if (stored.provenance.inputSha256 != provenance.inputSha256) {
      return fail(
          ErrorCode::invalidArgument, options.path.string(), "--resume",
          "results of the same input (SHA-256 " + provenance.inputSha256.substr(0, 12) + "…)",
          "those of " + stored.provenance.inputFile + " (" + stored.provenance.inputSha256.substr(0, 12) + "…)");
    }
    found = std::move(stored.points);
  } else if (exists) {
    std::filesystem::path previous = options.path;
    previous.replace_extension(".previous.h5");
    std::error_code failed;
    std::filesystem::rename(options.path, previous, failed);
    if (failed) {
      return fail(ErrorCode::writeFailed, options.path.string(), {}, "a file that can be moved aside",
                  failed.message());
    }
  }
  auto file = std::make_unique<LockedResultsFile>(options, std::move(kept), std::move(found), std::move(lock));
  AXESCOPE_CHECK(file->write(file->points()));
  return std::unique_ptr<ResultsFile>(std::move(file));
}

}  // namespace axescope
