// SPDX-License-Identifier: GPL-3.0-or-later
// Widgets in a row that goes on below where the width ends, so that a page's controls never widen the window.
#pragma once

#include <QLayout>
#include <memory>
#include <vector>

namespace axescope::ui {

class FlowLayout : public QLayout {
  Q_OBJECT
 public:
  explicit FlowLayout(QWidget* parent = nullptr) : QLayout(parent) {}

  void addItem(QLayoutItem* item) override;
  int count() const override { return static_cast<int>(items_.size()); }
  QLayoutItem* itemAt(int index) const override;
  QLayoutItem* takeAt(int index) override;
  Qt::Orientations expandingDirections() const override { return {}; }
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override { return place(QRect(0, 0, width, 0), false); }
  QSize sizeHint() const override;
  QSize minimumSize() const override;
  void setGeometry(const QRect& area) override;

 private:
  /// Height needed; moves the items only when asked to.
  int place(const QRect& area, bool move) const;

  std::vector<std::unique_ptr<QLayoutItem>> items_;
};

}  // namespace axescope::ui
