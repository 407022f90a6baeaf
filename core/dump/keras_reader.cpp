// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dump/layouts.h"

namespace axescope {

bool looksLikeKeras(const hdf5::Reader&) {
  return false;
}
Result<std::unique_ptr<DumpSource>> openKeras(hdf5::Reader reader, const std::filesystem::path&) {
  return fail(ErrorCode::unsupported, reader.fileName(), {}, "a dump", "a Keras file");
}

}  // namespace axescope
