// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/reader.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>

#include "core/hdf5/library.h"
#include "core/hdf5/reader_state.h"
#include "core/hdf5/text.h"

namespace axescope::hdf5 {

namespace {

struct Rows {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

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

/// `rows` absent: all of them. A scalar counts as one row.
template <class T>
Result<std::vector<T>> readRows(FileAccess& file, const std::string& path, hid_t memoryType,
                                std::optional<ElementKind> only, std::optional<Rows> rows) {
  AXESCOPE_TRY(const ObjectHandle dataset, openDataset(file, path));
  AXESCOPE_TRY(const DatasetInfo info, checkedDataset(file, dataset, path));
  if (only && info.kind != *only) return file.fail(ErrorCode::wrongType, path, "integers", "floating-point numbers");
  const std::int64_t available = info.shape.empty() ? 1 : info.shape.front();
  const Rows wanted = rows.value_or(Rows{0, available});
  if (wanted.first < 0 || wanted.count < 0 || wanted.count > available - wanted.first) {
    return file.fail(ErrorCode::invalidArgument, path, "rows 0 to " + std::to_string(available),
                     "first " + std::to_string(wanted.first) + ", count " + std::to_string(wanted.count));
  }
  const std::int64_t rowSize = available == 0 ? 0 : info.elements() / available;
  const auto count = static_cast<std::uint64_t>(rowSize * wanted.count);
  if (count > file.limits.readBytes / sizeof(T)) {
    return file.fail(ErrorCode::tooLarge, path, "at most " + describeBytes(file.limits.readBytes) + " in one read",
                     describeShape(info.shape));
  }
  AXESCOPE_TRY(std::vector<T> values, allocate<T>(file, path, count));
  if (count == 0) return values;
  AXESCOPE_TRY(const Selection selection, select(file, dataset.get(), info, wanted));
  if (H5Dread(dataset.get(), memoryType, selection.memory.get(), selection.file.get(), H5P_DEFAULT, values.data()) < 0)
    return file.unreadable(path);
  return values;
}

Result<std::vector<std::int64_t>> readIntegerRows(FileAccess& file, const std::string& path, std::optional<Rows> rows) {
  AXESCOPE_TRY(auto values, readRows<std::int64_t>(file, path, H5T_NATIVE_INT64, ElementKind::integer, rows));
  // Unsigned 64-bit values beyond int64 are clipped to its maximum by the library.
  if (std::ranges::find(values, std::numeric_limits<std::int64_t>::max()) != values.end())
    return file.fail(ErrorCode::tooLarge, path, "integers below 2^63 - 1", "a larger value");
  return values;
}

}  // namespace

std::int64_t DatasetInfo::elements() const {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

Reader::Reader(std::unique_ptr<State> state) : state_(std::move(state)) {}
Reader::Reader(Reader&&) noexcept = default;

Reader& Reader::operator=(Reader&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Reader::~Reader() {
  if (!state_) return;  // moved from, perhaps while the lock is held
  const LibraryLock lock;
  state_.reset();
}

Result<Reader> Reader::open(const std::filesystem::path& path, Limits limits) {
  const LibraryLock lock;
  AXESCOPE_TRY(FileAccess file, openFile(path, limits));
  return Reader(std::make_unique<State>(std::move(file)));
}

const std::string& Reader::fileName() const {
  return state_->file.name;
}

bool Reader::hasGroup(const std::string& path) const {
  const LibraryLock lock;
  const auto object = openObject(state_->file, path);
  return object ? H5Iget_type(object->get()) == H5I_GROUP : object.error().code != ErrorCode::notFound;
}

bool Reader::hasDataset(const std::string& path) const {
  const LibraryLock lock;
  const auto object = openObject(state_->file, path);
  return object ? H5Iget_type(object->get()) == H5I_DATASET : object.error().code != ErrorCode::notFound;
}

Result<std::vector<std::string>> Reader::children(const std::string& group) const {
  const LibraryLock lock;
  AXESCOPE_TRY(const ObjectHandle object, openGroup(state_->file, group));
  AXESCOPE_TRY(const std::vector<Member> inside, members(state_->file, object.get(), group));
  std::vector<std::string> names;
  names.reserve(inside.size());
  for (const Member& member : inside) names.push_back(member.name);
  return names;
}

Result<std::vector<std::string>> Reader::datasetsBelow(const std::string& group) const {
  const LibraryLock lock;
  return hdf5::datasetsBelow(state_->file, group);
}

Result<DatasetInfo> Reader::dataset(const std::string& path) const {
  const LibraryLock lock;
  AXESCOPE_TRY(const ObjectHandle object, openDataset(state_->file, path));
  return checkedDataset(state_->file, object, path);
}

Result<std::vector<float>> Reader::readFloats(const std::string& path) const {
  const LibraryLock lock;
  return readRows<float>(state_->file, path, H5T_NATIVE_FLOAT, std::nullopt, std::nullopt);
}

Result<std::vector<float>> Reader::readFloats(const std::string& path, std::int64_t first, std::int64_t count) const {
  const LibraryLock lock;
  return readRows<float>(state_->file, path, H5T_NATIVE_FLOAT, std::nullopt, Rows{first, count});
}

Result<std::vector<double>> Reader::readDoubles(const std::string& path) const {
  const LibraryLock lock;
  return readRows<double>(state_->file, path, H5T_NATIVE_DOUBLE, std::nullopt, std::nullopt);
}

Result<std::vector<std::int64_t>> Reader::readIntegers(const std::string& path) const {
  const LibraryLock lock;
  return readIntegerRows(state_->file, path, std::nullopt);
}

Result<std::vector<std::int64_t>> Reader::readIntegers(const std::string& path, std::int64_t first,
                                                       std::int64_t count) const {
  const LibraryLock lock;
  return readIntegerRows(state_->file, path, Rows{first, count});
}

}  // namespace axescope::hdf5
