// SPDX-License-Identifier: GPL-3.0-or-later
// What one window works on: the opened file, the study, its points, the selection, the theme.
#pragma once

#include <QObject>
#include <QString>
#include <memory>
#include <optional>

#include "core/study/model.h"
#include "core/study/results_file.h"
#include "ui/jobs/open_job.h"
#include "ui/jobs/sweep_job.h"
#include "ui/models/points_model.h"
#include "ui/state/selection.h"
#include "ui/state/study_edits.h"
#include "ui/theme/theme.h"

namespace axescope::ui {

class AppState : public QObject {
  Q_OBJECT
 public:
  explicit AppState(QObject* parent = nullptr);

  const std::shared_ptr<const Model>& model() const { return model_; }
  const QString& modelPath() const { return modelPath_; }
  StudyEdits& edits() { return edits_; }
  PointsModel& points() { return points_; }
  Selection& selection() { return selection_; }
  SweepJob& sweep() { return sweep_; }
  const Theme& theme() const { return theme_; }
  /// Provenance of the points shown: of a loaded results file, or of the open model and study.
  Provenance provenance() const;

  void setTheme(const Theme& theme);
  /// In the background; the latest request wins.
  void open(const QString& path);
  /// Runs the study on the open model; every finished point is in the results file before it is shown.
  void runStudy(const QString& resultsPath, bool resume);
  /// A new file in the user's data folder, named after the model and the time.
  QString newResultsPath() const;
  /// Where the points shown are kept; empty before the first sweep.
  const QString& resultsPath() const { return resultsPath_; }

 Q_SIGNALS:
  void modelChanged();
  void themeChanged();
  void opening(const QString& path);
  void opened(const QString& path);
  /// For the banner: one line, naming file and object.
  void failed(const QString& line);

 private:
  void take(const OpenedFile& file);

  std::shared_ptr<const Model> model_;
  QString modelPath_;
  QString wanted_;
  QString resultsPath_;
  std::optional<Provenance> loaded_;
  StudyEdits edits_;
  PointsModel points_;
  Selection selection_;
  SweepJob sweep_;
  OpenJob open_;
  Theme theme_ = Theme::light();
};

}  // namespace axescope::ui
