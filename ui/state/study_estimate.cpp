// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/state/study_estimate.h"

#include <string>
#include <unordered_set>

namespace axescope::ui {

namespace {

// What one core of an ordinary machine does of a whole evaluation, im2col and float operations included.
constexpr double macsPerSecond = 10e9;
constexpr double leastSecondsPerPoint = 0.02;
// Beyond, telling which points share codes takes longer than anyone waits.
constexpr std::size_t mostKeys = 200'000;

}  // namespace

Result<StudyEstimate> estimate(const Study& study, const std::shared_ptr<const Model>& model, double secondsPerPoint,
                               const std::stop_token& stop) {
  AXESCOPE_TRY(const std::vector<PointSettings> points, study.points(model ? model->studyDefaults() : StudyDefaults{}));
  StudyEstimate estimate;
  estimate.points = points.size();
  if (points.size() <= mostKeys) {
    std::unordered_set<std::string> keys;
    for (const PointSettings& point : points) {
      if (stop.stop_requested()) break;
      keys.insert(toJson(quantizationKey(point)));
    }
    estimate.quantizations = keys.size();
  }
  if (!model || points.empty()) return estimate;
  if (secondsPerPoint <= 0.0) {
    double macs = 0.0;
    for (std::size_t layer = 0; layer < model->dump().layers().size(); ++layer) {
      macs += static_cast<double>(model->macsPerSample(layer));
    }
    const auto samples = static_cast<double>(
        model->canEvaluate() ? model->evaluationCount(points.front().evaluationSamples) : std::int64_t{1});
    secondsPerPoint = std::max(leastSecondsPerPoint, macs * samples / macsPerSecond);
  }
  estimate.seconds = secondsPerPoint * static_cast<double>(points.size());
  return estimate;
}

}  // namespace axescope::ui
