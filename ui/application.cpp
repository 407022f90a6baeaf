// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/application.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QProxyStyle>
#include <algorithm>
#include <cstdio>
#include <string_view>

#include "axescope_version.h"
#include "ui/render.h"
#include "ui/state/reader_program.h"
#include "ui/theme/icons.h"
#include "ui/window/main_window.h"

namespace axescope::ui {

namespace {

int report(const Error& error) {
  std::fprintf(stderr, "axescope: %s\n", error.line().c_str());
  return exitStatus(error.code);
}

/// Fusion, without the desktop's icons on the buttons of dialogs: they follow no theme of ours. A style sheet is asked
/// too late, when the buttons are there.
class PlainButtons : public QProxyStyle {
 public:
  PlainButtons() : QProxyStyle(QStringLiteral("Fusion")) {}
  int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                QStyleHintReturn* returned) const override {
    if (hint == SH_DialogButtonBox_ButtonsHaveIcons) return 0;
    return QProxyStyle::styleHint(hint, option, widget, returned);
  }
};

}  // namespace

int runApplication(int argc, char** argv) {
  const bool drawsOnly =
      std::any_of(argv + 1, argv + argc, [](const char* a) { return std::string_view(a) == "--render"; });
  if (drawsOnly && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication application(argc, argv);
  QApplication::setApplicationName(QStringLiteral("AxeScope"));
  QApplication::setOrganizationName(QStringLiteral("AxeScope"));
  QApplication::setApplicationVersion(QString::fromLatin1(versionString));
  QApplication::setStyle(new PlainButtons);
  // The application owns its style. NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks)
  QCommandLineParser parser;
  parser.setApplicationDescription(
      QApplication::tr("Explore what narrow accumulators cost a quantized neural network."));
  parser.addHelpOption();
  parser.addVersionOption();
  const auto option = [&](const char* name, const QString& help, const char* value, const QString& otherwise = {}) {
    const QCommandLineOption made(QString::fromLatin1(name), help, QString::fromLatin1(value), otherwise);
    parser.addOption(made);
    return made;
  };
  const auto renderOption = option(
      "render",
      QApplication::tr(
          "Draw a plot of a results or quantized file, or the bounds of a dump, without a window; of several results "
          "files in one picture."),
      "file.h5");
  const auto plotOption =
      option("plot", QApplication::tr("Which plot: pareto, curves, heatmap, budgets, datapath or bounds."), "plot",
             QStringLiteral("pareto"));
  const auto outOption = option("out", QApplication::tr("File to draw into: svg, pdf, png, csv, json or tex."), "file");
  const auto modelOption = option(
      "model",
      QApplication::tr(
          "For budgets, datapath and bounds: the dump that the results come from; otherwise looked for beside them."),
      "dump.h5");
  const auto layerOption = option(
      "layer", QApplication::tr("For budgets and datapath: the layer; otherwise the one that uses most of its budget."),
      "name");
  const auto pointOption = option(
      "point",
      QApplication::tr("For budgets, datapath and bounds: row of the results; otherwise the best guaranteed point."),
      "row", QStringLiteral("-1"));
  const auto xOption =
      option("x", QApplication::tr("For pareto and curves: the column along the horizontal axis."), "column");
  const auto yOption =
      option("y", QApplication::tr("For pareto and curves: the column along the vertical axis."), "column");
  parser.addPositionalArgument(QStringLiteral("file"),
                               QApplication::tr("Dumps, results, quantized files or a session to open."),
                               QStringLiteral("[FILE…]"));
  parser.process(application);
  const auto processes = readerProcessesIn(QCoreApplication::applicationDirPath());
  if (parser.isSet(renderOption)) {
    if (!parser.isSet(outOption)) {
      return report({ErrorCode::invalidArgument, {}, "--out", "a file to draw into", "none"});
    }
    bool isNumber = false;
    const int point = parser.value(pointOption).toInt(&isNumber);
    if (!isNumber) {
      return report({ErrorCode::invalidArgument, {}, "--point", "a row", parser.value(pointOption).toStdString()});
    }
    const Status status = render({parser.value(renderOption), parser.value(plotOption), parser.value(outOption),
                                  parser.value(modelOption), parser.value(layerOption), point, parser.value(xOption),
                                  parser.value(yOption), parser.positionalArguments(), processes});
    return status ? 0 : report(status.error());
  }
  QApplication::setWindowIcon(applicationIcon());
  QGuiApplication::setDesktopFileName(QStringLiteral("axescope"));
  MainWindow window;
  window.state().setReaderProcesses(processes);
  if (!processes) {
    window.banner()->showText(
        QApplication::tr(
            "axescope-cli is not beside this program: files are read in this process, which a damaged one may end."),
        Banner::Kind::note);
  }
  const QStringList files = parser.positionalArguments();
  if (files.isEmpty() && window.actions().restoreAtStart->isChecked()) {
    if (const auto session = loadSession(MainWindow::lastSessionPath())) window.restore(*session);
  }
  window.openTogether(files);
  window.show();
  return QApplication::exec();
}

}  // namespace axescope::ui
