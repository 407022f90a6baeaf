// SPDX-License-Identifier: GPL-3.0-or-later
// What a program asks of the process that reads a file for it. Internal to this floor.
//
// A message from the program is a ReaderCall and its arguments: Opening for `open`, an object's path, the name of an
// attribute, rows. The answer starts with true and the value, or with false and an Error. Tensors and tables answer
// with the number of bytes, which follow through the shared memory (channel.h). Answers to questions are followed by a
// number of further questions that the program is likely to ask (foresight.h), and each as the bytes of its message
// with its answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace axescope::hdf5 {

enum class ReaderCall : std::uint8_t {
  open,
  hasGroup,
  hasDataset,
  children,
  datasetsBelow,
  stringAttribute,
  stringListAttribute,
  integerAttribute,
  integerListAttribute,
  realAttribute,
  dataset,
  floats,
  doubles,
  integers,
  string,
  table,
};

/// Whether a call asks what is in the file, and so is a Question.
constexpr bool isQuestion(ReaderCall call) {
  return call >= ReaderCall::hasGroup && call <= ReaderCall::dataset;
}

constexpr bool isAboutAttribute(ReaderCall call) {
  return call >= ReaderCall::stringAttribute && call <= ReaderCall::realAttribute;
}

/// Answers to further questions that may follow one.
inline constexpr std::size_t mostForeseenAtOnce = 2048;

struct Question {
  ReaderCall call = ReaderCall::hasGroup;
  std::string object;
  std::string name;  // of an attribute
  /// As a message.
  std::string bytes() const;
  friend bool operator==(const Question&, const Question&) = default;
};

}  // namespace axescope::hdf5
