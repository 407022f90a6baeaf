// SPDX-License-Identifier: GPL-3.0-or-later
// What can be said of a model before any sweep: what is in the file, float accuracy, and the integers of plain
// rounding, from which the smallest safe widths follow.
#pragma once

#include <QString>
#include <memory>
#include <stop_token>

#include "core/study/model.h"
#include "core/study/study.h"
#include "ui/state/inspection.h"

namespace axescope::ui {

struct ModelOverview {
  Score floatScore;
  std::shared_ptr<const Inspection> rounded;  // round-to-nearest, no constraint; null with a problem
  QString problem;
};

/// Rounds at these widths on a few calibration samples and runs the float network. Seconds for a large model.
ModelOverview overviewOf(const Model& model, int weightBits, int activationBits, const std::stop_token& stop);

/// What overviewOf() does, as a study of one point.
Study overviewStudy(int weightBits, int activationBits);

/// "ResNet-20 · classification · 20 layers · 268,336 weights · calibration 1,024 samples · evaluation 4,000 samples".
QString factsOf(const Model& model);

}  // namespace axescope::ui
