// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/selftest/check.h"

namespace axescope::selftest {

void Comparison::expect(bool same, const std::function<std::string()>& where) {
  ++values;
  if (same) return;
  if (different++ == 0) first = where();
}

}  // namespace axescope::selftest
