// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/symbol_header.h"

#include <QPainter>

#include "ui/plots/symbol_text.h"

namespace axescope::ui {

namespace {

constexpr int padding = 9;  // as much as cells have
constexpr int arrowRoom = 14;

}  // namespace

void SymbolHeader::initStyleOptionForIndex(QStyleOptionHeader* option, int section) const {
  QHeaderView::initStyleOptionForIndex(option, section);
  option->text.clear();  // the style draws all but the text
}

void SymbolHeader::paintSection(QPainter* painter, const QRect& rect, int section) const {
  painter->save();
  QHeaderView::paintSection(painter, rect, section);
  painter->restore();
  const bool sorted = isSortIndicatorShown() && sortIndicatorSection() == section;
  const auto alignment = Qt::Alignment(model()->headerData(section, orientation(), Qt::TextAlignmentRole).toInt());
  painter->save();
  painter->setPen(ink_);
  painter->setClipRect(rect);
  drawSymbolText(*painter, rect.adjusted(padding, 0, sorted ? -padding - arrowRoom : -padding, 0), alignment,
                 model()->headerData(section, orientation(), Qt::DisplayRole).toString());
  painter->restore();
}

}  // namespace axescope::ui
