// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstring>
#include <memory>

#include "core/hdf5/library.h"
#include "core/hdf5/reader_state.h"
#include "core/hdf5/text.h"

namespace axescope::hdf5 {

namespace {

constexpr int mostColumns = 1024;

struct OpenedTable {
  ObjectHandle dataset;
  StoredDataset stored;
  std::uint64_t rows = 0;
  int columns = 0;
};

Result<OpenedTable> openTable(const FileAccess& file, const std::string& path) {
  OpenedTable table;
  AXESCOPE_TRY(table.dataset, openDataset(file, path));
  AXESCOPE_TRY(table.stored, checkedStorage(file, table.dataset.get(), path, file.limits.readBytes));
  const hid_t type = table.stored.type.get();
  if (H5Tget_class(type) != H5T_COMPOUND)
    return file.fail(ErrorCode::wrongType, path, "a table (compound type)", describeType(type));
  const auto& shape = table.stored.shape;
  if (shape.size() != 1)
    return file.fail(ErrorCode::wrongShape, path, "a table with one axis", "shape " + describeShape(shape));
  table.rows = static_cast<std::uint64_t>(shape.front());
  table.columns = H5Tget_nmembers(type);
  if (table.columns < 0) return file.corrupt(path);
  if (table.columns > mostColumns) {
    return file.fail(ErrorCode::tooLarge, path, "at most " + std::to_string(mostColumns) + " columns",
                     std::to_string(table.columns));
  }
  return table;
}

/// Reads the one member `name` of every row into `buffer`, as elements of `memberType`.
herr_t readMember(const OpenedTable& table, const std::string& name, hid_t memberType, void* buffer) {
  const TypeHandle single(H5Tcreate(H5T_COMPOUND, H5Tget_size(memberType)));
  if (!single.valid() || H5Tinsert(single.get(), name.c_str(), 0, memberType) < 0) return -1;
  return table.rows == 0 ? 0 : H5Dread(table.dataset.get(), single.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer);
}

Result<Reader::Column> readColumn(const FileAccess& file, const std::string& path, const OpenedTable& table,
                                  unsigned index) {
  const std::unique_ptr<char, herr_t (*)(void*)> rawName(H5Tget_member_name(table.stored.type.get(), index),
                                                         [](void* name) { return H5free_memory(name); });
  const TypeHandle type(H5Tget_member_type(table.stored.type.get(), index));
  if (!rawName || !type.valid()) return file.corrupt(path);
  if (!isUtf8(rawName.get())) return file.fail(ErrorCode::wrongType, path, "column names in UTF-8", "other bytes");
  Reader::Column column;
  column.name = rawName.get();
  const std::string label = path + "." + column.name;
  if (H5Tget_class(type.get()) == H5T_STRING) {
    column.isText = true;
    if (H5Tis_variable_str(type.get()) != 0)
      return file.fail(ErrorCode::wrongType, label, "fixed-length text or numbers", describeType(type.get()));
    const ReadElements read = [&](hid_t memoryType, void* buffer) {
      return readMember(table, column.name, memoryType, buffer);
    };
    AXESCOPE_TRY(column.texts, readTexts(file, label, type.get(), table.rows, file.limits.readBytes, read));
    return column;
  }
  AXESCOPE_TRY(const NumericType number, numericType(file, type.get(), label));
  column.isInteger = number.kind == ElementKind::integer;
  if (table.rows > file.limits.readBytes / sizeof(double))
    return file.fail(ErrorCode::tooLarge, path, "fewer rows", std::to_string(table.rows));
  AXESCOPE_TRY(column.numbers, allocate<double>(file, label, table.rows));
  if (readMember(table, column.name, H5T_NATIVE_DOUBLE, column.numbers.data()) < 0) return file.unreadable(label);
  return column;
}

}  // namespace

Result<std::vector<Reader::Column>> Reader::readTable(const std::string& path) const {
  const LibraryLock lock;
  const FileAccess& file = state_->file;
  AXESCOPE_TRY(const OpenedTable table, openTable(file, path));
  std::vector<Column> columns;
  for (int index = 0; index < table.columns; ++index) {
    AXESCOPE_TRY(Column column, readColumn(file, path, table, static_cast<unsigned>(index)));
    columns.push_back(std::move(column));
  }
  return columns;
}

}  // namespace axescope::hdf5
