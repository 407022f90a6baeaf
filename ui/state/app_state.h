// SPDX-License-Identifier: GPL-3.0-or-later
// What one window works on: the open files, the study, its points, the selection, the theme.
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <memory>
#include <optional>
#include <vector>

#include "core/study/model.h"
#include "core/study/results_file.h"
#include "ui/jobs/inspect_job.h"
#include "ui/jobs/open_job.h"
#include "ui/jobs/sweep_job.h"
#include "ui/models/points_model.h"
#include "ui/state/cost_table.h"
#include "ui/state/drawn_points.h"
#include "ui/state/selection.h"
#include "ui/state/study_edits.h"
#include "ui/theme/theme.h"

namespace axescope::ui {

struct OpenModel {
  QString path;
  std::shared_ptr<const Model> model;
};

/// Results that are drawn beside the study's points.
struct AddedResults {
  QString path;
  std::shared_ptr<const StoredResults> results;
};

class AppState : public QObject {
  Q_OBJECT
 public:
  explicit AppState(QObject* parent = nullptr);

  /// Every dump that is open; studies run on the current one.
  const std::vector<OpenModel>& models() const { return models_; }
  int currentModel() const { return current_; }
  void setCurrentModel(int index);
  void closeModel(int index);
  /// The current model; null when none is open.
  std::shared_ptr<const Model> model() const;
  QString modelPath() const;

  StudyEdits& edits() { return edits_; }
  const StudyEdits& edits() const { return edits_; }
  PointsModel& points() { return points_; }
  const PointsModel& points() const { return points_; }
  Selection& selection() { return selection_; }
  const Selection& selection() const { return selection_; }
  SweepJob& sweep() { return sweep_; }
  const SweepJob& sweep() const { return sweep_; }
  InspectJob& inspection() { return inspect_; }
  CostTable& costTable() { return costTable_; }
  const CostTable& costTable() const { return costTable_; }
  const Theme& theme() const { return theme_; }
  /// Of the run, or the runs, that the points shown come from; before there is one, of the study on the current model.
  Provenance provenance() const;

  void setTheme(const Theme& theme);
  /// In the background. Dumps join the open ones; of results the latest request wins.
  void open(const QString& path);
  /// One after the other; of several results the first take the place of those shown, the others join them.
  void openTogether(const QStringList& paths);
  /// Results join those shown, whichever they are.
  void addResults(const QStringList& paths);
  const std::vector<AddedResults>& added() const { return added_; }
  bool isAdded(const QString& path) const;
  void removeAdded();
  /// The study's points and behind them those of added results, row by row. Empty without added results: then charts
  /// show points() alone.
  const DrawnPoints& together() const { return together_; }
  bool opening() const { return open_.running(); }
  /// Files are read in processes of their own from now on; null: in this one.
  void setReaderProcesses(std::shared_ptr<hdf5::ReaderProcesses> processes) {
    open_.setProcesses(std::move(processes));
  }
  const std::shared_ptr<hdf5::ReaderProcesses>& readerProcesses() const { return open_.processes(); }
  /// Runs the study on the current model; every finished point is in the results file before it is shown. Later edits
  /// of the study are those of the next run.
  void runStudy(const QString& resultsPath, bool resume);
  /// What sweeps from now on may keep and share, in bytes; 0: half of the machine's memory.
  void setMemory(std::int64_t bytes) { memory_ = bytes; }
  std::int64_t memory() const { return memory_; }
  /// Runs what a loaded results file lacks of the study; it must come from the current model.
  bool canResume() const;
  void resume() { runStudy(resultsPath_, true); }
  /// A new file in the user's data folder, named after the model and the time.
  QString newResultsPath() const;
  /// Where the points shown are kept; empty before the first sweep.
  const QString& resultsPath() const { return resultsPath_; }

  /// The model that the points shown were measured on, if it is open; the current one before there are any.
  std::shared_ptr<const Model> modelOfPoints() const;
  /// The point whose integers are looked at: the selected one, else the best guaranteed one, else the study's last.
  std::optional<PointSettings> inspectedSettings() const;
  /// Pages that show integers ask for them while they are visible; inspection() tells when they are there.
  void inspect();

 Q_SIGNALS:
  /// Another current model, or none.
  void modelChanged();
  /// The list of open models changed.
  void modelsChanged();
  void themeChanged();
  void openingStarted(const QString& path);
  void opened(const QString& path);
  /// Results were added to the points or removed.
  void addedChanged();
  /// For the banner: one line, naming file and object.
  void failed(const QString& line, const QString& path);

 private:
  void take(const OpenedFile& file);
  void accept(const OpenedFile& file, bool joins);
  void openNext();
  void openAll(const QStringList& paths, bool joins);
  void addToPoints(const OpenedFile& file);
  void drawTogether();
  void takeModel(const OpenedFile& file);
  void takeResults(const OpenedFile& file);

  std::vector<OpenModel> models_;
  int current_ = -1;
  QString wanted_;
  QStringList queue_;   // to be opened, each when the one before it is there
  QString fromQueue_;   // the one being opened
  bool joins_ = false;  // results of the queue are added from now on
  std::vector<AddedResults> added_;
  DrawnPoints together_;
  QString resultsPath_;
  std::int64_t memory_ = 0;
  std::optional<Provenance> provenance_;  // of the points shown
  StudyEdits edits_;
  PointsModel points_;
  Selection selection_;
  SweepJob sweep_;
  InspectJob inspect_;
  CostTable costTable_{points_, [this] { return modelOfPoints(); }};
  OpenJob open_;
  Theme theme_ = Theme::light();
};

}  // namespace axescope::ui
