// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"

#include <algorithm>

#include <omp.h>
#include <tbb/blocked_range.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

namespace axescope {

void keepOpenMpToOneThread() {
  thread_local const bool once = (omp_set_num_threads(1), true);
  (void)once;
}

void parallelFor(std::size_t count, const std::function<void(std::size_t)>& body) {
  keepOpenMpToOneThread();
  if (count == 1) {
    body(0);
    return;
  }
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, count, 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
          keepOpenMpToOneThread();
          for (std::size_t i = range.begin(); i != range.end(); ++i) body(i);
        },
        tbb::simple_partitioner{});
  });
}

void parallelPieces(std::int64_t count, std::int64_t piece,
                    const std::function<void(std::int64_t first, std::int64_t length)>& body) {
  parallelFor(static_cast<std::size_t>((count + piece - 1) / piece), [&](std::size_t index) {
    const std::int64_t first = static_cast<std::int64_t>(index) * piece;
    body(first, std::min(piece, count - first));
  });
}

void withThreads(int threads, const std::function<void()>& body) {
  const int cores = tbb::info::default_concurrency();
  tbb::task_arena arena(threads > 0 ? std::min(threads, cores) : cores);
  arena.execute([&] {
    keepOpenMpToOneThread();
    body();
  });
}

int availableThreads() {
  return tbb::this_task_arena::max_concurrency();
}

}  // namespace axescope
