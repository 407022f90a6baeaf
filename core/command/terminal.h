// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdio>
#include <string>

#include "core/base/error.h"

namespace axescope {

bool isTerminal(std::FILE* stream);

/// Characters in a line of the terminal behind the stream, or `fallback` where there is none.
int lineWidth(std::FILE* stream, int fallback);

/// To standard output.
void print(const std::string& text);

/// "axescope-cli: …" in one line on standard error.
void printError(const Error& error);
void printNotice(const std::string& line);

/// "0:07", "12:30", "1:02:03".
std::string clockText(std::chrono::duration<double> time);

}  // namespace axescope
