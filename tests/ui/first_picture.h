// SPDX-License-Identifier: GPL-3.0-or-later
// The program as a user starts it, in a process of its own that ends with the first picture of its window.
#pragma once

#include <string_view>

namespace axescope::ui {

/// The argument that makes the test program this; the program's own arguments follow it.
inline constexpr std::string_view untilFirstPicture = "--until-first-picture";

/// Runs the program until its window has been painted for the first time; 0 then.
int runUntilFirstPicture(int argc, char** argv);

}  // namespace axescope::ui
