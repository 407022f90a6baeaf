// SPDX-License-Identifier: GPL-3.0-or-later
// The meaning of a weight's axes: O output channels, I inputs, H and W the kernel, M the outputs of each input of a
// depthwise convolution.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/dump/dump.h"

namespace axescope {

enum class AxisOrder { oi, io, oihw, hwio, hwim };

const char* name(AxisOrder order);
/// One of the orders that a user may name: OI, IO, OIHW, HWIO.
std::optional<AxisOrder> axisOrder(const std::string& name);

/// Kind and sizes of the layer behind a weight of this shape. `groups` counts for OIHW, where the second axis is
/// I / groups; HWIM has as many groups as inputs. `file` and `path` are for the error.
/// Errors: wrongShape (rank, groups), empty.
Result<LayerInfo> layerOfWeight(std::span<const std::int64_t> shape, AxisOrder order, std::int64_t groups,
                                const std::string& file, const std::string& path);

/// C×K with column (c_in·kh + y)·kw + x, from values as stored.
MatrixF toChannelRows(std::span<const float> values, std::span<const std::int64_t> shape, AxisOrder order);

}  // namespace axescope
