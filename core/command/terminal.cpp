// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/terminal.h"

#include <cmath>
#include <cstdint>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace axescope {

bool isTerminal(std::FILE* stream) {
  return ::isatty(::fileno(stream)) == 1;
}

int lineWidth(std::FILE* stream, int fallback) {
  winsize size{};
  if (!isTerminal(stream) || ::ioctl(::fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return fallback;
  return size.ws_col;
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void printNotice(const std::string& line) {
  const std::string text = "axescope-cli: " + line + '\n';
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void printError(const Error& error) {
  printNotice(error.line());
}

std::string clockText(std::chrono::duration<double> time) {
  const auto seconds = static_cast<std::int64_t>(std::llround(time.count()));
  const std::int64_t minutes = seconds / 60;
  if (minutes < 60) return fmt::format("{}:{:02}", minutes, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", minutes / 60, minutes % 60, seconds % 60);
}

}  // namespace axescope
