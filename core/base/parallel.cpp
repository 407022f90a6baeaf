// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"

#include <algorithm>

#include <omp.h>
#include <tbb/blocked_range.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#if defined(AXESCOPE_THREAD_SANITIZER)
#include <sanitizer/tsan_interface.h>
#endif

namespace axescope {

namespace {

/// How work is handed to other threads and waited for. oneTBB does both, but is not built with the thread sanitizer,
/// nor is this file, where half of oneTBB's bookkeeping is made from its headers: what is ordered is told here; nothing
/// in other builds.
class Handover {
 public:
#if defined(AXESCOPE_THREAD_SANITIZER)
  Handover() {
    __tsan_release(&given_);
  }
  void take() {
    __tsan_acquire(&given_);
  }
  void giveBack() {
    __tsan_release(&done_);
  }
  void allDone() {
    __tsan_acquire(&done_);
  }

 private:
  char given_ = 0;
  char done_ = 0;
#else
  void take() {}
  void giveBack() {}
  void allDone() {}
#endif
};

void runRange(Handover& handover, std::size_t first, std::size_t end, const std::function<void(std::size_t)>& body) {
  handover.take();
  keepOpenMpToOneThread();
  for (std::size_t i = first; i != end; ++i) body(i);
  handover.giveBack();
}

}  // namespace

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
  Handover handover;
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, count, 1),
        [&](const tbb::blocked_range<std::size_t>& range) { runRange(handover, range.begin(), range.end(), body); },
        tbb::simple_partitioner{});
  });
  handover.allDone();
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
  Handover handover;
  arena.execute([&] { runRange(handover, 0, 1, [&](std::size_t) { body(); }); });
  handover.allDone();
}

int availableThreads() {
  return tbb::this_task_arena::max_concurrency();
}

}  // namespace axescope
