// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/state/model_overview.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

namespace axescope::ui {

namespace {

constexpr std::int64_t calibrationSamples = 64;
constexpr std::int64_t keptSamples = 16;
constexpr std::int64_t roomyBits = 32;  // nothing overflows; the bounds do not depend on it

QString tr(const char* text) {
  return QCoreApplication::translate("ModelOverview", text);
}

}  // namespace

Study overviewStudy(int weightBits, int activationBits) {
  Study study;
  const std::pair<const char*, std::int64_t> numbers[] = {{"weight_bits", weightBits},
                                                          {"activation_bits", activationBits},
                                                          {"inner_bits", roomyBits},
                                                          {"calibration_samples", calibrationSamples}};
  for (const auto& [key, number] : numbers) static_cast<void>(study.set(key, std::to_string(number)));
  for (const auto& [key, text] : {std::pair("algorithm", "rtn"), {"constraint", "none"}, {"propagate", "off"}}) {
    static_cast<void>(study.set(key, std::string_view(text)));
  }
  return study;
}

ModelOverview overviewOf(const Model& model, int weightBits, int activationBits, const std::stop_token& stop) {
  ModelOverview overview;
  const Job job{stop, {}};
  auto point = [&]() -> Result<QuantizedPoint> {
    AXESCOPE_TRY(const auto points, overviewStudy(weightBits, activationBits).points({}));
    return quantizePoint(model, points.front(), {}, keptSamples, job);
  }();
  if (point) {
    overview.rounded = std::make_shared<const Inspection>(*std::move(point), tr("round to nearest"));
  } else {
    overview.problem = QString::fromStdString(point.error().line());
  }
  if (model.canScore()) {
    const auto run = model.floatRun(model.evaluationCount(0), job);
    if (run) overview.floatScore = run->score;
    if (!run && overview.problem.isEmpty()) overview.problem = QString::fromStdString(run.error().line());
  }
  return overview;
}

QString factsOf(const Model& model) {
  const Dump& dump = model.dump();
  std::int64_t weights = 0;
  for (const LayerInfo& layer : dump.layers()) weights += layer.weights();
  QStringList facts;
  const QString title = QString::fromStdString(dump.model().empty() ? dump.fileName() : dump.model());
  facts << QStringLiteral("<b>%1</b>").arg(title.toHtmlEscaped());
  if (dump.task() != Task::none) facts << QString::fromLatin1(name(dump.task()));
  facts << (dump.layers().size() == 1 ? tr("1 layer") : tr("%1 layers").arg(dump.layers().size()));
  facts << tr("%1 weights").arg(QLocale().toString(qlonglong{weights}));
  facts << (model.network() != nullptr ? tr("with its graph") : tr("layers alone, without a graph"));
  const auto samples = [](const std::vector<std::int64_t>& shape) {
    return QLocale().toString(qlonglong{shape.front()});
  };
  if (!dump.calibrationShape().empty()) {
    facts << tr("%1 calibration samples").arg(samples(dump.calibrationShape()));
  } else if (model.hasLayerInputs()) {
    facts << tr("calibration inputs of layers");
  }
  if (!dump.evaluationShape().empty()) {
    facts << (dump.hasLabels() ? tr("%1 evaluation samples with labels") : tr("%1 evaluation samples"))
                 .arg(samples(dump.evaluationShape()));
  }
  return facts.join(QStringLiteral(" · "));
}

}  // namespace axescope::ui
