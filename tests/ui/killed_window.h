// SPDX-License-Identifier: GPL-3.0-or-later
// A window in a process of its own that another test kills while a sweep runs in it.
#pragma once

#include <QProcess>
#include <QTemporaryDir>
#include <string_view>

namespace axescope::ui {

/// A home folder for such windows, in which one finds what the one before left.
class WindowHome {
 public:
  /// The test program as the window that `argument` stands for.
  void start(QProcess& window, std::string_view argument) const;
  QString sessionPath() const;

 private:
  QTemporaryDir folder_;
};

/// The argument that makes the test program this window.
inline constexpr std::string_view sweepUntilKilled = "--sweep-until-killed";

/// The argument for one that goes on with what a killed one left.
inline constexpr std::string_view sweepOrResume = "--sweep-or-resume";

/// Opens a sample, runs a sweep that takes minutes and never closes. Ends only by itself when something is wrong.
int runSweepUntilKilled();

/// Resumes the sweep of the last session, or begins one of some seconds where there is none. Prints a line with the
/// number of points whenever the window has more of them; ends with 0 when all are there.
int runSweepOrResume();

}  // namespace axescope::ui
