// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace axescope {

/// "41.3 M": `digits` significant ones and the power of a thousand, for costs that people compare.
std::string shortNumber(double value, int digits = 3);

}  // namespace axescope
