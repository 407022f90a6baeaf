// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/flow_layout.h"

#include <QWidget>
#include <algorithm>

namespace axescope::ui {

void FlowLayout::addItem(QLayoutItem* item) {
  items_.emplace_back(item);
}

QLayoutItem* FlowLayout::itemAt(int index) const {
  return index < 0 || index >= count() ? nullptr : items_[static_cast<std::size_t>(index)].get();
}

QLayoutItem* FlowLayout::takeAt(int index) {
  if (index < 0 || index >= count()) return nullptr;
  QLayoutItem* item = items_[static_cast<std::size_t>(index)].release();
  items_.erase(items_.begin() + index);
  return item;
}

QSize FlowLayout::sizeHint() const {
  const QMargins margins = contentsMargins();
  int width = margins.left() + margins.right();
  for (const auto& item : items_) width += item->sizeHint().width() + spacing();
  return {width, heightForWidth(width)};
}

QSize FlowLayout::minimumSize() const {
  QSize size;
  for (const auto& item : items_) size = size.expandedTo(item->minimumSize());
  const QMargins margins = contentsMargins();
  return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom());
}

void FlowLayout::setGeometry(const QRect& area) {
  QLayout::setGeometry(area);
  place(area, true);
}

int FlowLayout::place(const QRect& area, bool move) const {
  const QRect inner = area.marginsRemoved(contentsMargins());
  int left = inner.left();
  int top = inner.top();
  std::size_t first = 0;
  const auto finishRow = [&](std::size_t end) {
    int height = 0;
    for (std::size_t i = first; i < end; ++i) height = std::max(height, items_[i]->sizeHint().height());
    if (move) {
      int x = inner.left();
      for (std::size_t i = first; i < end; ++i) {
        const QSize size = items_[i]->sizeHint();
        items_[i]->setGeometry(QRect(QPoint(x, top + (height - size.height()) / 2), size));
        x += size.width() + spacing();
      }
    }
    top += height;
    first = end;
  };
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const int width = items_[i]->sizeHint().width();
    if (i > first && left + width > inner.right() + 1) {
      finishRow(i);
      top += spacing();
      left = inner.left();
    }
    left += width + spacing();
  }
  finishRow(items_.size());
  return top + contentsMargins().bottom() - area.top();
}

}  // namespace axescope::ui
