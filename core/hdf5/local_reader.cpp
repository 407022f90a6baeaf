// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/local_reader.h"

#include <algorithm>
#include <limits>

#include "core/hdf5/library.h"
#include "core/hdf5/text.h"

namespace axescope::hdf5 {

namespace {

/// The part of a file's dataspace that holds the rows, and the memory dataspace of the same shape.
struct Selection {
  SpaceHandle file;
  SpaceHandle memory;
};

Result<Selection> select(const FileAccess& file, hid_t dataset, const DatasetInfo& info, Rows rows) {
  Selection selection{SpaceHandle(H5Dget_space(dataset)), {}};
  if (info.shape.empty()) {
    selection.memory = SpaceHandle(H5Screate(H5S_SCALAR));
  } else {
    std::vector<hsize_t> start(info.shape.size(), 0);
    std::vector<hsize_t> count(info.shape.begin(), info.shape.end());
    start[0] = static_cast<hsize_t>(rows.first);
    count[0] = static_cast<hsize_t>(rows.count);
    selection.memory = SpaceHandle(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr));
    if (H5Sselect_hyperslab(selection.file.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) < 0)
      return file.corrupt(info.path);
  }
  if (!selection.file.valid() || !selection.memory.valid()) return file.corrupt(info.path);
  return selection;
}

/// Rows of a dataset that may be read.
struct OpenedRows {
  ObjectHandle dataset;
  DatasetInfo info;
  Rows rows;
  std::uint64_t values = 0;
};

/// `rows` absent: all of them.
Result<OpenedRows> openRows(FileAccess& file, const std::string& path, std::optional<ElementKind> only,
                            std::optional<Rows> rows, std::size_t bytesPerValue) {
  OpenedRows opened;
  AXESCOPE_TRY(opened.dataset, openDataset(file, path));
  AXESCOPE_TRY(opened.info, checkedDataset(file, opened.dataset, path));
  const DatasetInfo& info = opened.info;
  if (only && info.kind != *only) return file.fail(ErrorCode::wrongType, path, "integers", "floating-point numbers");
  const std::int64_t available = rowsOf(info);
  opened.rows = rows.value_or(Rows{0, available});
  const Rows& wanted = opened.rows;
  if (wanted.first < 0 || wanted.count < 0 || wanted.count > available - wanted.first) {
    return file.fail(ErrorCode::invalidArgument, path, "rows 0 to " + std::to_string(available),
                     "first " + std::to_string(wanted.first) + ", count " + std::to_string(wanted.count));
  }
  opened.values = static_cast<std::uint64_t>(rowSizeOf(info) * wanted.count);
  if (opened.values > file.limits.readBytes / bytesPerValue) {
    return file.fail(ErrorCode::tooLarge, path, "at most " + describeBytes(file.limits.readBytes) + " in one read",
                     describeShape(info.shape));
  }
  return opened;
}

template <class T>
Status fill(const FileAccess& file, const OpenedRows& opened, hid_t memoryType, std::span<T> target) {
  if (opened.values != target.size()) {
    return file.fail(ErrorCode::invalidArgument, opened.info.path,
                     "room for " + std::to_string(opened.values) + " values", std::to_string(target.size()));
  }
  if (target.empty()) return {};
  AXESCOPE_TRY(const Selection selection, select(file, opened.dataset.get(), opened.info, opened.rows));
  if (H5Dread(opened.dataset.get(), memoryType, selection.memory.get(), selection.file.get(), H5P_DEFAULT,
              target.data()) < 0)
    return file.unreadable(opened.info.path);
  if constexpr (std::is_same_v<T, std::int64_t>) {
    // Unsigned 64-bit values beyond int64 are clipped to its maximum by the library.
    if (std::ranges::find(target, std::numeric_limits<std::int64_t>::max()) != target.end())
      return file.fail(ErrorCode::tooLarge, opened.info.path, "integers below 2^63 - 1", "a larger value");
  }
  return {};
}

template <class T>
hid_t nativeType() {
  if constexpr (std::is_same_v<T, float>) return H5T_NATIVE_FLOAT;
  if constexpr (std::is_same_v<T, double>) return H5T_NATIVE_DOUBLE;
  return H5T_NATIVE_INT64;
}

template <class T>
constexpr std::optional<ElementKind> onlyKind() {
  return std::is_same_v<T, std::int64_t> ? std::optional(ElementKind::integer) : std::nullopt;
}

template <class T>
Result<std::vector<T>> readRows(FileAccess& file, const std::string& path, std::optional<Rows> rows) {
  const LibraryLock lock;
  AXESCOPE_TRY(const OpenedRows opened, openRows(file, path, onlyKind<T>(), rows, sizeof(T)));
  AXESCOPE_TRY(std::vector<T> values, allocate<T>(file, path, opened.values));
  AXESCOPE_CHECK(fill(file, opened, nativeType<T>(), std::span<T>(values)));
  return values;
}

template <class T>
Status readRowsInto(FileAccess& file, const std::string& path, Rows rows, std::span<T> target) {
  const LibraryLock lock;
  AXESCOPE_TRY(const OpenedRows opened, openRows(file, path, onlyKind<T>(), rows, sizeof(T)));
  return fill(file, opened, nativeType<T>(), target);
}

}  // namespace

