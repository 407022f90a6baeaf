// SPDX-License-Identifier: GPL-3.0-or-later
// Studies that come with the program: comparisons of the papers and datapaths of real machines.
#pragma once

#include <QString>
#include <vector>

#include "core/study/study.h"

namespace axescope::ui {

struct StudyPreset {
  QString title;
  QString description;  // one or two sentences
  QString resource;     // study JSON among the resources
};

/// In the order in which a menu shows them.
std::vector<StudyPreset> studyPresets();
/// Errors: notFound, or what Study::fromJson refuses.
Result<Study> loadPreset(const StudyPreset& preset);

}  // namespace axescope::ui
