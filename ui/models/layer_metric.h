// SPDX-License-Identifier: GPL-3.0-or-later
// What a point's results tell of each layer, as one table: list of layers, comparison and their choices use it.
#pragma once

#include <QString>
#include <span>

#include "core/study/point_result.h"

namespace axescope::ui {

struct LayerMetric {
  const char* name;     // column of exports
  const char* title;    // see layerMetricTitle
  const char* heading;  // see layerMetricHeading
  bool percent = false;
  bool integral = false;
  double (*value)(const LayerMeasurement&) = nullptr;
};

std::span<const LayerMetric> layerMetrics();
QString layerMetricTitle(const LayerMetric& metric);
/// For a narrow column.
QString layerMetricHeading(const LayerMetric& metric);
/// As people read it: "98.1 %", "0.0612", "16".
QString layerMetricText(const LayerMetric& metric, double value);
/// A difference with its sign; of percentages in percentage points.
QString layerMetricDifference(const LayerMetric& metric, double difference);

}  // namespace axescope::ui
