// SPDX-License-Identifier: GPL-3.0-or-later
// Values as bytes, between a program and the process that reads a file for it. Both are the same build on the same
// machine, but the process may be under the control of the file it reads: every length is checked against what is there
// before anything is made of it. Internal to this floor.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/hdf5/reader.h"

namespace axescope::hdf5 {

class MessageWriter {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void put(T value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value)); }
  void put(std::string_view text) {
    put(std::uint64_t{text.size()});
    bytes_.append(text);
  }
  void put(const std::string& text) { put(std::string_view(text)); }
  /// What another writer made, as it is.
  void append(std::string_view written) { bytes_.append(written); }
  void put(const Error& error);
  void put(const Limits& limits);
  void put(const DatasetInfo& info);
  void put(const Reader::Column& column);
  template <class T>
  void put(const std::vector<T>& values) {
    put(std::uint64_t{values.size()});
    for (const T& value : values) put(value);
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Each get() is false, and all later ones are, when the bytes are not of such a value.
class MessageReader {
 public:
  enum class Text { any, utf8 };  // of other encodings are names of files, and errors that tell them
  explicit MessageReader(std::string_view bytes, Text text = Text::any) : left_(bytes), text_(text) {}

  template <class T>
  requires std::is_arithmetic_v<T>
  bool get(T& value) {
    if (left_.size() < sizeof(value)) return false;
    if constexpr (std::is_same_v<T, bool>) {
      value = left_.front() != 0;
    } else {
      std::memcpy(&value, left_.data(), sizeof(value));
    }
    left_.remove_prefix(sizeof(value));
    return true;
  }
  bool get(std::string& text);
  bool get(Error& error);  // its texts of any encoding
  bool get(Limits& limits);
  /// With a shape whose number of elements has no overflow.
  bool get(DatasetInfo& info);
  bool get(Reader::Column& column);
  template <class T>
  bool get(std::vector<T>& values) {
    std::uint64_t count = 0;
    // No value takes less than a byte: nothing is reserved for a count that is a lie.
    if (!get(count) || count > left_.size()) return false;
    values.clear();
    for (std::uint64_t i = 0; i < count; ++i) {
      T value{};
      if (!get(value)) return false;
      values.push_back(std::move(value));
    }
    return true;
  }
  template <class T>
  bool get(std::optional<T>& value) {
    bool present = false;
    value.reset();
    if (!get(present)) return false;
    return !present || get(value.emplace());
  }
  bool atEnd() const { return left_.empty(); }
  std::string_view rest() const { return left_; }

 private:
  std::string_view left_;
  Text text_;
};

}  // namespace axescope::hdf5
