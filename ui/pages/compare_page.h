// SPDX-License-Identifier: GPL-3.0-or-later
// Two points side by side, of one study or of two results files: layers, settings, measurements.
#pragma once

#include <QLabel>
#include <QPushButton>
#include <memory>
#include <optional>

#include "ui/jobs/latest_job.h"
#include "ui/jobs/open_job.h"
#include "ui/models/differences_model.h"
#include "ui/pages/plot_page.h"
#include "ui/pages/point_choice.h"
#include "ui/plots/compare_plot.h"

namespace axescope::ui {

/// Layers of A in their order, then those that only B has.
std::vector<CompareLayer> compareLayers(const PointResult& a, const PointResult& b);

class ComparePage : public PlotPage {
  Q_OBJECT
 public:
  explicit ComparePage(AppState* state, QWidget* parent = nullptr);

  /// Rows of the points; B's of the second file's points while there is one.
  void setA(int point);
  void setB(int point);
  void swap();
  /// B comes from this results file, opened in the background.
  void openForB(const QString& path);
  /// B comes from the study's points again.
  void closeFileOfB();
  /// With the second file's, while B comes from there.
  QString provenance() const override;
  const DifferencesModel& differences() const { return differences_; }

 Q_SIGNALS:
  /// For the banner.
  void message(const QString& text, bool error);
  /// The second file has been read, or was refused.
  void fileOfBChanged();

 protected:
  void rebuild() override;
  void choose(int row, bool extend) override;
  QList<int> chosenRows() const override;

 private:
  QWidget* makePointRow();
  QWidget* makeDifferences();
  void chooseFile();
  void takeFile(const OpenedFile& file);
  void followSelection();
  void chooseDefaults();
  const std::vector<PointResult>& pointsOfB() const;
  std::optional<PointResult> pointA() const;
  std::optional<PointResult> pointB() const;
  QString titleOf(const PointResult& point, bool isB) const;
  QString describe(int row) const;

  ComparePlot* plot_;  // the base's
  QComboBox* metric_;
  QComboBox* order_;
  PointChoice* choiceA_;
  PointChoice* choiceB_;
  QPushButton* swap_;
  QPushButton* closeFile_;
  QLabel* fileName_;
  QLabel* differenceCount_;
  DifferencesModel differences_;
  LatestJob<OpenedFile> opening_;
  std::shared_ptr<const StoredResults> other_;  // B's results, when from a second file
  QString otherName_;
  int a_ = -1;
  int b_ = -1;
};

}  // namespace axescope::ui
