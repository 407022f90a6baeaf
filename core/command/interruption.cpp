// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/interruption.h"

#include <ctime>

#include <unistd.h>

#include "core/base/thread_start.h"

namespace axescope {

namespace {

constexpr long watchNanoseconds = 50'000'000;  // how soon the watcher notices that it is to end

bool isIgnored(int signal) {
  struct sigaction current {};
  return ::sigaction(signal, nullptr, &current) == 0 && current.sa_handler == SIG_IGN;
}

void watch(const std::stop_token& end, const sigset_t& signals, std::stop_source& source) {
  const timespec pause{.tv_sec = 0, .tv_nsec = watchNanoseconds};
  while (!end.stop_requested()) {
    if (::sigtimedwait(&signals, nullptr, &pause) < 0) continue;
    if (source.stop_requested()) ::_exit(interruptedStatus);
    source.request_stop();
  }
}

}  // namespace

Interruption::Interruption() {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &previousPipe_);
  ::sigaction(SIGXFSZ, &ignore, &previousFileSize_);
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    if (!isIgnored(signal)) sigaddset(&signals, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &signals, &previousMask_);
  watcher_ = startThread<std::jthread>([this, signals](const std::stop_token& end) { watch(end, signals, source_); });
}

Interruption::~Interruption() {
  watcher_.request_stop();
  watcher_.join();
  ::pthread_sigmask(SIG_SETMASK, &previousMask_, nullptr);
  ::sigaction(SIGXFSZ, &previousFileSize_, nullptr);
  ::sigaction(SIGPIPE, &previousPipe_, nullptr);
}

}  // namespace axescope
