// SPDX-License-Identifier: GPL-3.0-or-later
// What a program asks of the process that reads a file for it. Internal to this floor.
//
// A message from the program is a ReaderCall and its arguments: Opening for `open`, an object's path, the name of an
// attribute, rows. The answer starts with true and the value, or with false and an Error. Tensors and tables answer
// with the number of bytes, which follow through the shared memory (channel.h).
#pragma once

#include <cstdint>

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

}  // namespace axescope::hdf5
