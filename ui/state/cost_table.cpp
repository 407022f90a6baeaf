// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/state/cost_table.h"

#include <utility>

#include "core/study/point_costs.h"

namespace axescope::ui {

CostTable::CostTable(PointsModel& points, std::function<std::shared_ptr<const Model>()> model)
    : points_(points), model_(std::move(model)) {
  connect(&points_, &PointsModel::modelReset, this, [this] {
    job_.cancel();  // its answer is for the points that were there
    problem_.clear();
    priced_ = 0;
  });
  connect(&points_, &PointsModel::pointsChanged, this, &CostTable::price);
}

void CostTable::set(CostModel table) {
  table_ = std::move(table);
  priced_ = 0;
  Q_EMIT changed();
  price();
}

void CostTable::price() {
  const auto model = model_();
  if (!table_ || !model || points_.points().size() == priced_) return;
  job_.start(
      [table = *table_, model, points = points_.points()](const std::stop_token& stop) mutable -> Result<Costs> {
        AXESCOPE_CHECK(priceCustom(*model, table, points, {.stop = stop, .onProgress = {}}));
        Costs costs;
        costs.reserve(points.size());
        for (const PointResult& point : points) costs.push_back(point.measurement.customCost);
        return costs;
      },
      [this](const Result<Costs>& costs) {
        problem_ = costs ? QString() : QString::fromStdString(costs.error().line());
        if (!costs) {
          Q_EMIT failed();
          return;
        }
        priced_ = costs->size();
        points_.setCustomCosts(*costs);
      });
}

}  // namespace axescope::ui
