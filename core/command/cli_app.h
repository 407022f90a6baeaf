// SPDX-License-Identifier: GPL-3.0-or-later
// CLI11's application, known by name alone: its headers stay in the .cpp files.
#pragma once

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}
