// SPDX-License-Identifier: GPL-3.0-or-later
#include <iterator>

#include "core/selftest/check.h"

namespace axescope::selftest {

std::vector<Check> allChecks() {
  std::vector<Check> all;
  for (auto kind : {productChecks, emulatorChecks, certificateChecks, recurrenceChecks, threadChecks, fileChecks}) {
    std::vector<Check> checks = kind();
    all.insert(all.end(), std::make_move_iterator(checks.begin()), std::make_move_iterator(checks.end()));
  }
  return all;
}

}  // namespace axescope::selftest
