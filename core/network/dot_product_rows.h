// SPDX-License-Identifier: GPL-3.0-or-later
// What a layer's dot products see, as rows of K codes.
#pragma once

#include <cstdint>
#include <span>

#include "core/dump/dump.h"
#include "core/linalg/matrix.h"
#include "core/network/shape.h"

namespace axescope {

/// At most `most` rows of `group`, evenly spread over samples and output positions. activations: codes of shape
/// [samples, I] or [samples, I, H, W]; padding is the zero point.
CodeMatrix dotProductRows(const LayerInfo& info, const ActivationQuantizer& input, const Shape& shape,
                          std::span<const std::int16_t> activations, std::int64_t group, std::int64_t most);

}  // namespace axescope
