// SPDX-License-Identifier: GPL-3.0-or-later
// Writing HDF5 files that are never seen half-written: the file grows in memory, a large one in a mapped temporary file
// beside the target; commit() forces it to the disk and renames it over the target. Without commit() the target is
// untouched. As memory, because the library cannot close a file of its own cleanly once the disk is full.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/base/error.h"

namespace axescope::hdf5 {

/// One column of a compound table; all columns of a table have the same number of rows.
struct TableColumn {
  std::string name;
  std::variant<std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>> values;
};

/// Bytes of a file that grows in memory alone.
inline constexpr std::size_t mostFileInMemory = std::size_t{64} << 20;

class Writer {
 public:
  /// Errors: writeFailed (folder absent, not writable, disk full), tooLarge (not enough memory).
  static Result<Writer> create(const std::filesystem::path& target, std::size_t mostInMemory = mostFileInMemory);
  Writer(Writer&&) noexcept;
  Writer& operator=(Writer&&) noexcept;
  ~Writer();  // removes the temporary file when commit() did not succeed

  // Errors of all that follows: invalidArgument (name taken, sizes that do not fit, already committed), writeFailed.
  Status group(const std::string& path);  // with its parents; one that exists is kept
  /// Of a group or dataset; an attribute of the same name is replaced.
  Status attribute(const std::string& object, const std::string& name, const std::string& value);
  Status attribute(const std::string& object, const std::string& name, std::int64_t value);
  Status attribute(const std::string& object, const std::string& name, double value);
  Status attribute(const std::string& object, const std::string& name, std::span<const std::int64_t> values);

  /// Row-major values; parents are created. Above 64 KiB stored in chunks with shuffle and deflate.
  using Shape = std::span<const std::int64_t>;
  Status tensor(const std::string& path, Shape shape, std::span<const float> values);
  Status tensor(const std::string& path, Shape shape, std::span<const double> values);
  Status tensor(const std::string& path, Shape shape, std::span<const std::int8_t> values);
  Status tensor(const std::string& path, Shape shape, std::span<const std::uint8_t> values);
  Status tensor(const std::string& path, Shape shape, std::span<const std::int16_t> values);
  Status tensor(const std::string& path, Shape shape, std::span<const std::int64_t> values);
  Status string(const std::string& path, const std::string& value);  // scalar UTF-8
  /// Compound dataset: int64, float64, fixed-length UTF-8 strings as long as the longest value.
  Status table(const std::string& path, std::span<const TableColumn> columns);

  /// Copies an object of another file (attributes and members included), for `emulate`. The source passes the
  /// guards of Reader. Errors: those of Reader too.
  Status copyFrom(const std::filesystem::path& source, const std::string& sourceObject, const std::string& object);

  /// Errors: writeFailed with the system's reason, tooLarge; then the target is untouched and the temporary file is
  /// gone.
  /// `beforeRename` as in ReplacementFile::commit().
  Status commit(const std::function<Status()>& beforeRename = {});

 private:
  struct State;
  explicit Writer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace axescope::hdf5
