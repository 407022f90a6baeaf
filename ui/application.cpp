// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/application.h"

#include <QApplication>
#include <QCommandLineParser>
#include <algorithm>
#include <cstdio>
#include <string_view>

#include "axescope_version.h"
#include "ui/main_window.h"
#include "ui/pages/heatmap_page.h"
#include "ui/plots/plot_export.h"
#include "ui/plots/result_chart.h"

namespace axescope::ui {

namespace {

int report(const Error& error) {
  std::fprintf(stderr, "axescope: %s\n", error.line().c_str());
  return exitStatus(error.code);
}

// Draws a plot of a results file without a window.
int render(const QString& results, const QString& plotName, const QString& out) {
  const auto stored = readResults(results.toStdString());
  if (!stored) return report(stored.error());
  const Theme theme = Theme::paper();
  ChartPlot chart;
  HeatmapPlot heatmap;
  Plot* plot = &chart;
  if (plotName == QStringLiteral("pareto")) {
    chart.setDescription(paretoChart(stored->points, {}, theme));
  } else if (plotName == QStringLiteral("curves")) {
    chart.setDescription(curvesChart(stored->points, {}, theme));
  } else if (plotName == QStringLiteral("heatmap")) {
    heatmap.setDescription(heatmapOf(stored->points, {}));
    plot = &heatmap;
  } else {
    return report({ErrorCode::invalidArgument, {}, "--plot", "pareto, curves or heatmap", plotName.toStdString()});
  }
  PlotExportOptions options;
  options.provenance = QString::fromStdString(stored->provenance.toJson());
  const Status status = exportPlot(*plot, out, theme, options);
  return status ? 0 : report(status.error());
}

}  // namespace

int runApplication(int argc, char** argv) {
  const bool drawsOnly =
      std::any_of(argv + 1, argv + argc, [](const char* a) { return std::string_view(a) == "--render"; });
  if (drawsOnly && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication application(argc, argv);
  QApplication::setApplicationName(QStringLiteral("AxeScope"));
  QApplication::setOrganizationName(QStringLiteral("AxeScope"));
  QApplication::setApplicationVersion(QString::fromLatin1(versionString));
  QApplication::setStyle(QStringLiteral("Fusion"));

  QCommandLineParser parser;
  parser.setApplicationDescription(
      QApplication::tr("Explore what narrow accumulators cost a quantized neural network."));
  parser.addHelpOption();
  parser.addVersionOption();
  const QCommandLineOption renderOption(QStringLiteral("render"), QApplication::tr("Draw a plot of a results file."),
                                        QStringLiteral("results.h5"));
  const QCommandLineOption plotOption(QStringLiteral("plot"),
                                      QApplication::tr("Which plot: pareto, curves or heatmap."),
                                      QStringLiteral("plot"), QStringLiteral("pareto"));
  const QCommandLineOption outOption(QStringLiteral("out"),
                                     QApplication::tr("File to draw into: svg, pdf, png, csv or json."),
                                     QStringLiteral("file"));
  parser.addOptions({renderOption, plotOption, outOption});
  parser.addPositionalArgument(QStringLiteral("file"), QApplication::tr("Dumps or results to open."),
                               QStringLiteral("[FILE…]"));
  parser.process(application);
  if (parser.isSet(renderOption)) {
    if (!parser.isSet(outOption))
      return report({ErrorCode::invalidArgument, {}, "--out", "a file to draw into", "none"});
    return render(parser.value(renderOption), parser.value(plotOption), parser.value(outOption));
  }
  MainWindow window;
  for (const QString& file : parser.positionalArguments()) window.open(file);
  window.show();
  return QApplication::exec();
}

}  // namespace axescope::ui
