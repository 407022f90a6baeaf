// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/hdf5/file_access.h"

namespace axescope::hdf5 {

struct Reader::State {
  FileAccess file;
};

}  // namespace axescope::hdf5
