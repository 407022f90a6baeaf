// SPDX-License-Identifier: GPL-3.0-or-later
// Points of several sweeps in one plot: those of the study, and after them those of results they are compared with.
#pragma once

#include <QString>
#include <memory>
#include <vector>

#include "core/study/results_file.h"

namespace axescope::ui {

/// Results of a sweep and the file they are in; no name before they are in one.
struct ResultsOfFile {
  QString path;
  Provenance provenance;
  const std::vector<PointResult>* points = nullptr;
};

struct DrawnPoints {
  std::vector<PointResult> points;
  std::vector<QString> models;  // whose each point is; none where all are of one
  QString provenance;           // JSON; of several a list
};
/// In the order given; `all` has one at least.
DrawnPoints drawnTogether(const std::vector<ResultsOfFile>& all);

}  // namespace axescope::ui
