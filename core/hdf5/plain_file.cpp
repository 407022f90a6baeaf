// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/plain_file.h"

#include <algorithm>
#include <cerrno>
#include <limits>

#include <fcntl.h>

namespace axescope::hdf5 {

namespace {

FileState stateOf(const struct stat& status) {
  return {status.st_dev, status.st_ino, status.st_size, status.st_mtim};
}

}  // namespace

std::optional<FileState> FileState::of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return stateOf(status);
}

bool FileState::operator==(const FileState& other) const {
  return device == other.device && number == other.number && bytes == other.bytes &&
         changed.tv_sec == other.changed.tv_sec && changed.tv_nsec == other.changed.tv_nsec;
}

std::optional<PlainFile> PlainFile::open(const std::string& path) {
  // A pipe of that name would be waited for.
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!file.valid() || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return PlainFile(std::move(file), stateOf(status));
}

bool PlainFile::has(std::uint64_t offset, std::uint64_t bytes) const {
  const auto all = static_cast<std::uint64_t>(state_.bytes);
  return bytes <= all && offset <= all - bytes;
}

bool PlainFile::read(std::uint64_t offset, std::span<std::byte> target) const {
  while (!target.empty()) {
    const ssize_t count = ::pread(file_.get(), target.data(), target.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    target = target.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

template <class T>
std::optional<std::vector<T>> PlainFile::values(std::uint64_t offset, std::size_t count) const {
  if (count > std::numeric_limits<std::size_t>::max() / sizeof(T) || !has(offset, count * sizeof(T)))
    return std::nullopt;
  // In steps that the processor's cache holds: values are made before they are read.
  constexpr std::size_t step = (std::size_t{256} << 10) / sizeof(T);
  std::vector<T> values;
  values.reserve(count);
  while (values.size() < count) {
    const std::size_t begin = values.size();
    values.resize(std::min(count, begin + step));
    if (!read(offset + begin * sizeof(T), std::as_writable_bytes(std::span(values).subspan(begin))))
      return std::nullopt;
  }
  return values;
}

template std::optional<std::vector<float>> PlainFile::values(std::uint64_t, std::size_t) const;
template std::optional<std::vector<double>> PlainFile::values(std::uint64_t, std::size_t) const;

}  // namespace axescope::hdf5
