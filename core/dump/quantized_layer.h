// SPDX-License-Identifier: GPL-3.0-or-later
// What writer and reader of quantized files have in common.
#pragma once

#include "core/dump/quantized_file.h"

namespace axescope {

/// Sizes fit each other, codes fit their widths, scales are finite and positive. `file` and `group` are for the
/// error. Errors: wrongShape, invalidArgument, unsupported, notFinite.
Status checkQuantizedLayer(const QuantizedFileLayer& layer, const std::string& file, const std::string& group);

/// The certificate of a checked layer, at its channels' inner widths and its outer one.
Certificate certificateOf(const QuantizedFileLayer& layer);

/// Largest p, and largest −n, that each channel's and tile's codes may have when the other is zero: L / max(|μ|, ν).
/// C×tiles, in row order.
std::vector<double> tileBudgets(const Certificate& certificate);

}  // namespace axescope
