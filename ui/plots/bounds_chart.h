// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>

#include "ui/plots/chart_description.h"
#include "ui/state/inspection.h"
#include "ui/theme/theme.h"

namespace axescope::ui {

/// The smallest safe accumulator of each layer by each bound, over the length K of its dot products, one accumulator
/// for the whole of them; a line for each bound joins what suffices for all layers of one K. Rows of the markers are
/// layers of the inspection.
ChartDescription boundsChart(const Inspection& inspection, const Theme& theme, const std::stop_token& stop = {});

}  // namespace axescope::ui
