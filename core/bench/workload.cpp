// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bench/workload.h"

namespace axescope::bench {

const char* name(Yardstick yardstick) {
  switch (yardstick) {
    case Yardstick::floatProduct:
    case Yardstick::integerProduct:
      return "share";
    case Yardstick::otherTime:
      return "time ratio";
    case Yardstick::otherRate:
      return "rate ratio";
    case Yardstick::clock:
      return "seconds";
    case Yardstick::memory:
      return "MiB";
  }
  return "";
}

std::string groupOf(const std::string& name) {
  return name.substr(0, name.find('/'));
}

}  // namespace axescope::bench
