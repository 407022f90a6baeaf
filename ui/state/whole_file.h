// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include "core/base/error.h"

namespace axescope::ui {

/// Whole or not at all: the file that was there stays until the new one is complete. Errors: writeFailed.
Status writeWholeFile(const QString& path, const QByteArray& content);

}  // namespace axescope::ui
