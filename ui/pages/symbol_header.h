// SPDX-License-Identifier: GPL-3.0-or-later
// A header whose sections may be symbols, "P_I" with a lowered I.
#pragma once

#include <QHeaderView>

namespace axescope::ui {

class SymbolHeader : public QHeaderView {
  Q_OBJECT
 public:
  using QHeaderView::QHeaderView;

 protected:
  void initStyleOptionForIndex(QStyleOptionHeader* option, int section) const override;
  void paintSection(QPainter* painter, const QRect& rect, int section) const override;
};

}  // namespace axescope::ui
