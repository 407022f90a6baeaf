// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <new>
#include <system_error>
#include <thread>
#include <utility>

namespace axescope {

/// A thread of type Thread (std::thread or std::jthread) that runs `body`. One that the system does not give, for want
/// of memory for its stack or of threads, is std::bad_alloc as any other memory is.
template <class Thread, class Body>
Thread startThread(Body body) {
  try {
    return Thread(std::move(body));
  } catch (const std::system_error&) {
    throw std::bad_alloc();
  }
}

}  // namespace axescope
