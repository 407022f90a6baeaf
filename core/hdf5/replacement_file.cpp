// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/replacement_file.h"

#include <cerrno>
#include <cstdio>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace axescope::hdf5 {

namespace {

tl::unexpected<Error> writeFailure(const std::string& name, std::string found) {
  return fail(ErrorCode::writeFailed, name, {}, "a file that can be written", std::move(found));
}

std::string systemText(int code) {
  return std::generic_category().message(code);
}

/// The folder's entry of the renamed file reaches the disk too. The rename itself has happened: on a file system
/// that cannot do this there is nothing left to undo.
void syncFolder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

std::filesystem::path folderOf(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

constexpr int mostLeftovers = 1000;

std::string temporaryStart(const std::filesystem::path& target) {
  return "." + target.filename().string() + ".tmp-";
}

}  // namespace

ReplacementFile::ReplacementFile(ReplacementFile&& other) noexcept {
  *this = std::move(other);
}

ReplacementFile& ReplacementFile::operator=(ReplacementFile&& other) noexcept {
  std::swap(name_, other.name_);
  std::swap(target_, other.target_);
  std::swap(temporary_, other.temporary_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

ReplacementFile::~ReplacementFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

tl::unexpected<Error> ReplacementFile::failure(int code) const {
  return writeFailure(name_, systemText(code));
}

Result<ReplacementFile> ReplacementFile::create(const std::filesystem::path& target) {
  ReplacementFile file;
  file.name_ = target.string();
  file.target_ = target;
  if (!target.has_filename()) return writeFailure(file.name_, "no file name");
  std::error_code error;
  if (std::filesystem::is_symlink(target, error)) {
    file.target_ = std::filesystem::weakly_canonical(target, error);
    if (error) return writeFailure(file.name_, error.message());
  }
  struct stat previous {};
  const bool exists = ::stat(file.target_.c_str(), &previous) == 0;
  if (exists && !S_ISREG(previous.st_mode))
    return writeFailure(file.name_, S_ISDIR(previous.st_mode) ? "a folder" : "a device or pipe");

  const std::filesystem::path folder = folderOf(file.target_);
  constexpr mode_t readableByAll = 0666;  // less the user's mask
  for (int number = 0; number < mostLeftovers && file.descriptor_ < 0; ++number) {
    const std::filesystem::path candidate =
        folder / fmt::format("{}{}-{}", temporaryStart(file.target_), ::getpid(), number);
    file.descriptor_ = ::open(candidate.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, readableByAll);
    if (file.descriptor_ >= 0) file.temporary_ = candidate;
    if (file.descriptor_ < 0 && errno != EEXIST) return file.failure(errno);
  }
  if (file.descriptor_ < 0) return file.failure(EEXIST);
  if (exists) ::fchmod(file.descriptor_, previous.st_mode & 07777U);
  return file;
}

void ReplacementFile::removeLeftovers(const std::filesystem::path& target) {
  std::error_code error;
  const std::filesystem::path file = std::filesystem::weakly_canonical(target, error);
  if (error) return;
  const std::string start = temporaryStart(file);
  std::filesystem::directory_iterator entry(file.parent_path(), error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const bool isNumbered = name.find_first_not_of("0123456789-", start.size()) == std::string::npos;
    if (name.starts_with(start) && isNumbered) ::unlink(entry->path().c_str());
  }
}

Status ReplacementFile::commit(std::span<const std::byte> content, const std::function<Status()>& beforeRename) {
  const std::size_t size = content.size();
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor_, content.data(), content.size());
    if (written < 0 && errno != EINTR) return failure(errno);
    if (written > 0) content = content.subspan(static_cast<std::size_t>(written));
  }
  return commitInPlace(size, beforeRename);
}

Status ReplacementFile::commitInPlace(std::size_t size, const std::function<Status()>& beforeRename) {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) return failure(errno);
  struct stat result {};
  if (::fsync(descriptor_) != 0 || ::fstat(descriptor_, &result) != 0) return failure(errno);
  if (static_cast<std::size_t>(result.st_size) != size) return failure(EIO);
  if (::close(std::exchange(descriptor_, -1)) != 0) return failure(errno);
  if (beforeRename) AXESCOPE_CHECK(beforeRename());
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0) return failure(errno);
  temporary_.clear();
  syncFolder(folderOf(target_));
  return {};
}

}  // namespace axescope::hdf5
