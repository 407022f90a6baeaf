// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/table_delegates.h"

#include <QPainter>

#include "ui/models/differences_model.h"

namespace axescope::ui {

namespace {

void setTextColour(QStyleOptionViewItem* option, const QColor& colour) {
  option->palette.setColor(QPalette::Text, colour);
  option->palette.setColor(QPalette::HighlightedText, colour);
}

}  // namespace

RuledDelegate::RuledDelegate(const AppState* state, QObject* parent) : QStyledItemDelegate(parent), state_(state) {}

void RuledDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QStyledItemDelegate::paint(painter, option, index);
  painter->save();
  painter->setPen(theme().grid);
  painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
  painter->restore();
}

PointsDelegate::PointsDelegate(const AppState* state, QObject* parent)
    : RuledDelegate(state, parent),
      guaranteed_(PointsModel::columnOf("guaranteed")),
      failure_(PointsModel::columnOf("failure")) {}

void PointsDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
  QStyledItemDelegate::initStyleOption(option, index);
  if (index.column() == failure_) {
    setTextColour(option, theme().error);
  } else if (index.column() == guaranteed_) {
    const bool guaranteed = index.data(PointsModel::sortRole).toDouble() != 0.0;
    setTextColour(option, guaranteed ? theme().good : theme().warning);
  }
}

void DifferenceDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
  QStyledItemDelegate::initStyleOption(option, index);
  const int better = index.data(DifferencesModel::betterRole).toInt();
  if (index.column() == DifferencesModel::whatColumn) {
    setTextColour(option, theme().mutedText);
  } else if (index.column() == DifferencesModel::differenceColumn && better != 0) {
    setTextColour(option, better > 0 ? theme().good : theme().warning);
  }
}

}  // namespace axescope::ui
