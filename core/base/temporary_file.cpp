// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/temporary_file.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace axescope {

namespace {

std::string systemText(int code) {
  return std::generic_category().message(code);
}

std::string folderForLargeFiles() {
  const char* const named = std::getenv("TMPDIR");
  return named != nullptr && *named != '\0' ? named : "/var/tmp";
}

}  // namespace

Result<TemporaryFile> TemporaryFile::create() {
  const std::string folder = folderForLargeFiles();
  std::string name = folder + "/axescope-XXXXXX";
  const int descriptor = ::mkstemp(name.data());
  if (descriptor < 0) {
    return fail(ErrorCode::writeFailed, folder, {}, "a folder for temporary files (TMPDIR names another)",
                systemText(errno));
  }
  ::unlink(name.c_str());
  return TemporaryFile(descriptor, folder);
}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept {
  *this = std::move(other);
}

TemporaryFile& TemporaryFile::operator=(TemporaryFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(folder_, other.folder_);
  std::swap(size_, other.size_);
  return *this;
}

TemporaryFile::~TemporaryFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::int64_t> TemporaryFile::append(std::span<const std::byte> bytes) {
  const std::int64_t begin = size_;
  std::int64_t at = begin;
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      return fail(ErrorCode::writeFailed, folder_, {}, "room for temporary files (TMPDIR names another folder)",
                  systemText(written < 0 ? errno : ENOSPC));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    at += written;
  }
  size_ = at;
  return begin;
}

Status TemporaryFile::read(std::int64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t got = ::pread(descriptor_, bytes.data(), bytes.size(), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      return fail(ErrorCode::corrupt, folder_, {}, "a temporary file that can be read back",
                  got < 0 ? systemText(errno) : "its end");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(got));
    offset += got;
  }
  return {};
}

}  // namespace axescope
