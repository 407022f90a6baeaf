// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/short_number.h"

#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace axescope {

std::string shortNumber(double value, int digits) {
  constexpr std::array<std::pair<double, const char*>, 4> units{{{1e12, " T"}, {1e9, " G"}, {1e6, " M"}, {1e3, " k"}}};
  for (const auto& [size, sign] : units) {
    if (std::abs(value) >= size) return fmt::format("{:.{}g}{}", value / size, digits, sign);
  }
  return fmt::format("{:.{}g}", value, digits);
}

}  // namespace axescope
