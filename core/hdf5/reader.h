// SPDX-License-Identifier: GPL-3.0-or-later
// Reading HDF5 files that strangers wrote. Every object is reached through hard links only and checked before
// its bytes are touched; nothing outside the opened file is ever read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace axescope::hdf5 {

/// What a file may ask of us. The defaults suit dumps of any honest size.
struct Limits {
  std::uint64_t objects = 200'000;         // groups and datasets visited
  int depth = 32;                          // nesting of groups
  std::uint64_t attributeBytes = 1 << 20;  // one attribute
  std::uint64_t stringBytes = 64U << 20;   // one scalar string (the graph)
  std::uint64_t tensorBytes = 1ULL << 40;  // one dataset as declared
  std::uint64_t chunks = 1 << 22;          // pieces a dataset is stored in
  std::uint64_t readBytes = 8ULL << 30;    // one read call, as float32 or int64 in memory
  // A declared size is believed only when the stored bytes could inflate to it (deflate cannot exceed 1032:1).
  double compressionRatio = 1100.0;
};

enum class ElementKind { real, integer };

struct DatasetInfo {
  std::string path;
  std::vector<std::int64_t> shape;
  ElementKind kind = ElementKind::real;
  int bytesPerElement = 4;
  std::int64_t rowsTogether = 1;  // along axis 0, stored as one piece: reading one of them unpacks all
  /// Where in the file all values lie one after another as this machine keeps them; nothing for other storage.
  std::optional<std::uint64_t> plainAt{};
  std::int64_t elements() const;
};

class ReaderBackend;
class ReaderProcesses;

/// One opened file, read-only, locking off. Move-only; calls take turns, in this process by the process-wide HDF5
/// lock, so a Reader may be used from several threads.
class Reader {
 public:
  /// With `processes` the library works in a process of its own (reader_processes.h), and every call may also fail with
  /// what happened to that process, `corrupt` or `refused`. Errors: notFound, notHdf5, corrupt.
  static Result<Reader> open(const std::filesystem::path& path, Limits limits = {},
                             const std::shared_ptr<ReaderProcesses>& processes = nullptr);
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  const std::string& fileName() const;

  /// Also true where something stands at the path that is refused or damaged: opening it then says why.
  bool hasGroup(const std::string& path) const;
  bool hasDataset(const std::string& path) const;
  /// Names of the members of a group reached by hard links, in the file's name order. Errors: refused (soft or
  /// external link, too deep, too many), notFound.
  Result<std::vector<std::string>> children(const std::string& group) const;
  /// Paths of all datasets in a group and the groups inside it, in name order. Errors: as children().
  Result<std::vector<std::string>> datasetsBelow(const std::string& group) const;

  // Attributes of a group or dataset. Absent is an empty optional; another type or size is wrongType / tooLarge.
  Result<std::optional<std::string>> stringAttribute(const std::string& object, const std::string& name) const;
  Result<std::optional<std::vector<std::string>>> stringListAttribute(const std::string& object,
                                                                      const std::string& name) const;
  Result<std::optional<std::int64_t>> integerAttribute(const std::string& object, const std::string& name) const;
  Result<std::optional<std::vector<std::int64_t>>> integerListAttribute(const std::string& object,
                                                                        const std::string& name) const;
  Result<std::optional<double>> realAttribute(const std::string& object, const std::string& name) const;

  /// Shape and type after all guards (no virtual layout, no external storage, allowed filters and types only,
  /// overflow-safe size, believable against the stored bytes).
  Result<DatasetInfo> dataset(const std::string& path) const;
  /// All values, or rows [first, first + count) along axis 0, converted by the library. Any float or integer
  /// type of at most 8 bytes of either byte order.
  Result<std::vector<float>> readFloats(const std::string& path) const;
  Result<std::vector<float>> readFloats(const std::string& path, std::int64_t first, std::int64_t count) const;
  Result<std::vector<double>> readDoubles(const std::string& path) const;
  /// Integer datasets only (wrongType otherwise).
  Result<std::vector<std::int64_t>> readIntegers(const std::string& path) const;
  Result<std::vector<std::int64_t>> readIntegers(const std::string& path, std::int64_t first, std::int64_t count) const;
  /// A scalar string, fixed or variable length, UTF-8.
  Result<std::string> readString(const std::string& path) const;
  /// A one-dimensional compound dataset of numbers and fixed-length strings, column by column. Used by the results
  /// file; the reader of results names the columns it knows.
  struct Column {
    std::string name;
    bool isText = false;
    bool isInteger = false;
    std::vector<double> numbers;     // when not text; integers beyond 2^53 do not occur in our tables
    std::vector<std::string> texts;  // when text
  };
  Result<std::vector<Column>> readTable(const std::string& path) const;

 private:
  explicit Reader(std::unique_ptr<ReaderBackend> backend);
  std::unique_ptr<ReaderBackend> backend_;
};

}  // namespace axescope::hdf5
