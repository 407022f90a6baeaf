// SPDX-License-Identifier: GPL-3.0-or-later
// The samples that come with the program, wherever it runs from: installed, or out of a build tree.
#pragma once

#include <QString>
#include <vector>

namespace axescope::ui {

struct SampleFile {
  QString path;
  QString title;
  QString description;  // one sentence
  QString layers;       // "5 layers · 323 kB"
};

/// Those that are there; none if the samples folder is not found.
std::vector<SampleFile> sampleFiles();

}  // namespace axescope::ui
