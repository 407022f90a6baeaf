// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/reader_process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/hdf5/read_worker.h"

namespace axescope::hdf5 {

namespace {

tl::unexpected<Error> cannotStart(const std::filesystem::path& program, int reason) {
  const ErrorCode code = reason == ENOENT || reason == EACCES ? ErrorCode::notFound : ErrorCode::refused;
  return fail(code, program.string(), {}, "a program that reads files in a process of its own",
              std::generic_category().message(reason));
}

/// What the new process is given: its end of the socket and the shared memory, no other file of ours.
class SpawnActions {
 public:
  SpawnActions(int socket, int memory) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, socket, workerSocket);
    // No line of the library's or of an abort's reaches the user's terminal.
    for (const int standard : {STDOUT_FILENO, STDERR_FILENO})
      ::posix_spawn_file_actions_addopen(&actions_, standard, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, memory, workerMemory);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, workerMemory + 1);
    ::posix_spawnattr_init(&attributes_);
    // A group of its own: an interruption typed at the terminal is for us, who then decide about it.
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
  }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  /// 0 or an error number.
  int spawn(const std::string& program, pid_t& id) const {
    std::string name = program;
    std::string command = readWorkerCommand;
    const std::array<char*, 3> arguments{name.data(), command.data(), nullptr};
    std::vector<char*> environment;
    for (char** variable = environ; *variable != nullptr; ++variable) environment.push_back(*variable);
    // Functions of libraries are found at the start, which is mostly in advance, not when a file first needs them.
    std::string bindNow = "LD_BIND_NOW=1";
    environment.insert(environment.end(), {bindNow.data(), nullptr});
    return ::posix_spawn(&id, program.c_str(), &actions_, &attributes_, arguments.data(), environment.data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// Above the numbers that the new process gives them, so that none of both is closed by being put in the other's place.
FileDescriptor aboveStandard(const FileDescriptor& descriptor) {
  return FileDescriptor(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, workerMemory + 1));
}

std::string seconds(std::chrono::milliseconds time) {
  return fmt::format("{:g} s", std::chrono::duration<double>(time).count());
}

ReaderProcess::Ending describe(int status, std::chrono::milliseconds patience) {
  if (!WIFSIGNALED(status)) return {ErrorCode::refused, fmt::format("ended with status {}", WEXITSTATUS(status))};
  const int signal = WTERMSIG(status);
  switch (signal) {
    case SIGXCPU:
      return {ErrorCode::refused, "needed more than " + seconds(patience) + " of processor time"};
    case SIGKILL:
      return {ErrorCode::refused, "was killed, by the system for want of memory or by a user (signal 9)"};
    case SIGXFSZ:
      return {ErrorCode::refused, "tried to write a file"};
    default:
      return {ErrorCode::corrupt, fmt::format("crashed, signal {} ({})", signal, ::sigdescr_np(signal))};
  }
}

}  // namespace

Result<std::unique_ptr<ReaderProcess>> ReaderProcess::start(const ReaderProcesses::Options& options) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return cannotStart(options.program, errno);
  FileDescriptor ours(ends[0]);
  const FileDescriptor theirs(ends[1]);
  const FileDescriptor memory = SharedPieces::create();
  auto pieces = SharedPieces::map(memory);
  if (!pieces) return cannotStart(options.program, ENOMEM);
  const FileDescriptor passedSocket = aboveStandard(theirs);
  const FileDescriptor passedMemory = aboveStandard(memory);
  if (!passedSocket.valid() || !passedMemory.valid()) return cannotStart(options.program, EMFILE);
  pid_t id = 0;
  const SpawnActions actions(passedSocket.get(), passedMemory.get());
  if (const int reason = actions.spawn(options.program.string(), id); reason != 0)
    return cannotStart(options.program, reason);
  return std::make_unique<ReaderProcess>(id, Channel(std::move(ours), *std::move(pieces), options.patience),
                                         options.patience);
}

ReaderProcess::~ReaderProcess() {
  kill();
}

void ReaderProcess::kill() {
  if (collect(false)) return;
  ::kill(id_, SIGKILL);
  collect(true);
}

bool ReaderProcess::collect(bool wait) {
  pid_t found = 0;
  do {
    found = ended_ ? id_ : ::waitpid(id_, &status_, wait ? 0 : WNOHANG);
  } while (found < 0 && errno == EINTR);
  ended_ = found != 0;
  return ended_;
}

bool ReaderProcess::running() {
  return !collect(false);
}

ReaderProcess::Ending ReaderProcess::end(Exchange after) {
  // Its end of the socket closes a moment before it can be collected: how it ended by itself is what is of interest.
  constexpr int mostLooks = 500;
  constexpr std::chrono::milliseconds betweenLooks{2};
  for (int look = 0; after == Exchange::closed && look < mostLooks && !collect(false); ++look)
    std::this_thread::sleep_for(betweenLooks);
  kill();
  switch (after) {
    case Exchange::late:
      return {ErrorCode::refused, "gave no answer within " + seconds(patience_)};
    case Exchange::malformed:
      return {ErrorCode::corrupt, "gave an answer that is none"};
    default:
      return describe(status_, patience_);
  }
}

}  // namespace axescope::hdf5
