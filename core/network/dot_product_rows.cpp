// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/dot_product_rows.h"

#include <algorithm>

#include "core/network/columns.h"

namespace axescope {

CodeMatrix dotProductRows(const LayerInfo& info, const ActivationQuantizer& input, const Shape& shape,
                          std::span<const std::int16_t> activations, std::int64_t group, std::int64_t most) {
  const bool linear = info.kind == LayerKind::linear;
  const Columns<std::int16_t> columns{.conv = info.conv,
                                      .inputs = info.inputs,
                                      .height = linear ? 1 : shape[2],
                                      .width = linear ? 1 : shape[3],
                                      .padding = static_cast<std::int16_t>(input.zeroPoint)};
  const std::int64_t sampleSize = info.inputs * columns.height * columns.width;
  const std::int64_t positions = columns.positions();
  const std::int64_t all = static_cast<std::int64_t>(activations.size()) / sampleSize * positions;
  const std::int64_t count = std::min(all, most);
  CodeMatrix rows(count, info.k());
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t place = i * all / count;
    columns.fill(activations.data() + place / positions * sampleSize, group, place % positions, 1, rows.row(i).data(),
                 info.k());
  }
  return rows;
}

}  // namespace axescope
