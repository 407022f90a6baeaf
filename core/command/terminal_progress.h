// SPDX-License-Identifier: GPL-3.0-or-later
// Progress on standard error: a bar that redraws itself on a terminal, a line for each tenth elsewhere.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace axescope {

class TerminalProgress {
 public:
  enum class Style { none, lines, bar };
  /// A bar where standard error is a terminal, else lines; nothing when quiet.
  static Style styleFor(bool quiet);

  /// unit: what is counted, "points".
  TerminalProgress(Style style, std::string unit);
  /// Leaves the bar's line empty for what comes after.
  ~TerminalProgress();
  TerminalProgress(const TerminalProgress&) = delete;
  TerminalProgress& operator=(const TerminalProgress&) = delete;

  /// From any thread; draws at most ten times a second. A bar's clock goes on between reports.
  void show(std::size_t done, std::size_t total);

 private:
  using Clock = std::chrono::steady_clock;
  std::string numbers() const;
  void drawBar();
  void tick(const std::stop_token& end);
  void printTenth();

  Style style_;
  std::string unit_;
  Clock::time_point start_ = Clock::now();
  std::mutex mutex_;
  Clock::time_point drawn_;
  std::size_t done_ = 0;  // most so far: reports of different threads may overtake each other
  std::size_t total_ = 0;
  std::size_t tenths_ = 0;
  bool barVisible_ = false;
  std::condition_variable_any ended_;
  std::jthread ticker_;
};

}  // namespace axescope
