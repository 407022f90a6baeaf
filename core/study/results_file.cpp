// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/results_file.h"

#include <cmath>
#include <condition_variable>
#include <limits>
#include <mutex>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/hdf5/reader.h"
#include "core/hdf5/replacement_file.h"
#include "core/hdf5/writer.h"

namespace axescope {

namespace {

constexpr std::int64_t formatVersion = 1;
constexpr const char* formatName = "axescope-results";

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
  AXESCOPE_CHECK(writer.attribute("/", "format", std::string(formatName)));
  AXESCOPE_CHECK(writer.attribute("/", "version", formatVersion));
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

// The value of one cell as the schema wants it.
std::optional<SettingValue> cellValue(const hdf5::Reader::Column& stored, std::size_t row, const ResultColumn& column) {
  if (stored.isText) {
    if (column.kind == SettingKind::integer || column.kind == SettingKind::real) return std::nullopt;
    return SettingValue{stored.texts[row]};
  }
  const double number = stored.numbers[row];
  if (column.kind == SettingKind::real) return std::isnan(number) ? std::nullopt : std::optional<SettingValue>(number);
  if (column.kind != SettingKind::integer) return std::nullopt;
  if (number == 0.0 && column.setting != nullptr && !column.setting->choices.empty()) {
    return SettingValue{std::string(column.setting->choices.front())};
  }
  return SettingValue{static_cast<std::int64_t>(number)};
}

Status restorePoints(const std::string& file, const std::vector<hdf5::Reader::Column>& columns,
                     std::vector<PointResult>& points) {
  for (const hdf5::Reader::Column& stored : columns) {
    const ResultColumn* column = findColumn(stored.name);
    if (column == nullptr || (!column->isSetting && column->restore == nullptr)) continue;
    for (std::size_t row = 0; row < points.size(); ++row) {
      const auto value = cellValue(stored, row, *column);
      if (!value) continue;
      if (!column->isSetting) {
        column->restore(points[row], *value);
      } else if (checkValue(*column->setting, *value)) {
        column->setting->set(points[row].settings, *value);
      } else {
        return fail(ErrorCode::corrupt, file, "/points@" + stored.name, "a value this setting can have",
                    toText(*value));
      }
    }
  }
  return {};
}

Status restoreLayers(const std::string& file, const std::vector<hdf5::Reader::Column>& columns,
                     std::vector<PointResult>& points) {
  const auto find = [&](std::string_view name, bool text) -> const hdf5::Reader::Column* {
    for (const auto& column : columns) {
      if (column.name == name && column.isText == text) return &column;
    }
    return nullptr;
  };
  const auto* point = find("point", false);
  const auto* layer = find("layer", true);
  if (point == nullptr || layer == nullptr) {
    return fail(ErrorCode::corrupt, file, "/layer_points", "columns point and layer", "others");
  }
  const auto number = [&](std::string_view name, std::size_t row) {
    const auto* column = find(name, false);
    return column == nullptr ? 0.0 : column->numbers[row];
  };
  for (std::size_t row = 0; row < point->numbers.size(); ++row) {
    const double index = point->numbers[row];
    if (!(index >= 0 && index < static_cast<double>(points.size()))) {
      return fail(ErrorCode::corrupt, file, "/layer_points@point", "the row of a point", fmt::format("{}", index));
    }
    LayerMeasurement m;
    m.layer = layer->texts[row];
    m.error = number("error", row);
    m.guaranteed = number("guaranteed", row) != 0.0;
    m.maxBudgetUse = number("max_budget_use", row);
    m.outerBits = static_cast<int>(number("outer_bits", row));
    m.smallestInnerBits = static_cast<int>(number("smallest_inner_bits", row));
    m.overflowRate = number("overflow_rate", row);
    m.sparsity = number("sparsity", row);
    points[static_cast<std::size_t>(index)].layers.push_back(std::move(m));
  }
  return {};
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

std::string csvCell(const Cell& cell) {
  if (!cell) return {};
  const std::string text = toText(*cell);
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

Result<StoredResults> readResults(const std::filesystem::path& path) {
  AXESCOPE_TRY(const hdf5::Reader reader, hdf5::Reader::open(path));
  AXESCOPE_TRY(const auto format, reader.stringAttribute("/", "format"));
  AXESCOPE_TRY(const auto version, reader.integerAttribute("/", "version"));
  if (format != formatName) {
    return fail(ErrorCode::unsupported, reader.fileName(), "@format", formatName, format.value_or("none"));
  }
  if (version != formatVersion) {
    return fail(ErrorCode::unsupported, reader.fileName(), "@version", fmt::format("{}", formatVersion),
                version ? fmt::format("{}, written by a newer AxeScope", *version) : "none");
  }
  StoredResults results;
  const auto text = [&](const char* key, std::string& target) -> Status {
    AXESCOPE_TRY(const auto value, reader.stringAttribute("/provenance", key));
    target = value.value_or("");
    return {};
  };
  Provenance& p = results.provenance;
  AXESCOPE_CHECK(text("input", p.inputFile));
  AXESCOPE_CHECK(text("input_sha256", p.inputSha256));
  AXESCOPE_CHECK(text("model", p.model));
  AXESCOPE_CHECK(text("task", p.task));
  AXESCOPE_CHECK(text("version", p.version));
  AXESCOPE_CHECK(text("libraries", p.libraries));
  AXESCOPE_CHECK(text("created", p.created));
  AXESCOPE_TRY(const auto seed, reader.integerAttribute("/provenance", "seed"));
  p.seed = seed.value_or(0);
  AXESCOPE_TRY(p.settings, reader.readString("/provenance/settings"));
  AXESCOPE_TRY(const auto columns, reader.readTable("/points"));
  if (!columns.empty()) results.points.resize(std::max(columns.front().numbers.size(), columns.front().texts.size()));
  AXESCOPE_CHECK(restorePoints(reader.fileName(), columns, results.points));
  if (reader.hasDataset("/layer_points")) {
    AXESCOPE_TRY(const auto layers, reader.readTable("/layer_points"));
    AXESCOPE_CHECK(restoreLayers(reader.fileName(), layers, results.points));
  }
  return results;
}

std::string resultsCsv(const Provenance& provenance, const std::vector<PointResult>& points) {
  std::string text = "# " + provenance.toJson() + '\n';
  const char* separator = "";
  for (const ResultColumn& column : resultColumns()) {
    text += separator + std::string(column.name);
    separator = ",";
  }
  text += '\n';
  for (const PointResult& point : points) {
    separator = "";
    for (const ResultColumn& column : resultColumns()) {
      text += separator + csvCell(column.get(point));
      separator = ",";
    }
    text += '\n';
  }
  return text;
}

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