Result<std::unique_ptr<LocalReader>> LocalReader::open(const std::filesystem::path& path, const Limits& limits) {
  const LibraryLock lock;
  AXESCOPE_TRY(FileAccess file, openFile(path, limits));
  return std::make_unique<LocalReader>(std::move(file));
}

LocalReader::~LocalReader() {
  const LibraryLock lock;
  const FileHandle closing = std::move(file_.file);
}

bool LocalReader::hasGroup(const std::string& path) const {
  const LibraryLock lock;
  const auto object = openObject(file_, path);
  return object ? H5Iget_type(object->get()) == H5I_GROUP : object.error().code != ErrorCode::notFound;
}

bool LocalReader::hasDataset(const std::string& path) const {
  const LibraryLock lock;
  const auto object = openObject(file_, path);
  return object ? H5Iget_type(object->get()) == H5I_DATASET : object.error().code != ErrorCode::notFound;
}

Result<std::vector<std::string>> LocalReader::children(const std::string& group) const {
  const LibraryLock lock;
  AXESCOPE_TRY(const ObjectHandle object, openGroup(file_, group));
  AXESCOPE_TRY(const std::vector<Member> inside, members(file_, object.get(), group));
  std::vector<std::string> names;
  names.reserve(inside.size());
  for (const Member& member : inside) names.push_back(member.name);
  return names;
}

Result<std::vector<std::string>> LocalReader::datasetsBelow(const std::string& group) const {
  const LibraryLock lock;
  return hdf5::datasetsBelow(file_, group);
}

Result<DatasetInfo> LocalReader::dataset(const std::string& path) const {
  const LibraryLock lock;
  AXESCOPE_TRY(const ObjectHandle object, openDataset(file_, path));
  return checkedDataset(file_, object, path);
}

Result<std::vector<float>> LocalReader::readFloats(const std::string& path, std::optional<Rows> rows) const {
  return readRows<float>(file_, path, rows);
}

Result<std::vector<double>> LocalReader::readDoubles(const std::string& path, std::optional<Rows> rows) const {
  return readRows<double>(file_, path, rows);
}

Result<std::vector<std::int64_t>> LocalReader::readIntegers(const std::string& path, std::optional<Rows> rows) const {
  return readRows<std::int64_t>(file_, path, rows);
}

Status LocalReader::readInto(const std::string& path, Rows rows, std::span<float> target) const {
  return readRowsInto(file_, path, rows, target);
}

Status LocalReader::readInto(const std::string& path, Rows rows, std::span<double> target) const {
  return readRowsInto(file_, path, rows, target);
}

Status LocalReader::readInto(const std::string& path, Rows rows, std::span<std::int64_t> target) const {
  return readRowsInto(file_, path, rows, target);
}

}  // namespace axescope::hdf5
