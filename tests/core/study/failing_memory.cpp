// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/study/failing_memory.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>

namespace {

constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();
std::atomic<std::size_t> most{unlimited};

}  // namespace

void* operator new(std::size_t size) {
  void* memory = size > most ? nullptr : std::malloc(std::max<std::size_t>(size, 1));
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

// Whoever asks without exceptions, as std::stable_sort does, must get what the delete below can take back.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace axescope {

MemoryLimit::MemoryLimit(std::size_t bytes) {
  most = bytes;
}

MemoryLimit::~MemoryLimit() {
  most = unlimited;
}

}  // namespace axescope
