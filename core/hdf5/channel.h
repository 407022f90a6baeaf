// SPDX-License-Identifier: GPL-3.0-or-later
// One end of the connection between a program and the process that reads a file for it: messages through a socket, the
// values of tensors through memory that both see, in pieces, so that one end fetches the next piece while the other
// takes the last. Internal to this floor.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/hdf5/file_descriptor.h"

namespace axescope::hdf5 {

/// Memory of two pieces, mapped from a descriptor that can neither grow nor shrink.
class SharedPieces {
 public:
  static constexpr std::size_t pieces = 2;
  static constexpr std::size_t pieceBytes = std::size_t{4} << 20;

  /// A descriptor of new memory; invalid when the system gives none.
  static FileDescriptor create();
  /// Absent when it cannot be mapped.
  static std::optional<SharedPieces> map(const FileDescriptor& memory);
  SharedPieces(SharedPieces&& other) noexcept : begin_(std::exchange(other.begin_, nullptr)) {}
  SharedPieces& operator=(SharedPieces&& other) noexcept {
    std::swap(begin_, other.begin_);
    return *this;
  }
  SharedPieces(const SharedPieces&) = delete;
  SharedPieces& operator=(const SharedPieces&) = delete;
  ~SharedPieces();

  std::span<std::byte> piece(std::size_t number) const { return {begin_ + number % pieces * pieceBytes, pieceBytes}; }

 private:
  explicit SharedPieces(std::byte* begin) : begin_(begin) {}
  std::byte* begin_ = nullptr;
};

/// How an exchange ended. After anything but `good` the channel is of no more use.
enum class Exchange { good, closed, late, malformed };

class Channel {
 public:
  /// `patience`: how long the other end may be silent; zero is for ever.
  Channel(FileDescriptor socket, SharedPieces pieces, std::chrono::milliseconds patience);

  Exchange send(std::string_view message);
  Exchange receive(std::string& message);

  // One end fills pieces and sends them, any number of times, then endPieces() or sendInstead(); the other receives
  // each and says when it has taken it. The pieces' bytes are only to be copied: the other end may change them at any
  // time.

  /// Waits until a piece may be filled.
  Exchange awaitFreePiece(std::span<std::byte>& piece);
  Exchange sendPiece(std::size_t bytes);
  /// Copies any number of bytes into as many pieces as it takes.
  Exchange sendBytes(std::span<const std::byte> bytes);
  Exchange endPieces();
  /// In place of further pieces.
  Exchange sendInstead(std::string_view message);

  /// `number` counts from 0 with each answer. `instead`: what came in place of a piece.
  Exchange receivePiece(std::size_t number, std::span<const std::byte>& piece, std::optional<std::string>& instead);
  Exchange sayTaken() { return send({}); }

 private:
  Exchange waitReadable();
  Exchange fill(char* target, std::size_t count);
  Exchange awaitTaken(std::size_t mostUnderWay);

  FileDescriptor socket_;
  SharedPieces pieces_;
  std::chrono::milliseconds patience_;
  std::size_t sent_ = 0;      // pieces since the last end
  std::size_t underWay_ = 0;  // of them, not yet taken
};

}  // namespace axescope::hdf5
