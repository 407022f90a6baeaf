// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/command_line.h"

int main(int argc, char** argv) {
  return axescope::runCommandLine(argc, argv);
}
