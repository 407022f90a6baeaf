// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/docks/layer_delegate.h"

#include <QPainter>
#include <algorithm>

#include "ui/models/layers_model.h"
#include "ui/theme/colour_map.h"

namespace axescope::ui {

namespace {

constexpr double barHeight = 6.0;
constexpr int gap = 6;

}  // namespace

QColor barColour(double place, const Theme& theme) {
  constexpr double darkest = 0.22;   // dark violet on a dark panel
  constexpr double brightest = 0.9;  // light yellow on white
  return theme.dark ? sequentialColour(darkest + (1.0 - darkest) * place) : sequentialColour(brightest * place);
}

LayerDelegate::LayerDelegate(const AppState* state, QObject* parent) : QStyledItemDelegate(parent), state_(state) {}

void LayerDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
  QStyledItemDelegate::initStyleOption(option, index);
  option->textElideMode = Qt::ElideMiddle;
  if (index.column() == LayersModel::nameColumn) return;
  option->palette.setColor(QPalette::Text, state_->theme().mutedText);
  option->palette.setColor(QPalette::HighlightedText, state_->theme().mutedText);
}

void LayerDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const bool isFile = !index.parent().isValid();
  if (isFile && index.column() == LayersModel::nameColumn) {
    paintFile(painter, option, index);
    return;
  }
  QStyledItemDelegate::paint(painter, option, index);
  if (index.column() == LayersModel::barColumn) paintBar(painter, option, index);
}

void LayerDelegate::paintFile(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QStyleOptionViewItem row = option;
  const QString summary = index.data(LayersModel::summaryRole).toString();
  const int wanted = option.fontMetrics.horizontalAdvance(summary) + gap;
  initStyleOption(&row, index);
  const int name = QFontMetrics(row.font).horizontalAdvance(row.text) + 2 * gap;
  // The summary gives way to the name.
  const bool fits = name + wanted <= option.rect.width();
  QStyleOptionViewItem background = row;
  background.text.clear();
  const QWidget* widget = option.widget;
  widget->style()->drawControl(QStyle::CE_ItemViewItem, &background, painter, widget);
  painter->save();
  painter->setFont(row.font);
  painter->setPen(state_->theme().text);
  const QRect text = option.rect.adjusted(2, 0, fits ? -wanted : -gap, 0);
  painter->drawText(text, Qt::AlignLeft | Qt::AlignVCenter,
                    QFontMetrics(row.font).elidedText(row.text, Qt::ElideMiddle, text.width()));
  if (fits) {
    painter->setFont(option.font);
    painter->setPen(state_->theme().mutedText);
    painter->drawText(option.rect.adjusted(0, 0, -gap, 0), Qt::AlignRight | Qt::AlignVCenter, summary);
  }
  painter->restore();
}

void LayerDelegate::paintBar(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const QVariant length = index.data(LayersModel::barRole);
  if (!length.isValid()) return;
  const Theme& theme = state_->theme();
  const QRectF track =
      QRectF(option.rect)
          .adjusted(gap, (option.rect.height() - barHeight) / 2, -gap, (barHeight - option.rect.height()) / 2);
  QRectF bar = track;
  bar.setWidth(std::max(barHeight, length.toDouble() * track.width()));
  bar.moveRight(track.right());
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  painter->setPen(Qt::NoPen);
  painter->setBrush(index.data(LayersModel::warningRole).toBool()
                        ? theme.warning
                        : barColour(index.data(LayersModel::placeRole).toDouble(), theme));
  painter->drawRoundedRect(bar, barHeight / 2, barHeight / 2);
  painter->restore();
}

}  // namespace axescope::ui
