// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/write_lock.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace axescope {

namespace {

// Whoever held the lock before may have removed the file between our opening and our locking it: then the name is free
// for others and the lock on the removed file means nothing.
bool isStillThere(int descriptor, const std::string& path) {
  struct stat locked {};
  struct stat named {};
  return ::fstat(descriptor, &locked) == 0 && ::stat(path.c_str(), &named) == 0 && locked.st_dev == named.st_dev &&
         locked.st_ino == named.st_ino;
}

}  // namespace

std::filesystem::path WriteLock::pathOf(const std::filesystem::path& target) {
  return target.string() + ".lock";
}

Result<WriteLock> WriteLock::take(const std::filesystem::path& target) {
  constexpr mode_t readableByAll = 0644;
  WriteLock lock;
  lock.target_ = target;
  lock.path_ = pathOf(target).string();
  while (true) {
    const int descriptor = ::open(lock.path_.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, readableByAll);
    if (descriptor < 0) {
      return fail(ErrorCode::writeFailed, target.string(), {}, "a folder that can be written to",
                  std::generic_category().message(errno));
    }
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      ::close(descriptor);
      return fail(ErrorCode::inUse, target.string(), {}, "a results file no other program is writing", "one in use");
    }
    if (isStillThere(descriptor, lock.path_)) {
      lock.descriptor_ = descriptor;
      return lock;
    }
    ::close(descriptor);
  }
}

Status WriteLock::keep() {
  if (isStillThere(descriptor_, path_)) return {};
  AXESCOPE_TRY(WriteLock again, take(target_));
  std::swap(descriptor_, again.descriptor_);
  // What the old descriptor locks has no name any more: nothing is to be removed with it.
  ::close(std::exchange(again.descriptor_, -1));
  return {};
}

WriteLock::WriteLock(WriteLock&& other) noexcept {
  *this = std::move(other);
}

WriteLock& WriteLock::operator=(WriteLock&& other) noexcept {
  std::swap(target_, other.target_);
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

WriteLock::~WriteLock() {
  if (descriptor_ < 0) return;
  // While it is still held: afterwards the file could be another holder's, as it is when ours was removed.
  if (isStillThere(descriptor_, path_)) ::unlink(path_.c_str());
  ::close(descriptor_);
}

}  // namespace axescope
