// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/terminal_progress.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "core/command/terminal.h"
#include "core/study/runner.h"

namespace axescope {

namespace {

constexpr std::chrono::milliseconds drawInterval{100};
constexpr std::chrono::seconds tickInterval{1};
constexpr int usualLine = 80;
constexpr int widestBar = 30;
constexpr int narrowestBar = 5;
constexpr const char* clearLine = "\r\x1b[K";

}  // namespace

TerminalProgress::Style TerminalProgress::styleFor(bool quiet) {
  if (quiet) return Style::none;
  return isTerminal(stderr) ? Style::bar : Style::lines;
}

TerminalProgress::TerminalProgress(Style style, std::string unit) : style_(style), unit_(std::move(unit)) {
  if (style_ == Style::bar) ticker_ = std::jthread([this](const std::stop_token& end) { tick(end); });
}

TerminalProgress::~TerminalProgress() {
  if (ticker_.joinable()) {
    ticker_.request_stop();
    ticker_.join();
  }
  if (barVisible_) std::fputs(clearLine, stderr);
}

void TerminalProgress::show(std::size_t done, std::size_t total) {
  if (style_ == Style::none || total == 0) return;
  const std::scoped_lock lock(mutex_);
  done_ = std::max(done_, done);
  total_ = total;
  if (style_ == Style::lines) {
    printTenth();
  } else if (!barVisible_ || done_ == total_ || Clock::now() - drawn_ >= drawInterval) {
    drawBar();
  }
}

void TerminalProgress::tick(const std::stop_token& end) {
  std::unique_lock lock(mutex_);
  while (!end.stop_requested()) {
    ended_.wait_for(lock, end, tickInterval, [] { return false; });
    if (barVisible_ && Clock::now() - drawn_ >= tickInterval) drawBar();
  }
}

std::string TerminalProgress::numbers() const {
  const std::chrono::duration<double> spent = Clock::now() - start_;
  std::string text =
      fmt::format("{}/{} {}  {} %  {} spent", done_, total_, unit_, 100 * done_ / total_, clockText(spent));
  if (const auto left = remainingTime(done_, total_, spent); left && done_ < total_) {
    text += "  " + clockText(*left) + " left";
  }
  return text;
}

void TerminalProgress::drawBar() {
  drawn_ = Clock::now();
  barVisible_ = true;
  std::string line = numbers();
  const int room = lineWidth(stderr, usualLine) - static_cast<int>(line.size()) - 4;
  const int bar = std::min(room, widestBar);
  if (bar >= narrowestBar) {
    const auto length = static_cast<std::size_t>(bar);
    const std::size_t filled = length * done_ / total_;
    line = fmt::format("[{}{}] ", std::string(filled, '#'), std::string(length - filled, '-')) + line;
  }
  std::fputs((clearLine + line).c_str(), stderr);
}

void TerminalProgress::printTenth() {
  const std::size_t tenths = 10 * done_ / total_;
  if (tenths <= tenths_) return;
  tenths_ = tenths;
  std::fputs((numbers() + '\n').c_str(), stderr);
}

}  // namespace axescope
