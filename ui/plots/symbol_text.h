// SPDX-License-Identifier: GPL-3.0-or-later
// Symbols as the papers write them: "P_I" with a lowered I.
#pragma once

#include <QPainter>
#include <QRectF>
#include <QString>

namespace axescope::ui {

/// "Inner width P_I" as rich text.
QString symbolHtml(const QString& text);
/// Draws it on one line within `box`.
void drawSymbolText(QPainter& painter, const QRectF& box, Qt::Alignment alignment, const QString& text);

}  // namespace axescope::ui
