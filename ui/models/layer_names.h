// SPDX-License-Identifier: GPL-3.0-or-later
// Names of layers where there is little room for them.
#pragma once

#include <QStringList>

namespace axescope::ui {

/// "model.layers." of model.layers.0.mlp.up_proj, model.layers.1.…: what all numbered names have before their number. A
/// column of layers would show little else.
QString sharedPrefix(const QStringList& names);
QString withoutPrefix(const QString& name, const QString& prefix);

}  // namespace axescope::ui
