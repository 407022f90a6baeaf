// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/state/inspection.h"

#include <algorithm>
#include <utility>

#include "core/dump/quantized_layer.h"

namespace axescope::ui {

namespace {

std::vector<std::int64_t> fullestTilesOf(const Certificate& certificate) {
  std::vector<std::int64_t> fullest(static_cast<std::size_t>(certificate.channels()), 0);
  for (std::int64_t channel = 0; channel < certificate.channels(); ++channel) {
    double most = -1.0;
    for (std::int64_t tile = 0; tile < certificate.tiling().tiles(); ++tile) {
      const double use = certificate.use(channel, tile);
      if (use <= most) continue;
      most = use;
      fullest[static_cast<std::size_t>(channel)] = tile;
    }
  }
  return fullest;
}

}  // namespace

Inspection::Inspection(QuantizedPoint point, QString title) : point_(std::move(point)), title_(std::move(title)) {
  certificates_.reserve(layers().size());
  fullestTiles_.reserve(layers().size());
  for (const QuantizedFileLayer& layer : layers()) {
    certificates_.push_back(certificateOf(layer));
    fullestTiles_.push_back(fullestTilesOf(certificates_.back()));
  }
}

std::optional<double> Inspection::error(std::size_t layer) const {
  if (layer >= point_.layerErrors.size()) return std::nullopt;
  return point_.layerErrors[layer];
}

std::optional<std::size_t> Inspection::layerIndex(const QString& name) const {
  const std::string wanted = name.toStdString();
  for (std::size_t i = 0; i < layers().size(); ++i) {
    if (layers()[i].info.name == wanted) return i;
  }
  return std::nullopt;
}

std::size_t Inspection::fullestLayer() const {
  const auto fullest =
      std::max_element(certificates_.begin(), certificates_.end(),
                       [](const Certificate& a, const Certificate& b) { return a.maxUse() < b.maxUse(); });
  return static_cast<std::size_t>(fullest - certificates_.begin());
}

}  // namespace axescope::ui
