// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/docks/bar_legend.h"

#include <QPainter>

#include "ui/docks/layer_delegate.h"
#include "ui/plots/colour_bar.h"
#include "ui/plots/symbol_text.h"

namespace axescope::ui {

namespace {

constexpr int strip = 8;
constexpr int gap = 4;

}  // namespace

BarLegend::BarLegend(const AppState* state, const LayersModel* layers, QWidget* parent)
    : QWidget(parent), state_(state), layers_(layers) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  connect(layers, &LayersModel::barsChanged, this, &BarLegend::showRange);
  connect(state, &AppState::themeChanged, this, qOverload<>(&QWidget::update));
  showRange();
}

QSize BarLegend::sizeHint() const {
  const int lines = layers_->anyWarning() ? 3 : 2;
  return {120, strip + lines * (fontMetrics().height() + gap)};
}

void BarLegend::showRange() {
  const auto range = layers_->range();
  setVisible(range.has_value());
  setAccessibleName(
      range ? tr("Colours: %1 from %2 to %3")
                  .arg(layers_->barTitle(), layers_->rangeText(range->least), layers_->rangeText(range->most))
            : QString());
  updateGeometry();
  update();
}

void BarLegend::paintEvent(QPaintEvent*) {
  const auto range = layers_->range();
  if (!range) return;
  const Theme& theme = state_->theme();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const int line = fontMetrics().height();
  painter.setPen(theme.mutedText);
  drawSymbolText(painter, QRectF(0, 0, width(), line), Qt::AlignLeft | Qt::AlignVCenter, layers_->barTitle());
  const QRectF bar(0, line + gap, width(), strip);
  painter.setPen(Qt::NoPen);
  painter.setBrush(gradientOf(bar.topLeft(), bar.topRight(), [&](double place) { return barColour(place, theme); }));
  painter.drawRoundedRect(bar, strip / 2.0, strip / 2.0);
  painter.setPen(theme.mutedText);
  const QRectF numbers(0, bar.bottom() + gap, width(), line);
  painter.drawText(numbers, Qt::AlignLeft | Qt::AlignVCenter, layers_->rangeText(range->least));
  painter.drawText(numbers, Qt::AlignRight | Qt::AlignVCenter, layers_->rangeText(range->most));
  if (!layers_->anyWarning()) return;
  const QRectF key(0, numbers.bottom() + gap, width(), line);
  painter.setPen(Qt::NoPen);
  painter.setBrush(theme.warning);
  painter.drawRoundedRect(QRectF(key.left(), key.center().y() - strip / 2.0, 2.0 * strip, strip), strip / 2.0,
                          strip / 2.0);
  painter.setPen(theme.mutedText);
  painter.drawText(key.adjusted(2.0 * strip + gap, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, tr("may overflow"));
}

}  // namespace axescope::ui
