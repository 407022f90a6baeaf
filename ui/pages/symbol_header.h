// SPDX-License-Identifier: GPL-3.0-or-later
// A header whose sections may be symbols, "P_I" with a lowered I.
#pragma once

#include <QColor>
#include <QHeaderView>

namespace axescope::ui {

class SymbolHeader : public QHeaderView {
  Q_OBJECT
  Q_PROPERTY(QColor ink MEMBER ink_)  // of the text, from the style sheet
 public:
  using QHeaderView::QHeaderView;

 protected:
  void initStyleOptionForIndex(QStyleOptionHeader* option, int section) const override;
  void paintSection(QPainter* painter, const QRect& rect, int section) const override;

 private:
  QColor ink_ = Qt::gray;
};

}  // namespace axescope::ui
