// SPDX-License-Identifier: GPL-3.0-or-later
// What a study will take before it is run.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "core/study/model.h"
#include "core/study/study.h"

namespace axescope::ui {

struct StudyEstimate {
  std::size_t points = 0;
  std::size_t quantizations = 0;  // sets of codes, each shared by its points
  std::optional<double> seconds;  // of work; empty without a model
};

/// secondsPerPoint: measured on this model before, 0 when not. Otherwise the time follows from multiply-accumulates at
/// a careful rate. Errors: those of Study::points().
Result<StudyEstimate> estimate(const Study& study, const std::shared_ptr<const Model>& model, double secondsPerPoint,
                               const std::stop_token& stop);

}  // namespace axescope::ui
