// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>

#include "core/hdf5/library.h"
#include "core/hdf5/local_reader.h"
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

/// All rows as they are stored. Read at once: for each column on its own every compressed chunk would be unpacked anew.
Result<std::vector<std::byte>> readRows(const FileAccess& file, const std::string& path, const OpenedTable& table) {
  const std::size_t size = H5Tget_size(table.stored.type.get());
  if (size == 0 || table.rows > file.limits.readBytes / size) {
    return file.fail(ErrorCode::tooLarge, path, "fewer rows", std::to_string(table.rows));
  }
  AXESCOPE_TRY(std::vector<std::byte> rows, allocate<std::byte>(file, path, table.rows * size));
  const hid_t type = table.stored.type.get();
  if (!rows.empty() && H5Dread(table.dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows.data()) < 0) {
    return file.unreadable(path);
  }
  return rows;
}

/// Member `index` of every row, converted to elements of `memoryType`.
herr_t takeMember(const OpenedTable& table, const std::vector<std::byte>& rows, unsigned index, hid_t memberType,
                  hid_t memoryType, void* buffer) {
  const std::size_t rowSize = H5Tget_size(table.stored.type.get());
  const std::size_t offset = H5Tget_member_offset(table.stored.type.get(), index);
  const std::size_t stored = H5Tget_size(memberType);
  const std::size_t wanted = H5Tget_size(memoryType);
  if (stored == 0 || wanted == 0 || offset + stored > rowSize) return -1;
  std::vector<std::byte> values(table.rows * std::max(stored, wanted));  // converted in place
  for (std::uint64_t row = 0; row < table.rows; ++row) {
    std::memcpy(values.data() + row * stored, rows.data() + row * rowSize + offset, stored);
  }
  if (H5Tconvert(memberType, memoryType, table.rows, values.data(), nullptr, H5P_DEFAULT) < 0) return -1;
  if (!values.empty()) std::memcpy(buffer, values.data(), table.rows * wanted);
  return 0;
}

struct StoredColumn {
  std::string name;
  TypeHandle type;
  bool isText = false;
};

// Before anything is read: no type of variable length, whose data lies elsewhere.
Result<StoredColumn> checkedMember(const FileAccess& file, const std::string& path, const OpenedTable& table,
                                   unsigned index) {
  const std::unique_ptr<char, herr_t (*)(void*)> rawName(H5Tget_member_name(table.stored.type.get(), index),
                                                         [](void* name) { return H5free_memory(name); });
  StoredColumn member{{}, TypeHandle(H5Tget_member_type(table.stored.type.get(), index)), false};
  if (!rawName || !member.type.valid()) return file.corrupt(path);
  if (!isUtf8(rawName.get())) return file.fail(ErrorCode::wrongType, path, "column names in UTF-8", "other bytes");
  member.name = rawName.get();
  const std::string label = path + "." + member.name;
  member.isText = H5Tget_class(member.type.get()) == H5T_STRING;
  if (!member.isText) {
    AXESCOPE_TRY(const NumericType number, numericType(file, member.type.get(), label));
    static_cast<void>(number);
  } else if (H5Tis_variable_str(member.type.get()) != 0) {
    return file.fail(ErrorCode::wrongType, label, "fixed-length text or numbers", describeType(member.type.get()));
  }
  return member;
}

Result<Reader::Column> takeColumn(const FileAccess& file, const std::string& path, const OpenedTable& table,
                                  const std::vector<std::byte>& rows, const StoredColumn& member, unsigned index) {
  Reader::Column column;
  column.name = member.name;
  column.isText = member.isText;
  const std::string label = path + "." + column.name;
  const ReadElements take = [&](hid_t memoryType, void* buffer) {
    return takeMember(table, rows, index, member.type.get(), memoryType, buffer);
  };
  if (member.isText) {
    AXESCOPE_TRY(column.texts, readTexts(file, label, member.type.get(), table.rows, file.limits.readBytes, take));
    return column;
  }
  AXESCOPE_TRY(const NumericType number, numericType(file, member.type.get(), label));
  column.isInteger = number.kind == ElementKind::integer;
  if (table.rows > file.limits.readBytes / sizeof(double))
    return file.fail(ErrorCode::tooLarge, path, "fewer rows", std::to_string(table.rows));
  AXESCOPE_TRY(column.numbers, allocate<double>(file, label, table.rows));
  if (take(H5T_NATIVE_DOUBLE, column.numbers.data()) < 0) return file.unreadable(label);
  return column;
}

}  // namespace

Result<std::vector<Reader::Column>> LocalReader::readTable(const std::string& path) const {
  const LibraryLock lock;
  const FileAccess& file = file_;
  AXESCOPE_TRY(const OpenedTable table, openTable(file, path));
  std::vector<StoredColumn> members;
  for (int index = 0; index < table.columns; ++index) {
    AXESCOPE_TRY(StoredColumn member, checkedMember(file, path, table, static_cast<unsigned>(index)));
    members.push_back(std::move(member));
  }
  AXESCOPE_TRY(const std::vector<std::byte> rows, readRows(file, path, table));
  std::vector<Reader::Column> columns;
  for (std::size_t index = 0; index < members.size(); ++index) {
    AXESCOPE_TRY(Reader::Column column,
                 takeColumn(file, path, table, rows, members[index], static_cast<unsigned>(index)));
    columns.push_back(std::move(column));
  }
  return columns;
}

}  // namespace axescope::hdf5
