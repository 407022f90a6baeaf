// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/layer_inputs.h"

#include <numeric>

namespace axescope {

Result<std::shared_ptr<const LayerFeedback>> LayerInputs::feedbackFor(const FeedbackOptions& options,
                                                                      const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  for (const Made& made : made_) {
    if (made.options == options) return made.matrices;
  }
  LayerFeedback matrices;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    std::string object = "layer '" + name + "'";
    if (groups_.size() > 1) object += " group " + std::to_string(group);
    AXESCOPE_TRY(Feedback one, feedback(groups_[group], options, object));
    matrices.push_back(std::move(one));
  }
  made_.push_back({options, std::make_shared<const LayerFeedback>(std::move(matrices))});
  return made_.back().matrices;
}

std::int64_t LayerInputs::bytes() const {
  const std::scoped_lock lock(mutex_);
  std::int64_t sum = 0;
  for (const InputStatistics& group : groups_) sum += group.bytes();
  for (const Made& made : made_) {
    for (const Feedback& one : *made.matrices) sum += one.bytes();
  }
  return sum;
}

}  // namespace axescope
