// SPDX-License-Identifier: GPL-3.0-or-later
// Memory that is not there, on demand, for the whole test program.
#pragma once

#include <cstddef>

namespace axescope {

/// While it lives, operator new refuses more than `bytes` at once.
class MemoryLimit {
 public:
  explicit MemoryLimit(std::size_t bytes);
  ~MemoryLimit();
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;
};

}  // namespace axescope
