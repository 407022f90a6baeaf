// SPDX-License-Identifier: GPL-3.0-or-later
// What an operation computes, for those who compute it in another arithmetic or count what it costs.
#pragma once

#include <cstddef>
#include <variant>
#include <vector>

#include "core/network/pool_windows.h"

namespace axescope {

/// y = scale_c·x + shift_c for each channel c, the place on this axis.
struct ChannelAffine {
  std::size_t axis = 1;
  std::vector<double> scale;
  std::vector<double> shift;
};

enum class PoolKind {
  maximum,
  average,            // over what lies inside the image
  averageWithPadding  // margins count as zeros
};

/// Of [N, C, H, W], each channel alone.
struct Pooling {
  PoolKind kind = PoolKind::maximum;
  PoolWindows windows;
};

/// Nothing where the operation's name says it all, or nothing does.
using OperationForm = std::variant<std::monostate, ChannelAffine, Pooling>;

}  // namespace axescope
