// SPDX-License-Identifier: GPL-3.0-or-later
// The library at work in this process. Internal to this floor.
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "core/hdf5/file_access.h"
#include "core/hdf5/reader_backend.h"

namespace axescope::hdf5 {

class LocalReader final : public ReaderBackend {
 public:
  static Result<std::unique_ptr<LocalReader>> open(const std::filesystem::path& path, const Limits& limits);
  explicit LocalReader(FileAccess file) : file_(std::move(file)) {}
  LocalReader(const LocalReader&) = delete;
  LocalReader& operator=(const LocalReader&) = delete;
  ~LocalReader() override;

  const std::string& fileName() const override { return file_.name; }
  bool hasGroup(const std::string& path) const override;
  bool hasDataset(const std::string& path) const override;
  Result<std::vector<std::string>> children(const std::string& group) const override;
  Result<std::vector<std::string>> datasetsBelow(const std::string& group) const override;

  // reader_attributes.cpp
  Result<std::optional<std::string>> stringAttribute(const std::string& object, const std::string& name) const override;
  Result<std::optional<std::vector<std::string>>> stringListAttribute(const std::string& object,
                                                                      const std::string& name) const override;
  Result<std::optional<std::int64_t>> integerAttribute(const std::string& object,
                                                       const std::string& name) const override;
  Result<std::optional<std::vector<std::int64_t>>> integerListAttribute(const std::string& object,
                                                                        const std::string& name) const override;
  Result<std::optional<double>> realAttribute(const std::string& object, const std::string& name) const override;

  Result<DatasetInfo> dataset(const std::string& path) const override;
  Result<std::vector<float>> readFloats(const std::string& path, std::optional<Rows> rows) const override;
  Result<std::vector<double>> readDoubles(const std::string& path, std::optional<Rows> rows) const override;
  Result<std::vector<std::int64_t>> readIntegers(const std::string& path, std::optional<Rows> rows) const override;
  Result<std::string> readString(const std::string& path) const override;                 // reader_text.cpp
  Result<std::vector<Reader::Column>> readTable(const std::string& path) const override;  // reader_table.cpp

  /// Rows straight to where they are wanted, `target` of exactly their number of values.
  Status readInto(const std::string& path, Rows rows, std::span<float> target) const;
  Status readInto(const std::string& path, Rows rows, std::span<double> target) const;
  Status readInto(const std::string& path, Rows rows, std::span<std::int64_t> target) const;

 private:
  mutable FileAccess file_;  // remembers what it has checked
};

}  // namespace axescope::hdf5
