// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/bounds_chart.h"

#include <QCoreApplication>
#include <algorithm>
#include <map>

#include "ui/models/bounds_model.h"

namespace axescope::ui {

namespace {

struct Bound {
  const char* name;
  int WidthBounds::*bits;
};
constexpr Bound bounds[] = {{QT_TRANSLATE_NOOP("BoundsChart", "data type"), &WidthBounds::dataType},
                            {QT_TRANSLATE_NOOP("BoundsChart", "A2Q"), &WidthBounds::a2q},
                            {QT_TRANSLATE_NOOP("BoundsChart", "A2Q+"), &WidthBounds::a2qPlus},
                            {QT_TRANSLATE_NOOP("BoundsChart", "exact"), &WidthBounds::exact}};

}  // namespace

ChartDescription boundsChart(const Inspection& inspection, const Theme& theme, const std::stop_token& stop) {
  const auto tr = [](const char* text) { return QCoreApplication::translate("BoundsChart", text); };
  const std::vector<LayerBounds> ofLayers = layerBounds(inspection, 0, stop);
  ChartDescription chart;
  chart.title = tr("Smallest safe accumulator · %1").arg(inspection.title());
  chart.x = {.title = tr("Length of a dot product K"), .logarithmic = true, .integral = true};
  chart.y = {.title = tr("Accumulator width P"), .integral = true};
  int number = 0;
  for (const Bound& bound : bounds) {
    ChartSeries series{.name = tr(bound.name), .style = numberedStyle(number++, theme), .markers = {}, .line = {}};
    std::map<std::int64_t, int> enough;
    for (std::size_t layer = 0; layer < ofLayers.size(); ++layer) {
      const std::int64_t k = inspection.layers()[layer].info.k();
      const int bits = ofLayers[layer].inner.*bound.bits;
      series.markers.push_back({.value = QPointF(static_cast<double>(k), bits), .row = static_cast<int>(layer)});
      int& most = enough[k];
      most = std::max(most, bits);
    }
    for (const auto& [k, bits] : enough) series.line.emplace_back(static_cast<double>(k), bits);
    chart.series.push_back(std::move(series));
  }
  return chart;
}

}  // namespace axescope::ui
