// SPDX-License-Identifier: GPL-3.0-or-later
// Plots of results without a window: the same drawings as the pages'.
#pragma once

#include <QString>
#include <QStringList>
#include <memory>

#include "core/base/error.h"
#include "core/hdf5/reader_processes.h"

namespace axescope::ui {

struct RenderRequest {
  QString file{};                           // results; for the integers of a point also a quantized file; see `plot`
  QString plot = QStringLiteral("pareto");  // pareto, curves or heatmap; of one point budgets, datapath or bounds,
                                            // which is also of a dump, rounded to nearest at W4A8
  QString out{};                            // its ending says the format
  QString model{};  // the dump the results come from, for one point's integers; empty: beside the results
  QString layer{};  // empty: the one that uses most of its budget
  int point = -1;   // row of the results; −1: the best guaranteed one
  QString x{};      // column of a Pareto plot or of curves; empty: the usual one
  QString y{};
  /// More results for Pareto plots, curves and heatmaps: points of several models in one picture.
  QStringList others{};
  std::shared_ptr<hdf5::ReaderProcesses> processes = nullptr;  // that read the files; null: this process
};

/// Errors: those of reading, of quantizing and of writing; invalidArgument for an unknown plot, point, layer or column;
/// notFound for a dump that is not there, refused for one whose bytes differ from what the results were measured on.
Status render(const RenderRequest& request);

}  // namespace axescope::ui
