// SPDX-License-Identifier: GPL-3.0-or-later
// The user's own cost table: what the column "cost_custom" of all points is priced by, in the background.
#pragma once

#include <QObject>
#include <QString>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/cost/cost_model.h"
#include "core/study/model.h"
#include "ui/jobs/latest_job.h"
#include "ui/models/points_model.h"

namespace axescope::ui {

class CostTable : public QObject {
  Q_OBJECT
 public:
  /// `model` gives the one that the points were measured on, null while it is not open. Both outlive this object.
  CostTable(PointsModel& points, std::function<std::shared_ptr<const Model>()> model);

  /// A sound table.
  void set(CostModel table);
  const std::optional<CostModel>& current() const { return table_; }
  /// Why points have no price; one line, empty where they have.
  const QString& problem() const { return problem_; }
  /// Prices all points once there are more of them, or their model is there.
  void price();

 Q_SIGNALS:
  /// Another table.
  void changed();
  /// There is a problem.
  void failed();

 private:
  using Costs = std::vector<std::optional<double>>;

  PointsModel& points_;
  std::function<std::shared_ptr<const Model>()> model_;
  std::optional<CostModel> table_;
  std::size_t priced_ = 0;  // how many points the last answer was for
  QString problem_;
  LatestJob<Result<Costs>> job_;
};

}  // namespace axescope::ui
