// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/layer_metric.h"

#include <QCoreApplication>
#include <array>

#include "ui/models/signed_text.h"

namespace axescope::ui {

namespace {

constexpr double percent = 100.0;

}  // namespace

std::span<const LayerMetric> layerMetrics() {
  using L = LayerMeasurement;
  static constexpr std::array<LayerMetric, 6> metrics{{
      {"error", QT_TRANSLATE_NOOP("LayerMetric", "Relative error"), QT_TRANSLATE_NOOP("LayerMetric", "Error"), false,
       false, [](const L& layer) { return layer.error; }},
      {"max_budget_use", QT_TRANSLATE_NOOP("LayerMetric", "Largest budget use"),
       QT_TRANSLATE_NOOP("LayerMetric", "Budget"), true, false, [](const L& layer) { return layer.maxBudgetUse; }},
      {"overflow_rate", QT_TRANSLATE_NOOP("LayerMetric", "Overflow rate"), QT_TRANSLATE_NOOP("LayerMetric", "Overflow"),
       true, false, [](const L& layer) { return layer.overflowRate; }},
      {"smallest_inner_bits", QT_TRANSLATE_NOOP("LayerMetric", "Smallest safe P_I"),
       QT_TRANSLATE_NOOP("LayerMetric", "Safe P_I"), false, true,
       [](const L& layer) { return static_cast<double>(layer.smallestInnerBits); }},
      {"outer_bits", QT_TRANSLATE_NOOP("LayerMetric", "Outer width P_O"), QT_TRANSLATE_NOOP("LayerMetric", "P_O"),
       false, true, [](const L& layer) { return static_cast<double>(layer.outerBits); }},
      {"sparsity", QT_TRANSLATE_NOOP("LayerMetric", "Sparsity"), QT_TRANSLATE_NOOP("LayerMetric", "Sparsity"), true,
       false, [](const L& layer) { return layer.sparsity; }},
  }};
  return metrics;
}

QString layerMetricTitle(const LayerMetric& metric) {
  return QCoreApplication::translate("LayerMetric", metric.title);
}

QString layerMetricHeading(const LayerMetric& metric) {
  return QCoreApplication::translate("LayerMetric", metric.heading);
}

QString layerMetricText(const LayerMetric& metric, double value) {
  if (metric.percent) return QString::number(percent * value, 'f', 1) + QStringLiteral(" %");
  return metric.integral ? QString::number(value, 'f', 0) : QString::number(value, 'g', 3);
}

QString layerMetricDifference(const LayerMetric& metric, double difference) {
  if (metric.percent) {
    return QCoreApplication::translate("LayerMetric", "%1 pp").arg(signedText(percent * difference, 'f', 1));
  }
  return metric.integral ? signedText(difference, 'f', 0) : signedText(difference, 'g', 3);
}

}  // namespace axescope::ui
