// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/results_journal.h"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <fstream>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hdf5/replacement_file.h"

namespace axescope {

namespace {

using nlohmann::json;

// JSON knows neither infinity nor NaN: those go as text.
json realJson(double value) {
  return std::isfinite(value) ? json(value) : json(fmt::format("{}", value));
}

std::optional<double> realFromJson(const json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  const auto text = value.get<std::string>();
  double number = 0.0;
  const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  return code == std::errc{} && stop == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

json cellJson(const SettingValue& value) {
  const auto* real = std::get_if<double>(&value);
  return real != nullptr ? realJson(*real) : std::visit([](const auto& v) { return json(v); }, value);
}

std::optional<SettingValue> cellFromJson(const ResultColumn& column, const json& value) {
  if (column.kind == SettingKind::real) {
    const auto number = realFromJson(value);
    return number ? std::optional<SettingValue>(*number) : std::nullopt;
  }
  if (value.is_string()) return SettingValue{value.get<std::string>()};
  if (value.is_number_integer()) return SettingValue{value.get<std::int64_t>()};
  return std::nullopt;
}

bool restoreLayers(const json& rows, PointResult& point) {
  if (!rows.is_array()) return false;
  for (const json& row : rows) {
    if (!row.is_object() || !row.contains("layer") || !row["layer"].is_string()) return false;
    LayerMeasurement layer;
    layer.layer = row["layer"].get<std::string>();
    for (const LayerColumn& column : layerColumns()) {
      const auto found = row.find(column.name);
      const auto number = found == row.end() ? std::nullopt : realFromJson(*found);
      if (number && !column.set(layer, *number)) return false;
    }
    point.layers.push_back(std::move(layer));
  }
  return true;
}

std::optional<JournalEntry> entryFrom(const std::string& line) {
  const json object = json::parse(line, nullptr, false);
  if (!object.is_object() || !object.contains("row") || !object.contains("point") || !object.contains("layers")) {
    return std::nullopt;
  }
  if (!object["row"].is_number_unsigned() || !object["point"].is_object()) return std::nullopt;
  JournalEntry entry{.row = object["row"].get<std::size_t>(), .point = {}};
  for (const auto& [name, value] : object["point"].items()) {
    const ResultColumn* column = findColumn(name);
    if (column == nullptr) continue;
    const auto cell = cellFromJson(*column, value);
    if (!cell || !column->put(entry.point, *cell)) return std::nullopt;
  }
  if (!restoreLayers(object["layers"], entry.point)) return std::nullopt;
  return entry;
}

}  // namespace

std::filesystem::path ResultsJournal::pathOf(const std::filesystem::path& results) {
  return results.string() + ".journal";
}

Result<ResultsJournal> ResultsJournal::start(const std::filesystem::path& results, const Provenance& provenance,
                                             const std::vector<std::string>& lines) {
  ResultsJournal journal;
  journal.results_ = results;
  const std::filesystem::path path = pathOf(results);
  std::string text = provenance.toJson() + '\n';
  for (const std::string& line : lines) text += line;
  AXESCOPE_TRY(hdf5::ReplacementFile file, hdf5::ReplacementFile::create(path));
  AXESCOPE_CHECK(file.commit(std::as_bytes(std::span(text))));
  journal.descriptor_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (journal.descriptor_ < 0) {
    return fail(ErrorCode::writeFailed, path.string(), {}, "a file that can be written",
                std::generic_category().message(errno));
  }
  return journal;
}

ResultsJournal::ResultsJournal(ResultsJournal&& other) noexcept {
  *this = std::move(other);
}

ResultsJournal& ResultsJournal::operator=(ResultsJournal&& other) noexcept {
  std::swap(results_, other.results_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

ResultsJournal::~ResultsJournal() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::string ResultsJournal::describe(const PointResult& point) {
  json cells = json::object();
  for (const ResultColumn& column : resultColumns()) {
    const Cell cell = column.get(point);
    if (cell) cells[std::string(column.name)] = cellJson(*cell);
  }
  json layers = json::array();
  for (const LayerMeasurement& layer : point.layers) {
    json row{{"layer", layer.layer}};
    for (const LayerColumn& column : layerColumns()) row[column.name] = realJson(column.get(layer));
    layers.push_back(std::move(row));
  }
  const auto text = [](const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); };
  return R"("point":)" + text(cells) + R"(,"layers":)" + text(layers);
}

std::string ResultsJournal::line(std::size_t row, const std::string& description) {
  return fmt::format("{{\"row\":{},{}}}\n", row, description);
}

Status ResultsJournal::append(const std::string& line) {
  ssize_t written = 0;
  do {
    written = ::write(descriptor_, line.data(), line.size());
  } while (written < 0 && errno == EINTR);
  if (written == static_cast<ssize_t>(line.size())) return {};
  return fail(ErrorCode::writeFailed, results_.string(), {}, "room for another point",
              std::generic_category().message(written < 0 ? errno : ENOSPC));
}

bool ResultsJournal::lostItsFile() const {
  struct stat opened {};
  return ::fstat(descriptor_, &opened) == 0 && opened.st_nlink == 0;
}

void ResultsJournal::remove() {
  if (descriptor_ < 0) return;
  ::unlink(pathOf(results_).c_str());
  ::close(std::exchange(descriptor_, -1));
}

StoredJournal readJournal(const std::filesystem::path& results) {
  // No sweep lets a journal grow so long; one line of it would be held as a whole.
  constexpr std::uintmax_t mostBytes = std::uintmax_t{1} << 30;
  std::error_code failed;
  const auto bytes = std::filesystem::file_size(ResultsJournal::pathOf(results), failed);
  if (failed || bytes > mostBytes) return {};
  std::ifstream file(ResultsJournal::pathOf(results), std::ios::binary);
  StoredJournal journal;
  if (!std::getline(file, journal.provenance) || file.eof()) return {};
  // The last line counts only if its end was written.
  for (std::string line; std::getline(file, line) && !file.eof();) {
    auto entry = entryFrom(line);
    if (!entry) break;
    journal.entries.push_back(*std::move(entry));
  }
  return journal;
}

void applyJournal(const std::vector<JournalEntry>& entries, std::vector<PointResult>& points) {
  for (const JournalEntry& entry : entries) {
    if (entry.row > points.size()) return;
    if (entry.row == points.size()) {
      points.push_back(entry.point);
    } else {
      points[entry.row] = entry.point;
    }
  }
}

}  // namespace axescope
