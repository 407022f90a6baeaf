// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/state/drawn_points.h"

#include <QFileInfo>
#include <algorithm>

namespace axescope::ui {

namespace {

// Names of models, one for each: that of its dump, with the results file where several come from dumps of one name.
std::vector<QString> modelNames(const std::vector<ResultsOfFile>& all) {
  std::vector<QString> dumps;
  dumps.reserve(all.size());
  for (const ResultsOfFile& one : all) {
    dumps.push_back(QFileInfo(QString::fromStdString(one.provenance.inputFile)).completeBaseName());
  }
  std::vector<QString> names = dumps;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool alone = std::count(dumps.begin(), dumps.end(), dumps[i]) == 1;
    if (!alone && !all[i].path.isEmpty()) {
      names[i] += QStringLiteral(" (%1)").arg(QFileInfo(all[i].path).completeBaseName());
    }
  }
  return names;
}

}  // namespace

DrawnPoints drawnTogether(const std::vector<ResultsOfFile>& all) {
  DrawnPoints drawn;
  std::vector<Provenance> sources;
  const std::vector<QString> names = modelNames(all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    drawn.points.insert(drawn.points.end(), all[i].points->begin(), all[i].points->end());
    if (all.size() > 1) drawn.models.insert(drawn.models.end(), all[i].points->size(), names[i]);
    sources.push_back(all[i].provenance);
  }
  drawn.provenance = QString::fromStdString(sources.size() == 1 ? sources.front().toJson() : toJsonList(sources));
  return drawn;
}

}  // namespace axescope::ui
