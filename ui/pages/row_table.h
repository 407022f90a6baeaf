// SPDX-License-Identifier: GPL-3.0-or-later
// How every table of the window looks and is gone through: rows of one height, selected whole, with symbols in the
// header.
#pragma once

#include <QTableView>

namespace axescope::ui {

/// To be called before the view has its model. `name` is what assistive programs call it.
void showAsRows(QTableView* view, const QString& name);

}  // namespace axescope::ui
