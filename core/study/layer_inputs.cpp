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

Result<std::shared_ptr<const LayerInputs>> LayerInputsCache::get(std::size_t layer, const Gather& gather) {
  std::shared_ptr<Entry> entry;
  {
    const std::scoped_lock lock(mutex_);
    auto& place = entries_[layer];
    if (!place) place = std::make_shared<Entry>();
    place->lastUse = ++uses_;
    entry = place;
  }
  std::shared_ptr<const LayerInputs> inputs;
  {
    const std::scoped_lock lock(entry->gathering);
    if (!entry->inputs) {
      AXESCOPE_TRY(entry->inputs, gather());
    }
    inputs = entry->inputs;
  }
  drop(layer);
  return inputs;
}

void LayerInputsCache::drop(std::size_t kept) {
  const std::scoped_lock lock(mutex_);
  // What is being gathered at this moment counts when it is there.
  const auto bytes = [](Entry& entry) {
    const std::unique_lock idle(entry.gathering, std::try_to_lock);
    return idle && entry.inputs ? entry.inputs->bytes() : std::int64_t{0};
  };
  while (true) {
    std::int64_t sum = 0;
    auto oldest = entries_.end();
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
      const std::int64_t here = bytes(*at->second);
      sum += here;
      if (at->first == kept || here == 0) continue;
      if (oldest == entries_.end() || at->second->lastUse < oldest->second->lastUse) oldest = at;
    }
    if (sum <= mostBytes_ || oldest == entries_.end()) return;
    entries_.erase(oldest);
  }
}

}  // namespace axescope
