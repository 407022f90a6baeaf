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
constexpr int usualLine = 80;
constexpr int widestBar = 30;
constexpr const char* clearLine = "\r\x1b[K";

}  // namespace

TerminalProgress::Style TerminalProgress::styleFor(bool quiet) {
  if (quiet) return Style::none;
  return isTerminal(stderr) ? Style::bar : Style::lines;
}

TerminalProgress::TerminalProgress(Style style, std::string unit) : style_(style), unit_(std::move(unit)) {}

TerminalProgress::~TerminalProgress() {
  if (barVisible_) std::fputs(clearLine, stderr);
}

void TerminalProgress::show(std::size_t done, std::size_t total) {
  if (style_ == Style::none || total == 0) return;
  const std::scoped_lock lock(mutex_);
  if (done < shown_) return;
  shown_ = done;
  if (style_ == Style::bar) {
    drawBar(done, total);
  } else {
    printTenth(done, total);
  }
}

std::string TerminalProgress::numbers(std::size_t done, std::size_t total) const {
  const std::chrono::duration<double> spent = Clock::now() - start_;
  std::string text = fmt::format("{}/{} {}  {} %  {} spent", done, total, unit_, 100 * done / total, clockText(spent));
  if (const auto left = remainingTime(done, total, spent); left && done < total) {
    text += "  " + clockText(*left) + " left";
  }
  return text;
}

void TerminalProgress::drawBar(std::size_t done, std::size_t total) {
  const auto now = Clock::now();
  if (barVisible_ && done < total && now - drawn_ < drawInterval) return;
  drawn_ = now;
  barVisible_ = true;
  std::string line = numbers(done, total);
  const int room = lineWidth(stderr, usualLine) - static_cast<int>(line.size()) - 4;
  const int bar = std::min(room, widestBar);
  constexpr int narrowestBar = 5;
  if (bar >= narrowestBar) {
    const auto filled = static_cast<std::size_t>(bar) * done / total;
    line = fmt::format("[{}{}] ", std::string(filled, '#'), std::string(static_cast<std::size_t>(bar) - filled, '-')) +
           line;
  }
  std::fputs((clearLine + line).c_str(), stderr);
}

void TerminalProgress::printTenth(std::size_t done, std::size_t total) {
  const std::size_t tenths = 10 * done / total;
  if (tenths <= tenths_) return;
  tenths_ = tenths;
  std::fputs((numbers(done, total) + '\n').c_str(), stderr);
}

}  // namespace axescope
