// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/render.h"

#include <QDir>
#include <QFileInfo>

#include "ui/jobs/inspect_job.h"
#include "ui/jobs/open_job.h"
#include "ui/pages/datapath_page.h"
#include "ui/pages/heatmap_page.h"
#include "ui/plots/budget_plot.h"
#include "ui/plots/plot_export.h"
#include "ui/plots/result_chart.h"
#include "ui/state/drawn_points.h"

namespace axescope::ui {

namespace {

// The dump beside the results, or where the caller says, with the bytes that were measured.
Result<std::shared_ptr<const Model>> modelOf(const RenderRequest& request, const Provenance& provenance) {
  const QString path = request.model.isEmpty()
                           ? QFileInfo(request.file).dir().filePath(QString::fromStdString(provenance.inputFile))
                           : request.model;
  if (!QFileInfo::exists(path)) {
    return fail(ErrorCode::notFound, path.toStdString(), "--model",
                "the dump that the results come from, " + provenance.inputFile, "no such file");
  }
  AXESCOPE_TRY(std::shared_ptr<const Model> model, Model::open(path.toStdString()));
  AXESCOPE_TRY(const std::string hash, model->sha256());
  if (hash != provenance.inputSha256) {
    return fail(ErrorCode::refused, path.toStdString(), "--model", "SHA-256 " + provenance.inputSha256, hash);
  }
  return model;
}

Result<std::shared_ptr<const Inspection>> inspectionOf(const RenderRequest& request, const OpenedFile& file) {
  if (file.quantized) return file.quantized;
  if (!file.results) {
    return fail(ErrorCode::unsupported, request.file.toStdString(), {}, "results or a quantized file", "a dump");
  }
  const auto& points = file.results->points;
  const int row = request.point >= 0 ? request.point : bestGuaranteedPoint(points);
  if (row < 0 || row >= static_cast<int>(points.size())) {
    return fail(ErrorCode::invalidArgument, request.file.toStdString(), "--point",
                "a row from 0 to " + std::to_string(static_cast<int>(points.size()) - 1), std::to_string(row));
  }
  const PointSettings& settings = points[static_cast<std::size_t>(row)].settings;
  AXESCOPE_TRY(const auto model, modelOf(request, file.results->provenance));
  AXESCOPE_TRY(QuantizedPoint point,
               quantizePoint(*model, settings, file.results->provenance.toJson(), InspectJob::inputSamples, {}));
  return std::make_shared<const Inspection>(std::move(point), pointTitle(settings));
}

Result<std::size_t> layerOf(const RenderRequest& request, const Inspection& inspection) {
  if (inspection.layers().empty()) {
    return fail(ErrorCode::empty, request.file.toStdString(), {}, "a quantized layer", "none");
  }
  if (request.layer.isEmpty()) return inspection.fullestLayer();
  if (const auto index = inspection.layerIndex(request.layer)) return *index;
  return fail(ErrorCode::invalidArgument, request.file.toStdString(), "--layer", "the name of a quantized layer",
              request.layer.toStdString());
}

Status renderIntegers(const RenderRequest& request, const OpenedFile& file, const PlotExportOptions& options) {
  AXESCOPE_TRY(const auto inspection, inspectionOf(request, file));
  AXESCOPE_TRY(const std::size_t layer, layerOf(request, *inspection));
  PlotExportOptions withCodes = options;
  if (file.quantized) withCodes.provenance = QString::fromStdString(inspection->file().provenance);
  if (request.plot == QStringLiteral("datapath")) {
    DatapathPlot plot;
    plot.setDescription(datapathWithSums(*inspection, layer));
    return exportPlot(plot, request.out, Theme::paper(), withCodes);
  }
  BudgetPlot plot;
  plot.setDescription(budgetOf(*inspection, layer, {}));
  return exportPlot(plot, request.out, Theme::paper(), withCodes);
}

Result<DrawnPoints> pointsOf(const RenderRequest& request, const OpenedFile& file) {
  std::vector<OpenedFile> files{file};
  for (const QString& path : request.others) files.push_back(openFile(path));
  std::vector<ResultsOfFile> all;
  for (const OpenedFile& one : files) {
    if (one.error) return fail(*one.error);
    if (!one.results) {
      return fail(ErrorCode::unsupported, one.path.toStdString(), {}, "results of a sweep", "another file");
    }
    all.push_back({one.path, one.results->provenance, &one.results->points});
  }
  return drawnTogether(all);
}

Status takeColumn(const char* flag, const QString& name, std::string& column) {
  if (name.isEmpty()) return {};
  column = name.toStdString();
  const ResultColumn* found = findColumn(column);
  if (found != nullptr && (found->kind == SettingKind::integer || found->kind == SettingKind::real)) return {};
  return fail(ErrorCode::invalidArgument, {}, flag, "a column of numbers of the results", "'" + column + "'");
}

template <class View>
Status takeColumns(const RenderRequest& request, View& view) {
  AXESCOPE_CHECK(takeColumn("--x", request.x, view.x));
  return takeColumn("--y", request.y, view.y);
}

}  // namespace

Status render(const RenderRequest& request) {
  const OpenedFile file = openFile(request.file);
  if (file.error) return fail(*file.error);
  const Theme theme = Theme::paper();
  PlotExportOptions options;
  if (file.results) options.provenance = QString::fromStdString(file.results->provenance.toJson());
  if (request.plot == QStringLiteral("budgets") || request.plot == QStringLiteral("datapath")) {
    if (!request.others.isEmpty()) {
      return fail(ErrorCode::invalidArgument, {}, "--plot", "pareto, curves or heatmap for several files",
                  request.plot.toStdString());
    }
    return renderIntegers(request, file, options);
  }
  const bool isHeatmap = request.plot == QStringLiteral("heatmap");
  if (!isHeatmap && request.plot != QStringLiteral("pareto") && request.plot != QStringLiteral("curves")) {
    return fail(ErrorCode::invalidArgument, {}, "--plot", "pareto, curves, heatmap, budgets or datapath",
                request.plot.toStdString());
  }
  AXESCOPE_TRY(const DrawnPoints drawn, pointsOf(request, file));
  const auto& points = drawn.points;
  options.provenance = drawn.provenance;
  if (isHeatmap) {
    HeatmapPlot plot;
    plot.setDescription(heatmapOf(points, {}));
    return exportPlot(plot, request.out, theme, options);
  }
  ChartPlot plot;
  if (request.plot == QStringLiteral("pareto")) {
    ParetoView view;
    AXESCOPE_CHECK(takeColumns(request, view));
    plot.setDescription(paretoChart(points, view, theme, drawn.models));
  } else {
    CurvesView view;
    AXESCOPE_CHECK(takeColumns(request, view));
    plot.setDescription(curvesChart(points, view, theme, drawn.models));
  }
  return exportPlot(plot, request.out, theme, options);
}

}  // namespace axescope::ui
