// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstring>
#include <set>

#include "core/hdf5/library.h"
#include "core/hdf5/writer_state.h"

namespace axescope::hdf5 {

namespace {

std::size_t rowCount(const TableColumn& column) {
  return std::visit([](const auto& values) { return values.size(); }, column.values);
}

/// Bytes of one value in a row; text is as long as its longest, at least one byte.
std::size_t cellBytes(const TableColumn& column) {
  const auto* texts = std::get_if<std::vector<std::string>>(&column.values);
  if (texts == nullptr) return sizeof(std::int64_t);
  std::size_t longest = 1;
  for (const std::string& text : *texts) longest = std::max(longest, text.size());
  return longest;
}

enum class Place { file, memory };

TypeHandle cellType(const TableColumn& column, Place place) {
  if (std::holds_alternative<std::vector<std::string>>(column.values)) return textType(cellBytes(column));
  if (std::holds_alternative<std::vector<double>>(column.values))
    return TypeHandle(H5Tcopy(place == Place::file ? H5T_IEEE_F64LE : H5T_NATIVE_DOUBLE));
  return TypeHandle(H5Tcopy(place == Place::file ? H5T_STD_I64LE : H5T_NATIVE_INT64));
}

/// Columns packed one after another.
TypeHandle rowType(std::span<const TableColumn> columns, std::size_t rowBytes, Place place) {
  TypeHandle type(H5Tcreate(H5T_COMPOUND, rowBytes));
  std::size_t offset = 0;
  for (const TableColumn& column : columns) {
    const TypeHandle cell = cellType(column, place);
    H5Tinsert(type.get(), column.name.c_str(), offset, cell.get());
    offset += cellBytes(column);
  }
  return type;
}

void putCells(const TableColumn& column, char* first, std::size_t rowBytes) {
  std::visit(
      [&](const auto& values) {
        for (std::size_t row = 0; row < values.size(); ++row) {
          char* cell = first + row * rowBytes;
          if constexpr (std::is_same_v<std::decay_t<decltype(values[row])>, std::string>) {
            std::copy(values[row].begin(), values[row].end(), cell);
          } else {
            std::memcpy(cell, &values[row], sizeof(values[row]));
          }
        }
      },
      column.values);
}

/// What is wrong with the columns, or nothing.
std::string fault(std::span<const TableColumn> columns) {
  if (columns.empty()) return "no column";
  std::set<std::string> names;
  for (const TableColumn& column : columns) {
    if (column.name.empty()) return "a column without a name";
    if (!names.insert(column.name).second) return "two columns named " + column.name;
    if (rowCount(column) != rowCount(columns.front())) {
      return std::to_string(rowCount(column)) + " rows in column " + column.name + ", " +
             std::to_string(rowCount(columns.front())) + " in " + columns.front().name;
    }
  }
  return {};
}

}  // namespace

Status Writer::table(const std::string& path, std::span<const TableColumn> columns) {
  const LibraryLock lock;
  if (std::string found = fault(columns); !found.empty())
    return state_->fail(ErrorCode::invalidArgument, path, "named columns of one length", std::move(found));
  std::size_t rowBytes = 0;
  for (const TableColumn& column : columns) rowBytes += cellBytes(column);
  const std::size_t rows = rowCount(columns.front());
  std::vector<char> buffer(rows * rowBytes, '\0');
  char* first = buffer.data();
  for (const TableColumn& column : columns) {
    putCells(column, first, rowBytes);
    first += cellBytes(column);
  }
  const TypeHandle fileType = rowType(columns, rowBytes, Place::file);
  const TypeHandle memoryType = rowType(columns, rowBytes, Place::memory);
  const std::int64_t shape = static_cast<std::int64_t>(rows);
  return state_->write(path, fileType.get(), memoryType.get(), Shape(&shape, 1), rowBytes, buffer.data());
}

}  // namespace axescope::hdf5
