// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/reader.h"

#include <functional>
#include <numeric>

#include "core/hdf5/isolated_reader.h"
#include "core/hdf5/local_reader.h"

namespace axescope::hdf5 {

std::int64_t DatasetInfo::elements() const {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

Reader::Reader(std::unique_ptr<ReaderBackend> backend) : backend_(std::move(backend)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

Result<Reader> Reader::open(const std::filesystem::path& path, Limits limits,
                            const std::shared_ptr<ReaderProcesses>& processes) {
  if (processes) {
    AXESCOPE_TRY(auto isolated, IsolatedReader::open(path, limits, processes));
    return Reader(std::move(isolated));
  }
  AXESCOPE_TRY(auto local, LocalReader::open(path, limits));
  return Reader(std::move(local));
}

const std::string& Reader::fileName() const {
  return backend_->fileName();
}

bool Reader::hasGroup(const std::string& path) const {
  return backend_->hasGroup(path);
}

bool Reader::hasDataset(const std::string& path) const {
  return backend_->hasDataset(path);
}

Result<std::vector<std::string>> Reader::children(const std::string& group) const {
  return backend_->children(group);
}

Result<std::vector<std::string>> Reader::datasetsBelow(const std::string& group) const {
  return backend_->datasetsBelow(group);
}

Result<std::optional<std::string>> Reader::stringAttribute(const std::string& object, const std::string& name) const {
  return backend_->stringAttribute(object, name);
}

Result<std::optional<std::vector<std::string>>> Reader::stringListAttribute(const std::string& object,
                                                                            const std::string& name) const {
  return backend_->stringListAttribute(object, name);
}

Result<std::optional<std::int64_t>> Reader::integerAttribute(const std::string& object, const std::string& name) const {
  return backend_->integerAttribute(object, name);
}

Result<std::optional<std::vector<std::int64_t>>> Reader::integerListAttribute(const std::string& object,
                                                                              const std::string& name) const {
  return backend_->integerListAttribute(object, name);
}

Result<std::optional<double>> Reader::realAttribute(const std::string& object, const std::string& name) const {
  return backend_->realAttribute(object, name);
}

Result<DatasetInfo> Reader::dataset(const std::string& path) const {
  return backend_->dataset(path);
}

Result<std::vector<float>> Reader::readFloats(const std::string& path) const {
  return backend_->readFloats(path, std::nullopt);
}

Result<std::vector<float>> Reader::readFloats(const std::string& path, std::int64_t first, std::int64_t count) const {
  return backend_->readFloats(path, Rows{first, count});
}

Result<std::vector<double>> Reader::readDoubles(const std::string& path) const {
  return backend_->readDoubles(path, std::nullopt);
}

Result<std::vector<std::int64_t>> Reader::readIntegers(const std::string& path) const {
  return backend_->readIntegers(path, std::nullopt);
}

Result<std::vector<std::int64_t>> Reader::readIntegers(const std::string& path, std::int64_t first,
                                                       std::int64_t count) const {
  return backend_->readIntegers(path, Rows{first, count});
}

Result<std::string> Reader::readString(const std::string& path) const {
  return backend_->readString(path);
}

Result<std::vector<Reader::Column>> Reader::readTable(const std::string& path) const {
  return backend_->readTable(path);
}

}  // namespace axescope::hdf5
