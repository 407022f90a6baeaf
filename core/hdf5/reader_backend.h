// SPDX-License-Identifier: GPL-3.0-or-later
// Who answers a Reader: the library in this process (local_reader.h), or a process of its own (isolated_reader.h).
// Internal to this floor; what the answers are says reader.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/hdf5/reader.h"

namespace axescope::hdf5 {

/// Along axis 0; a scalar counts as one row.
struct Rows {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

inline std::int64_t rowsOf(const DatasetInfo& info) {
  return info.shape.empty() ? 1 : info.shape.front();
}

/// Values in each row; 0 without rows.
inline std::int64_t rowSizeOf(const DatasetInfo& info) {
  return rowsOf(info) == 0 ? 0 : info.elements() / rowsOf(info);
}

/// Whether the rows are some of the dataset's, and as values of so many bytes each no more than one read may take.
inline bool mayBeRead(const DatasetInfo& info, Rows rows, std::size_t bytesPerValue, const Limits& limits) {
  if (rows.first < 0 || rows.count < 0 || rows.count > rowsOf(info) - rows.first) return false;
  const auto values = static_cast<std::uint64_t>(rowSizeOf(info) * rows.count);
  return values <= limits.readBytes / bytesPerValue;
}

class ReaderBackend {
 public:
  virtual ~ReaderBackend() = default;
  ReaderBackend(const ReaderBackend&) = delete;
  ReaderBackend& operator=(const ReaderBackend&) = delete;

  virtual const std::string& fileName() const = 0;
  virtual bool hasGroup(const std::string& path) const = 0;
  virtual bool hasDataset(const std::string& path) const = 0;
  virtual Result<std::vector<std::string>> children(const std::string& group) const = 0;
  virtual Result<std::vector<std::string>> datasetsBelow(const std::string& group) const = 0;

  virtual Result<std::optional<std::string>> stringAttribute(const std::string& object,
                                                             const std::string& name) const = 0;
  virtual Result<std::optional<std::vector<std::string>>> stringListAttribute(const std::string& object,
                                                                              const std::string& name) const = 0;
  virtual Result<std::optional<std::int64_t>> integerAttribute(const std::string& object,
                                                               const std::string& name) const = 0;
  virtual Result<std::optional<std::vector<std::int64_t>>> integerListAttribute(const std::string& object,
                                                                                const std::string& name) const = 0;
  virtual Result<std::optional<double>> realAttribute(const std::string& object, const std::string& name) const = 0;

  virtual Result<DatasetInfo> dataset(const std::string& path) const = 0;
  /// `rows` absent: all of them.
  virtual Result<std::vector<float>> readFloats(const std::string& path, std::optional<Rows> rows) const = 0;
  virtual Result<std::vector<double>> readDoubles(const std::string& path, std::optional<Rows> rows) const = 0;
  virtual Result<std::vector<std::int64_t>> readIntegers(const std::string& path, std::optional<Rows> rows) const = 0;
  virtual Result<std::string> readString(const std::string& path) const = 0;
  virtual Result<std::vector<Reader::Column>> readTable(const std::string& path) const = 0;

 protected:
  ReaderBackend() = default;
};

}  // namespace axescope::hdf5
