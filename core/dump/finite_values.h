// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers of a stranger's file, read as float32 and checked: NaN or infinity would spread through every sum.
#pragma once

#include "core/hdf5/reader.h"
#include "core/linalg/matrix.h"

namespace axescope {

/// All values of a dataset. Errors: those of the reader; notFinite with the index of the first bad value, also for a
/// float64 beyond float32.
Result<std::vector<float>> readFinite(const hdf5::Reader& reader, const std::string& path);
/// Rows [first, first + count) along axis 0.
Result<Tensor> readFiniteRows(const hdf5::Reader& reader, const std::string& path, std::int64_t first,
                              std::int64_t count);
/// Scales, one per channel; a single one stands for all. Errors: as above; wrongShape; notFinite for one that is not
/// a positive number.
Result<std::vector<double>> readScales(const hdf5::Reader& reader, const std::string& path, std::int64_t channels);

}  // namespace axescope
