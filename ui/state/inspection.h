// SPDX-License-Identifier: GPL-3.0-or-later
// The integers of one point, with their certificates: what the pages about budgets and datapaths show.
#pragma once

#include <QString>
#include <memory>
#include <optional>
#include <vector>

#include "core/budget/certificate.h"
#include "core/dump/quantized_file.h"
#include "core/study/quantized_point.h"

namespace axescope::ui {

class Inspection {
 public:
  /// A point computed now, or a file written by `quantize` (without layer errors).
  Inspection(QuantizedPoint point, QString title);

  const QString& title() const { return title_; }
  const QuantizedFile& file() const { return point_.file; }
  const std::vector<QuantizedFileLayer>& layers() const { return point_.file.layers; }
  const Certificate& certificate(std::size_t layer) const { return certificates_[layer]; }
  /// The tile of a channel that uses most of its budget, found once: every cell of a table asks for it.
  std::int64_t fullestTile(std::size_t layer, std::int64_t channel) const {
    return fullestTiles_[layer][static_cast<std::size_t>(channel)];
  }
  std::optional<double> error(std::size_t layer) const;
  std::optional<std::size_t> layerIndex(const QString& name) const;
  /// The layer that uses most of its budget: the one to look at first.
  std::size_t fullestLayer() const;

 private:
  QuantizedPoint point_;
  QString title_;
  std::vector<Certificate> certificates_;
  std::vector<std::vector<std::int64_t>> fullestTiles_;  // of each layer's channels
};

}  // namespace axescope::ui
