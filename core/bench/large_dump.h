// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/error.h"

namespace axescope::bench {

/// Sizes of a dump that is larger than most memories: its layers' weights[K×K] and inputs[samples×K] are 10 GiB.
struct LargeDumpSize {
  std::int64_t layers = 40;
  std::int64_t k = 4096;
  std::int64_t samples = 12288;

  std::uintmax_t bytes() const;
};

/// The only layer whose numbers are not all zero.
inline constexpr const char* largeDumpLayer = "layer-00";

/// Zeros are declared and left to a file with holes, so that little of it takes room on a disk that knows holes.
Status writeLargeDump(const std::filesystem::path& path, const LargeDumpSize& size);

}  // namespace axescope::bench
