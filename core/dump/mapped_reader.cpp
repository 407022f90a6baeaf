// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dump/layouts.h"

namespace axescope {

Result<std::unique_ptr<DumpSource>> openMapped(hdf5::Reader reader, const std::filesystem::path&,
                                               const std::vector<LayerMapping>&) {
  return fail(ErrorCode::unsupported, reader.fileName(), {}, "a dump", "another HDF5 file");
}

}  // namespace axescope
