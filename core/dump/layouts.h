// SPDX-License-Identifier: GPL-3.0-or-later
// The file layouts that open as a dump. Internal to this floor.
#pragma once

#include <memory>

#include "core/dump/source.h"
#include "core/hdf5/reader.h"

namespace axescope {

/// format = "axescope-dump".
Result<std::unique_ptr<DumpSource>> openNative(hdf5::Reader reader, const std::filesystem::path& path);

/// Keras .h5 (version 2 and before) or .weights.h5 (version 3).
bool looksLikeKeras(const hdf5::Reader& reader);
Result<std::unique_ptr<DumpSource>> openKeras(hdf5::Reader reader, const std::filesystem::path& path);

/// Any HDF5 file, layers as the user maps them.
Result<std::unique_ptr<DumpSource>> openMapped(hdf5::Reader reader, const std::filesystem::path& path,
                                               const std::vector<LayerMapping>& mappings);

/// A layer group's attributes, checked against its weight or codes dataset; bias, input and weight_scale are noted.
Result<LayerInfo> layerInfoFrom(const hdf5::Reader& reader, const std::string& layerName,
                                const hdf5::DatasetInfo& weight);

/// Refuses NaN and infinity, naming where. `firstRow` and `rowSize` turn an index into a row for messages.
Status checkFinite(const std::vector<float>& values, const std::string& file, const std::string& object,
                   std::int64_t firstRow = 0);

/// Rows [first, first + count) of a float dataset as a tensor, checked finite.
Result<Tensor> readRows(const hdf5::Reader& reader, const std::string& object, const std::vector<std::int64_t>& shape,
                        std::int64_t first, std::int64_t count);

/// A shape as text: [64, 3, 3, 3].
std::string shapeText(const std::vector<std::int64_t>& shape);

}  // namespace axescope
