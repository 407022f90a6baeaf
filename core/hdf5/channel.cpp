// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/channel.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "core/hdf5/message.h"

namespace axescope::hdf5 {

namespace {

constexpr std::size_t mappedBytes = SharedPieces::pieces * SharedPieces::pieceBytes;
/// The longest text of a file with room for what belongs to it.
constexpr std::uint32_t mostMessageBytes = 256U << 20;

}  // namespace

FileDescriptor SharedPieces::create() {
  FileDescriptor memory(::memfd_create("axescope-pieces", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  // Sealed: a process that cut it short would end who looks at the rest.
  if (!memory.valid() || ::ftruncate(memory.get(), mappedBytes) != 0 ||
      ::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    return {};
  return memory;
}

std::optional<SharedPieces> SharedPieces::map(const FileDescriptor& memory) {
  void* begin = ::mmap(nullptr, mappedBytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
  if (begin == MAP_FAILED) return std::nullopt;
  return SharedPieces(static_cast<std::byte*>(begin));
}

SharedPieces::~SharedPieces() {
  if (begin_ != nullptr) ::munmap(begin_, mappedBytes);
}

Channel::Channel(FileDescriptor socket, SharedPieces pieces, std::chrono::milliseconds patience)
    : socket_(std::move(socket)), pieces_(std::move(pieces)), patience_(patience) {}

Exchange Channel::send(std::string_view message) {
  if (message.size() > mostMessageBytes) return Exchange::malformed;
  auto size = static_cast<std::uint32_t>(message.size());
  std::array<iovec, 2> parts{{{&size, sizeof(size)}, {const_cast<char*>(message.data()), message.size()}}};
  msghdr header{};
  header.msg_iov = parts.data();
  header.msg_iovlen = parts.size();
  while (header.msg_iovlen > 0) {
    const ssize_t sent = ::sendmsg(socket_.get(), &header, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return Exchange::closed;
    auto left = static_cast<std::size_t>(sent);
    while (header.msg_iovlen > 0 && left >= header.msg_iov->iov_len) {
      left -= header.msg_iov->iov_len;
      ++header.msg_iov;
      --header.msg_iovlen;
    }
    if (header.msg_iovlen == 0) break;
    header.msg_iov->iov_base = static_cast<char*>(header.msg_iov->iov_base) + left;
    header.msg_iov->iov_len -= left;
  }
  return Exchange::good;
}

Exchange Channel::waitReadable() {
  const int patience = patience_ == std::chrono::milliseconds::zero() ? -1 : static_cast<int>(patience_.count());
  pollfd waiting{socket_.get(), POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&waiting, 1, patience);
  } while (ready < 0 && errno == EINTR);
  return ready == 0 ? Exchange::late : ready < 0 ? Exchange::closed : Exchange::good;
}

Exchange Channel::fill(char* target, std::size_t count) {
  while (count > 0) {
    const ssize_t received = ::recv(socket_.get(), target, count, MSG_DONTWAIT);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0 && errno == EAGAIN) {
      if (const Exchange waited = waitReadable(); waited != Exchange::good) return waited;
      continue;
    }
    if (received <= 0) return Exchange::closed;
    target += received;
    count -= static_cast<std::size_t>(received);
  }
  return Exchange::good;
}

Exchange Channel::receive(std::string& message) {
  std::uint32_t size = 0;
  if (const Exchange got = fill(reinterpret_cast<char*>(&size), sizeof(size)); got != Exchange::good) return got;
  if (size > mostMessageBytes) return Exchange::malformed;
  // Grows as bytes arrive: a size alone takes no memory.
  message.clear();
  constexpr std::size_t step = std::size_t{1} << 20;
  while (message.size() < size) {
    const std::size_t begin = message.size();
    message.resize(std::min<std::size_t>(size, begin + step));
    if (const Exchange got = fill(message.data() + begin, message.size() - begin); got != Exchange::good) return got;
  }
  return Exchange::good;
}

Exchange Channel::awaitTaken(std::size_t mostUnderWay) {
  std::string taken;
  while (underWay_ > mostUnderWay) {
    if (const Exchange got = receive(taken); got != Exchange::good) return got;
    if (!taken.empty()) return Exchange::malformed;
    --underWay_;
  }
  return Exchange::good;
}

Exchange Channel::awaitFreePiece(std::span<std::byte>& piece) {
  const Exchange waited = awaitTaken(SharedPieces::pieces - 1);
  piece = pieces_.piece(sent_);
  return waited;
}

Exchange Channel::sendPiece(std::size_t bytes) {
  MessageWriter piece;
  piece.put(true);
  piece.put(std::uint64_t{bytes});
  ++sent_;
  ++underWay_;
  return send(piece.bytes());
}

Exchange Channel::sendBytes(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    std::span<std::byte> piece;
    if (const Exchange free = awaitFreePiece(piece); free != Exchange::good) return free;
    const std::size_t count = std::min(bytes.size(), piece.size());
    std::memcpy(piece.data(), bytes.data(), count);
    if (const Exchange sent = sendPiece(count); sent != Exchange::good) return sent;
    bytes = bytes.subspan(count);
  }
  return Exchange::good;
}

Exchange Channel::endPieces() {
  sent_ = 0;
  return awaitTaken(0);
}

Exchange Channel::sendInstead(std::string_view message) {
  if (const Exchange ended = endPieces(); ended != Exchange::good) return ended;
  MessageWriter mark;
  mark.put(false);
  return send(mark.bytes() + std::string(message));
}

Exchange Channel::receivePiece(std::size_t number, std::span<const std::byte>& piece,
                               std::optional<std::string>& instead) {
  std::string message;
  if (const Exchange got = receive(message); got != Exchange::good) return got;
  MessageReader reader(message);
  bool isPiece = false;
  if (!reader.get(isPiece)) return Exchange::malformed;
  if (!isPiece) {
    instead = message.substr(sizeof(isPiece));
    return Exchange::good;
  }
  std::uint64_t count = 0;
  if (!reader.get(count) || count == 0 || count > SharedPieces::pieceBytes) return Exchange::malformed;
  piece = pieces_.piece(number).first(count);
  return Exchange::good;
}

}  // namespace axescope::hdf5
