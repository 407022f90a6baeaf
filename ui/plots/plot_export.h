// SPDX-License-Identifier: GPL-3.0-or-later
// Plots as files, with their provenance inside.
#pragma once

#include <QSizeF>
#include <QString>

#include "core/base/error.h"
#include "ui/plots/plot.h"

namespace axescope::ui {

struct PlotExportOptions {
  QSizeF sizeMillimetres{160.0, 100.0};
  int dpi = 300;             // of PNG
  bool paperColours = true;  // white background, else the window's theme
  QString provenance;        // one line of JSON
};

/// By the file name's ending: svg, pdf, png, csv, json or tex (pgfplots). Provenance goes into the SVG description, PDF
/// title data, PNG text and the first line of CSV and TeX. Whole or not at all. Errors: unsupported (another ending),
/// writeFailed.
Status exportPlot(Plot& plot, const QString& path, const Theme& theme, const PlotExportOptions& options);

/// The plot's numbers as CSV behind a line of provenance, or as JSON.
QByteArray plotCsv(const Plot& plot, const QString& provenance);
QByteArray plotJson(const Plot& plot, const QString& provenance);

}  // namespace axescope::ui
