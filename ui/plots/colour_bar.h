// SPDX-License-Identifier: GPL-3.0-or-later
// What colours stand for: a strip of them from the least to the most.
#pragma once

#include <QLinearGradient>
#include <QPainter>
#include <QRectF>
#include <QStringList>
#include <functional>

#include "ui/theme/theme.h"

namespace axescope::ui {

/// `colourAt` takes places from 0 to 1.
QLinearGradient gradientOf(QPointF from, QPointF to, const std::function<QColor(double)>& colourAt);

/// Sequential colours from the bottom of `bar` to its top, and beside it labels in equal steps from the least.
void drawColourBar(QPainter& painter, const QRectF& bar, const QStringList& labels, const Theme& theme);

}  // namespace axescope::ui
