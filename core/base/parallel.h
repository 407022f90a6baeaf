// SPDX-License-Identifier: GPL-3.0-or-later
// Parallel loops over oneTBB. Work is cut by the caller into pieces that do not depend on the number of threads, and
// neither do results. Another instruction set adds products in another order: there, values that stand at a rounding
// tie may part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace axescope {

/// Calls body(0) … body(count − 1), in any order, on the threads of the surrounding arena. Nested calls do not
/// start another outer piece while they wait, so that a piece may keep large buffers on its stack frame.
void parallelFor(std::size_t count, const std::function<void(std::size_t)>& body);

/// Calls body(first, length) for [0, count) cut into pieces of `piece`, the last one shorter, as parallelFor does.
void parallelPieces(std::int64_t count, std::int64_t piece,
                    const std::function<void(std::int64_t first, std::int64_t length)>& body);

/// Runs body with at most `threads` threads working (0, or more than there are: all of the machine's).
void withThreads(int threads, const std::function<void()>& body);

/// Keeps libraries that thread with OpenMP (oneDNN) to the calling thread; the setting is per thread and costs nothing
/// after the first call.
void keepOpenMpToOneThread();

/// Threads that parallelFor may use here.
int availableThreads();

}  // namespace axescope
