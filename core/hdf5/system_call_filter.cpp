// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/system_call_filter.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace axescope::hdf5 {

#if defined(__x86_64__) || defined(__aarch64__)

namespace {

#if defined(__x86_64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
#else
constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
#endif

constexpr std::array allowed{
    // What is open: the file, read-only, the socket, the shared memory. fstat() is newfstatat() of an open file.
    SYS_read, SYS_readv, SYS_pread64, SYS_lseek, SYS_fstat, SYS_newfstatat, SYS_close, SYS_write, SYS_writev,
    SYS_sendmsg, SYS_sendto, SYS_recvfrom, SYS_recvmsg, SYS_ppoll,
    // Memory.
    SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise, SYS_brk,
    // Time, and bounds that can only be lowered.
    SYS_clock_gettime, SYS_gettimeofday, SYS_clock_nanosleep, SYS_nanosleep, SYS_getrusage, SYS_setrlimit,
    SYS_getrlimit,
    // Itself.
    SYS_getpid, SYS_gettid, SYS_futex, SYS_sched_yield, SYS_getrandom, SYS_rt_sigaction, SYS_rt_sigprocmask,
    SYS_rt_sigreturn, SYS_sigaltstack, SYS_restart_syscall, SYS_exit, SYS_exit_group};

class Filter {
 public:
  Filter() {
    load(offsetof(seccomp_data, arch));
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0));
    answer(SECCOMP_RET_KILL_PROCESS);
    load(offsetof(seccomp_data, nr));
  }
  void allow(long call) {
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1));
    answer(SECCOMP_RET_ALLOW);
  }
  /// Only where the first argument is this one.
  void allow(long call, std::uint32_t argument) {
    constexpr std::uint8_t toNext = 4;
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, toNext));
    load(offsetof(seccomp_data, args));  // its lower half: both machines are little-endian
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, argument, 0, 1));
    answer(SECCOMP_RET_ALLOW);
    refuse();
  }
  void refuse() { answer(SECCOMP_RET_ERRNO | EPERM); }
  bool install() {
    const sock_fprog program{static_cast<unsigned short>(program_.size()), program_.data()};
    // For all threads, should a library have started one.
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
  }

 private:
  void load(std::size_t offset) {
    program_.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)));
  }
  void answer(std::uint32_t with) { program_.push_back(BPF_STMT(BPF_RET | BPF_K, with)); }

  std::vector<sock_filter> program_;
};

}  // namespace

bool allowOnlyReading() {
  Filter filter;
  for (const long call : allowed) filter.allow(call);
#if defined(SYS_poll)
  filter.allow(SYS_poll);
#endif
  filter.allow(SYS_prlimit64, 0);                                    // its own
  filter.allow(SYS_tgkill, static_cast<std::uint32_t>(::getpid()));  // abort()
  filter.refuse();
  return filter.install();
}

#else

bool allowOnlyReading() {
  return false;
}

#endif

}  // namespace axescope::hdf5
